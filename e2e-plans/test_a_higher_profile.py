"""Block A, security: a station that is to use a higher security profile (A05)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import certificates, network, roots, security, states, variables
from mock_csms.plans.v2.certificates import OF_CSMS
from mock_csms.plans.v2.messages import variable


async def is_not_raised(station: Station, profile: int) -> None:
    """Put a network profile with that security profile into a slot: the station must reject orders with this slot."""
    used, other = await network.slots(station)
    here, _ = network.paths(station)
    await network.put(station, other, here, security=profile, status="Accepted")
    await network.rejects(station, (other, used))


@case(
    "TC_A_20_CS",
    use_case="A05, B09",
    requirement="A05.FR.02",
    needs=("password", "AQ-1"),
    fails_with={"sets-anything": "attributeStatus: expected Rejected, got Accepted"},
)
async def test_a_20_no_root_of_the_csms(station: Station) -> None:
    """Without a root of the CSMS the station does not change to a network profile with TLS."""
    await security.uses(station, 1)
    if await certificates.listed(station, OF_CSMS):
        station.skip("the station has a root of the CSMS, which must be removed for this case")
    await is_not_raised(station, 2)


@case(
    "TC_A_21_CS",
    use_case="A05, B09",
    requirement="A05.FR.03",
    needs=("password", "AQ-3"),
    fails_with={"sets-anything": "attributeStatus: expected Rejected, got Accepted"},
)
async def test_a_21_no_certificate_of_the_station(station: Station) -> None:
    """Without a certificate of its own the station does not change to security profile 3."""
    await security.uses(station, 1, 2)
    await station.prepare(certificates.installed, OF_CSMS)
    await is_not_raised(station, 3)


@case(
    "TC_A_19_CS",
    use_case="A05, B09, B10",
    requirement="A05.FR.05, A05.FR.06, B09.FR.01, B10.FR.01, B10.FR.04",
    needs=("tls", "password", "for-good"),
    fails_with={
        "slot-forgotten": "attributeStatus: expected Accepted or RebootRequired, got Rejected",
        "reset-rejected": "status: expected Accepted, got Rejected",
        "low-profile-kept": "attributeValue: expected a list without 1, got 2,1",
    },
)
async def test_a_19_security_profile_is_raised(station: Station) -> None:
    """The station connects with higher security, and removes the network profile with lower security."""
    profile = await security.uses(station, 1, 2) + 1
    await station.prepare(certificates.trusts_tls if profile == 2 else security.certificate_signed)
    used, other = await network.slots(station, for_good=True)
    here, _ = network.paths(station)
    await network.put(station, other, here, security=profile, status="Accepted")
    await network.start_with(station, (other, used))
    await roots.connects(station, here)
    if station.known.security_profile != profile:
        raise AssertionError(f"the station connected with security profile {station.known.security_profile}")
    await states.comes_up(station)
    got = {"attributeStatus": "Accepted"}
    await variables.got(station, variable("SecurityCtrlr", "SecurityProfile"), attributeValue=f"{profile}", **got)
    await variables.got(station, variable(*network.PRIORITY), attributeValue=network.without(used), **got)
