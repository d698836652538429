"""Block K, smart charging: a station without it (F01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import states
from mock_csms.protocol.actions import Json

PROFILE: Json = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]},
    ],
}
"""A charging profile with a low limit, for the transaction that starts."""


@case(
    "TC_K_38_CS",
    use_case="F01",
    requirement="F01.FR.12, F01.FR.13",
    needs=("plug", "unplug", "not SC-0"),
    fails_with={
        "refuses-start-profile": "status: expected Accepted, got Rejected",
        "no-remote-start-id": "remoteStartId: expected 1, got nothing",
    },
)
async def test_k_38_profile_of_a_remote_start_is_ignored(station: Station) -> None:
    """A station without smart charging accepts a remote start with a charging profile, and charges as without it."""
    if not station.profile.has(states.LOCKED):
        await station.prepare(states.ev_connected)
    await states.start_remotely(station, profile=PROFILE)
    if station.profile.has(states.LOCKED):
        await states.ev_connected(station)
    await states.charges(station)
