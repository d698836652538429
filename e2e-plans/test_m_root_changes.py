"""Block M, certificates: a new root of the CSMS, which the old one must have signed (M05)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import certificates, roots, security, states
from mock_csms.plans.v2.certificates import OF_CSMS


@case(
    "TC_M_09_CS",
    use_case="M05",
    requirement="M05.FR.10, M05.FR.11",
    needs=("tls", "password", "AS-2"),
    fails_with={"certificate-not-installed": "status: expected Rejected, got Accepted"},
)
async def test_m_09_root_that_the_old_one_has_not_signed(station: Station) -> None:
    """The station rejects a root that its root has not signed, and lists the same roots as before."""
    await security.uses(station, 2, 3)
    before = await certificates.listed(station, OF_CSMS)
    await certificates.rejects(station, certificates.OF_PLANS)
    await certificates.still_listed(station, before)


@case(
    "TC_M_30_CS",
    use_case="M05",
    requirement="M05.FR.09, M05.FR.12, M05.FR.13",
    needs=("tls", "password", "AS-2"),
    fails_with={
        "certificate-not-installed": "did not try to connect within .*; its last TLS handshake: ",
        "old-root-kept": "the station still lists its old root",
    },
)
async def test_m_30_csms_has_a_certificate_of_the_new_root(station: Station) -> None:
    """If the CSMS has a certificate of the new root, the station connects with that, and removes the old root."""
    await security.uses(station, 2, 3)
    before = await certificates.listed(station, OF_CSMS)
    new = await roots.other_root(station)
    await station.prepare(certificates.install, OF_CSMS, new)
    async with roots.other_csms(station):
        await roots.restarts(station)
        await roots.connects(station)
        await states.comes_up(station)
        after = await certificates.listed(station, OF_CSMS)
        if new.entry_in(after, OF_CSMS) is None:
            raise AssertionError("the station does not list its new root")
        if any(entry in after for entry in before):
            raise AssertionError("the station still lists its old root")


@case(
    "TC_M_31_CS",
    use_case="M05",
    requirement="M05.FR.09, M05.FR.12, M05.FR.14",
    needs=("tls", "password", "AS-2"),
    fails_with={"old-root-dropped": "did not try to connect within .*; its last TLS handshake: "},
)
async def test_m_31_csms_keeps_its_old_root(station: Station) -> None:
    """If the CSMS still has a certificate of the old root, the station connects with that, and keeps that root.

    It may have a failed attempt before, or try both roots in the same one.
    """
    await security.uses(station, 2, 3)
    before = await certificates.listed(station, OF_CSMS)
    await station.prepare(certificates.install, OF_CSMS, await roots.other_root(station))
    await roots.restarts(station)
    await roots.connects(station)
    await states.comes_up(station)
    await certificates.still_listed(station, before)
