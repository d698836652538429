"""Block B, provisioning: network profiles in their slots (B09)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import network


@case(
    "TC-B09",
    use_case="B09",
    fails_with={
        "--variable SecurityCtrlr.SecurityProfile=2 --misbehave slot-accepted": "expected Rejected, got Accepted",
        "no-answer@3": "SetNetworkProfile",
    },
)
async def test_b09_network_profile_is_put_into_a_slot(station: Station) -> None:
    """A free slot accepts a network profile with the security profile in use, and rejects one with a lower profile."""
    _, free = await network.slots(station)
    here, _ = network.paths(station)
    await network.put(station, free, here, status="Accepted")
    security = await network.security_of(station)
    if security > 1:
        await network.put(station, free, here, security=security - 1, status="Rejected")
