"""Stories of stations that make one mistake, for test_accusations.py."""

from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error
from mock_csms.twin.events import Connected, Received, Sent
from tests.conformance.story import Story, part
from tests.station.commanded import Bench, payloads

CLOSE, OPEN, ACCEPTED = {"operationalStatus": "Inoperative"}, {"operationalStatus": "Operative"}, {"status": "Accepted"}
CHANGE, STATUS, STOP = "ChangeAvailability", "StatusNotification", "RequestStopTransaction"
TRIGGER, START, ASK = "TriggerMessage", "RequestStartTransaction", "GetTransactionStatus"
REJECTED, OVER = {"status": "Rejected"}, {"ongoingIndicator": False, "messagesInQueue": False}
CARD = {"idToken": "A", "type": "ISO14443"}
REMOTE = {"idToken": CARD, "evseId": 1}
ONE = {"id": 1}
PLUGGED, RUNNING = {"chargingState": "EVConnected"}, {"chargingState": "Charging"}
TRIGGERED = {"reason": "Triggered", "chargingStation": {"model": "M", "vendorName": "V", "serialNumber": "S-1"}}
BOTH = ("Sample.Clock", "Sample.Periodic")
REGISTER = "Energy.Active.Import.Register"


def plugged(story: Story, evse: Json, kind: str = "Started", number: int = 0) -> Story:
    """Report that a cable was plugged in."""
    return story.event(kind, "CablePluggedIn", number, evse=evse, info=PLUGGED)


def updated_events(story: Story, events: int = 5) -> Story:
    """Send several events of the same transaction, without its EVSE."""
    for number in range(1, events + 1):
        payload = {"eventType": "Updated", "triggerReason": "MeterValuePeriodic", "seqNo": number}
        info = {"transactionInfo": {"transactionId": "T", "chargingState": "Charging"}, "timestamp": story.wait(5).at()}
        story.call("TransactionEvent", payload | info)
    return story


def again_and_again(story: Story, *event: Any, **more: Any) -> Story:
    """Send an event three times; the mock refuses it twice."""
    for wait, ago, answer in ((0, 0.0, "InternalError"), (10, 10.0, "InternalError"), (20, 30.0, ())):
        story.wait(wait).event(*event, answer=answer, after=-ago, **more)
    return story


def set_inoperative(story: Story, status: str = "Accepted") -> Story:
    """Set EVSE 1 Inoperative."""
    return story.command(CHANGE, CLOSE | {"evse": ONE}, {"status": status})


def set_unavailable() -> Story:
    """Set EVSE 1 Inoperative, and wait until it is Unavailable."""
    return set_inoperative(Story().begin()).wait(1).tell(1, 1, "Unavailable").wait(9)


def unlocked(story: Story) -> Story:
    """Unlock connector 1 of EVSE 1."""
    return story.command("UnlockConnector", {"evseId": 1, "connectorId": 1}, {"status": "Unlocked"})


def sampled(story: Story, *contexts: str | None, trigger: str = "", number: int = 1, after: float = 0.0) -> Story:
    """Send values with these contexts, in MeterValues or (with a trigger reason) in an event of the transaction."""
    samples = [{"value": 7.0} | ({"context": each} if each else {}) for each in contexts]
    values = [{"timestamp": story.at(), "sampledValue": samples}]
    if not trigger:
        return story.call("MeterValues", {"evseId": 1, "meterValue": values})
    return story.event("Updated", trigger, number, meterValue=values, after=after)


def charging() -> Story:
    """Charge at a station that has reported its connectors."""
    story = Story().begin().tell(1, 1, "Occupied")
    return story.event("Started", "Authorized", idToken=CARD, info={"chargingState": "Charging"}).wait(60)


def without_its_end() -> Story:
    """Charge, and lose the connection for a while; the transaction ends meanwhile, but its Ended event never comes."""
    return charging().lose().wait(5).connect().wait(60).tell(1, 1).wait(60)


def charging_again(story: Story, id_: str) -> Story:
    """Charge in another transaction."""
    info = {"transactionId": id_, "chargingState": "Charging"}
    return story.tell(1, 1, "Occupied").event("Started", "Authorized", idToken=CARD, info=info).wait(60)


def done_again(story: Story, id_: str) -> Story:
    """Charge in another transaction, and end it."""
    charging_again(story, id_).event("Ended", "StopAuthorized", 1, info={"transactionId": id_}).tell(1, 1)
    return story.wait(60)


def refused() -> Story:
    """Charge with an idToken that turns out to be invalid, so that the transaction has to be stopped."""
    story = Story().begin().know(TxCtrlr_StopTxOnInvalidId="true").tell(1, 1, "Occupied")
    invalid = {"idTokenInfo": {"status": "Invalid"}}
    charging = {"chargingState": "Charging"}
    return story.event("Started", "Authorized", idToken=CARD, info=charging, answer=invalid).wait(5)


def inventory(*without: str, **changed: str) -> Story:
    """Report the variables of the reference station, without some, or with another mutability or value."""
    bench = Bench()
    _, sent = bench.command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"})
    items = [item for each in payloads(sent, "NotifyReport") for item in each["reportData"]]
    names = [f"{item['component']['name']}.{item['variable']['name']}" for item in items]
    kept = [(name, item) for name, item in zip(names, items, strict=True) if name not in without]
    for name, item in kept:
        change = changed.get(name.replace(".", "_"))
        if change:
            item["variableAttribute"][0]["value" if change in ("true", "false") else "mutability"] = change
    story = Story().begin((1, 1), (2, 1))
    story.command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, ACCEPTED)
    return story.call("NotifyReport", part(7, 0, *(item for _, item in kept)))


def scheduled() -> Story:
    """Set EVSE 1 Inoperative during a transaction, and end it."""
    return set_inoperative(charging(), "Scheduled").wait(9).event("Ended", "StopAuthorized", 1)


def again(story: Story, reason: str = "Watchdog") -> Story:
    """Lose the connection, reconnect, and boot again."""
    return story.wait(9).lose().wait(5).connect().boot(reason)


def rejected(interval: int) -> Story:
    """Send a boot that the mock answers with Rejected."""
    return Story().connect().boot(status="Rejected", interval=interval).wait(2)


def reset() -> Story:
    """Reset a station immediately during a transaction."""
    return charging().command("Reset", {"type": "Immediate"}, ACCEPTED)


def scheduled_reset() -> Story:
    """Reset a station OnIdle during a transaction."""
    return charging().command("Reset", {"type": "OnIdle"}, {"status": "Scheduled"})


def triggered() -> Story:
    """Trigger MeterValues."""
    return Story().begin().command("TriggerMessage", {"requestedMessage": "MeterValues"}, ACCEPTED)


def beating(*pauses: int) -> Story:
    """Send heartbeats after these pauses, the last one before the answer to its trigger; the interval is 300 s."""
    story = Story().connect().boot(interval=300).tell(1, 1)
    for pause in pauses[:-1]:
        story.wait(pause).call("Heartbeat", {})
    return story.wait(pauses[-1]).command(TRIGGER, {"requestedMessage": "Heartbeat"}, ACCEPTED, ("Heartbeat", {}))


def charging_every(seconds: int) -> Story:
    """Charge at a station with periodic meter values."""
    names = {"SampledDataCtrlr_TxUpdatedInterval": str(seconds), "SampledDataCtrlr_TxUpdatedMeasurands": REGISTER}
    story = Story().begin().know(**names).tell(1, 1, "Occupied")
    return story.event("Started", "Authorized", idToken=CARD, info={"chargingState": "Charging"})


def records(story: Story, station: str) -> list[Json]:
    """Return a story as records of the trace format, with a last call after all deadlines."""
    made: list[Json] = []
    meta: Json = {}
    for number, event in enumerate(story.wait(60).call("Heartbeat", {}).events):
        if isinstance(event, Connected):
            meta = {"meta": {"connection": number}}
        if isinstance(event, Received | Sent):
            direction = "cp-to-csms" if isinstance(event, Received) else "csms-to-cp"
            kind = {Call: "CALL", Error: "CALLERROR"}.get(type(event.message), "CALLRESULT")
            about = {"direction": direction, "messageType": kind, "raw": event.text.decode()} | meta
            base = {"schemaVersion": "1.1", "ocppVersion": "2.0.1", "transport": "json", "chargePointId": station}
            made.append(base | about | {"timestamp": rfc3339(event.at), "messageId": event.message.id})
            meta = {}
    return made
