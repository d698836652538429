"""OCPP 1.6, triggered messages (5.17)."""

from collections.abc import Sequence

from mock_csms.plans import Station, each, one_of, says
from mock_csms.plans.messages import Message
from mock_csms.plans.v16 import keys
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status


async def _triggers(station: Station, message: str, *due: Message) -> bool:
    """Trigger a message; if the station accepts that, these calls must come. Return whether it has accepted.

    It may reject a trigger, or not have the message.
    """
    answer = await station.command("TriggerMessage", {"requestedMessage": message})
    if answer["status"] == "Accepted":
        await station.expect_all(*due)
    return bool(answer["status"] == "Accepted")


@case(
    "TC_054_CS",
    use_case="Trigger Message",
    requirement="5.17, 7.35",
    fails_with={
        "no-statuses": r"sent no StatusNotification\[connectorId=0",
        "no-heartbeat": "sent no Heartbeat",
        "silent-uploads": "sent no DiagnosticsStatusNotification",
        "never-triggered": "sent no MeterValues.meterValue=at least 1 items, each with .*Trigger",
    },
)
async def test_16_trigger(station: Station) -> None:
    """The station sends each message that the mock triggers; without a connector, one for each connector."""
    await keys.has_profile(station, "RemoteTrigger")
    numbers = (0, *(evse for evse, _ in station.profile.places))
    values = each(sampledValue=each(context="Trigger"))
    triggered: dict[str, Sequence[Message]] = {
        "StatusNotification": [status(..., number) for number in numbers],
        "Heartbeat": [says("Heartbeat")],
        "MeterValues": [says("MeterValues", meterValue=values)],
        "DiagnosticsStatusNotification": [says("DiagnosticsStatusNotification")],
        "FirmwareStatusNotification": [says("FirmwareStatusNotification")],
    }
    accepted = [name for name, due in triggered.items() if await _triggers(station, name, *due)]
    if not accepted:
        station.lacks("message that it sends when it is triggered")


@case(
    "TC_055_CS",
    use_case="Trigger Message",
    requirement="5.17",
    fails_with={"lies-about-triggers": "status: expected Rejected or NotImplemented, got Accepted"},
)
async def test_16_trigger_rejected(station: Station) -> None:
    """The station rejects the trigger of the status of a connector that it does not have."""
    await keys.has_profile(station, "RemoteTrigger")
    unknown = len(station.profile.places) + 1
    payload = {"requestedMessage": "StatusNotification", "connectorId": unknown}
    await station.command("TriggerMessage", payload, status=one_of("Rejected", "NotImplemented"))
    await station.expect_nothing(status(..., unknown))
