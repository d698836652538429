"""OCPP 1.6, triggered messages (5.17)."""

from typing import Any

from mock_csms.plans import Station, absent, each, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status


@case(
    "TC_054_CS",
    use_case="Trigger Message",
    requirement="5.17, 7.35",
    fails_with={
        "lies-about-triggers": "sent no ",
        "rejects-everything": "status: expected Accepted, got Rejected",
        "never-triggered": "context: expected Trigger, got Sample.Periodic",
    },
)
async def test_16_trigger(station: Station) -> None:
    """The station sends each message that the mock triggers; without a connector, one for each connector."""
    await keys.has_profile(station, "RemoteTrigger")
    numbers = (0, *(evse for evse, _ in station.profile.places))


@case(
    "TC_055_CS",
    use_case="Trigger Message",
    requirement="5.17",
    fails_with={"triggers-everywhere": "status: expected Rejected, got Accepted"},
)
async def test_16_trigger_rejected(station: Station) -> None:
    """The station rejects the trigger of the status of a connector that it does not have."""
    await keys.has_profile(station, "RemoteTrigger")
    unknown = len(station.profile.places) + 1
    payload = {"requestedMessage": "StatusNotification", "connectorId": unknown}
    await station.command("TriggerMessage", payload, status="Rejected")
    await station.expect_nothing(status(..., unknown))
