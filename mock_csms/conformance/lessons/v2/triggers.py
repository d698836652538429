"""Learns which messages the CSMS triggered, and which of them came."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.triggers import OpenTrigger
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, call, command, error, result, when
from mock_csms.twin.v2.connectors import statuses_in

TRIGGERS = Subject("triggers")

_SAME_ACTION = (
    "BootNotification",
    "Heartbeat",
    "StatusNotification",
    "MeterValues",
    "TransactionEvent",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "PublishFirmwareStatusNotification",
)
"""The requestedMessages that are actions. The others request certificates, which S06 judges."""


@TRIGGERS.learn(command("TriggerMessage"))
def triggered(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS triggers a message."""
    message = seen.payload["requestedMessage"]
    if message in _SAME_ACTION:
        evses = frozenset() if "evse" in seen.payload else _evses(message, station)
        earlier = station.triggers.open.get(message)
        owed = max(0, earlier.owed + 1 - earlier.came) if earlier else 0
        station.triggers.open[message] = OpenTrigger(evses, owed, is_in_doubt=station.boots.is_in_doubt)


@TRIGGERS.learn(result("TriggerMessage"), error("TriggerMessage"))
def answered(seen: Seen, station: KnownStation) -> None:
    """Note the answer whether the station will send the message."""
    message = str(seen.request.get("requestedMessage")) if isinstance(seen.request, dict) else ""
    if seen.kind == "error" or seen.payload["status"] != "Accepted":
        station.triggers.open.pop(message, None)
    elif message in station.triggers.open:
        trigger = station.triggers.open[message]
        trigger.is_open = False
        if trigger.is_done:
            del station.triggers.open[message]


@TRIGGERS.learn(call(*_SAME_ACTION, "NotifyEvent"), any_payload=True)
def came(seen: Seen, station: KnownStation) -> None:
    """Note a message that may be the triggered one. If the messages have covered all EVSEs, the trigger is done."""
    action = "StatusNotification" if seen.action == "NotifyEvent" else seen.action
    trigger = station.triggers.open.get(action)
    if trigger is None:
        return
    if not seen.is_sound:
        trigger.is_in_doubt = True
        return
    places = _places(seen, station)
    trigger.is_early |= trigger.is_open and trigger.is_next and _is_triggered(seen)
    trigger.places |= places
    trigger.came += seen.action != "NotifyEvent" or bool(places)
    if trigger.is_done and not trigger.is_open:
        del station.triggers.open[action]


@TRIGGERS.learn(call("FirmwareStatusNotification", "BootNotification"))
def of_firmware(seen: Seen, station: KnownStation) -> None:
    """Note the status of an update. After a boot the status is unknown."""
    station.triggers.firmware = seen.payload["status"] if seen.action == "FirmwareStatusNotification" else ""


@TRIGGERS.learn(when("malformed", "refusal", "disconnected"), any_payload=True)
def lost(_: Seen, station: KnownStation) -> None:
    """Note that the message may be unreadable, refused by the mock, or lost."""
    for trigger in station.triggers.open.values():
        trigger.is_in_doubt = True


def _evses(message: str, station: KnownStation) -> frozenset[int]:
    """Return the EVSEs that the messages must cover if the trigger has no EVSE."""
    if message == "TransactionEvent":
        return frozenset(each.evse for each in station.transactions.open_at() if each.evse is not None)
    return frozenset(station.connectors.evses) if message in ("StatusNotification", "MeterValues") else frozenset()


def _places(seen: Seen, station: KnownStation) -> set[int]:
    """Return the EVSEs of a message."""
    if seen.action in ("StatusNotification", "NotifyEvent"):
        return {place[0] for place, _ in statuses_in(seen.action, seen.payload)}
    if seen.action == "MeterValues":
        return {seen.payload["evseId"]}
    if seen.action == "TransactionEvent":
        transaction = station.transactions.by_id.get(seen.payload["transactionInfo"]["transactionId"])
        return {transaction.evse} if transaction and transaction.evse is not None else set()
    return set()


def _is_triggered(seen: Seen) -> bool:
    """Whether the content of a message proves that it was triggered."""
    match seen.action:
        case "BootNotification":
            return bool(seen.payload["reason"] == "Triggered")
        case "TransactionEvent":
            return bool(seen.payload["triggerReason"] == "Trigger")
        case "MeterValues":
            samples = (sample for value in seen.payload["meterValue"] for sample in value["sampledValue"])
            return any(sample.get("context") == "Trigger" for sample in samples)
    return bool(seen.payload.get("status") == "Idle")
