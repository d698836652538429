"""Block B, provisioning: another CSMS, whose certificate has another root (B10, M05)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import certificates, network, roots, security, states
from mock_csms.plans.v2.certificates import OF_CSMS


@case(
    "TC_B_47_CS",
    use_case="B09, B10, M05",
    requirement="B09.FR.01, B10.FR.03, B10.FR.07, M05.FR.15, M05.FR.16",
    needs=("tls", "password", "AS-2", "C-47"),
    fails_with={
        "trusts-any-certificate": "expected Connected to /CS-1, got Connected to /other/CS-1",
        "old-root-dropped": "did not try to connect within .*; its last TLS handshake: ",
        "certificate-not-installed": "expected Connected to /CS-1, got Connected to /other/CS-1",
    },
)
async def test_b_47_new_csms_has_no_certificate_of_the_new_root(station: Station) -> None:
    """If the new CSMS has no certificate of the new root, the station goes back to the profile and the root before."""
    await security.uses(station, 2, 3)
    before = await certificates.listed(station, OF_CSMS)
    _, other = await network.slots(station)
    here, there = network.paths(station)
    await station.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "1")
    await station.prepare(certificates.install, OF_CSMS, await roots.other_root(station))
    await network.put(station, other, there, status="Accepted")
    station.known.handshakes.clear()  # if it does not connect, `connects` has the reason
    await network.start_with(station, [other])
    await roots.connects(station, here)
    await states.comes_up(station)
    await certificates.still_listed(station, before)


@case(
    "TC_B_50_CS",
    use_case="B09, B10, M05",
    requirement="B09.FR.01, B10.FR.01, B10.FR.04, B10.FR.06, M05.FR.02",
    needs=("tls", "password"),
    fails_with={
        "certificate-not-installed": "did not try to connect within .*; its last TLS handshake: ",
        "stays-with-url": "expected Connected to /other/CS-1, got Connected to /CS-1",
    },
)
async def test_b_50_new_csms_has_a_certificate_of_the_new_root(station: Station) -> None:
    """With a new root and a new network profile, the station connects to a CSMS with a certificate of that root."""
    await security.uses(station, 2, 3)
    used, other = await network.slots(station)
    _, there = network.paths(station)
    await station.prepare(certificates.install, OF_CSMS, await roots.other_root(station))
    await network.put(station, other, there, status="Accepted")
    async with roots.other_csms(station):
        await network.start_with(station, (other, used))
        await roots.connects(station, there)
        await states.comes_up(station)
