"""Learns of triggers: which messages the CSMS asked for, and which of them came."""

from mock_csms.conformance.facts.station import KnownStation
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
"""What can be triggered under its own name; of a CSR that is triggered others judge."""


@TRIGGERS.learn(command("TriggerMessage"))
def triggered(seen: Seen, station: KnownStation) -> None:
    """The CSMS wants to hear something."""
    message = seen.payload["requestedMessage"]
    if message in _SAME_ACTION:
        evses = frozenset() if "evse" in seen.payload else _evses(message, station)
        station.triggers.open[message] = OpenTrigger(evses, is_in_doubt=station.boots.is_in_doubt)


@TRIGGERS.learn(result("TriggerMessage"), error("TriggerMessage"))
def answered(seen: Seen, station: KnownStation) -> None:
    """It said whether it will."""
    message = str(seen.request.get("requestedMessage")) if isinstance(seen.request, dict) else ""
    if seen.kind == "error" or seen.payload["status"] != "Accepted":
        station.triggers.open.pop(message, None)
    elif message in station.triggers.open:
        trigger = station.triggers.open[message]
        trigger.is_open = False
        if trigger.came and trigger.evses <= trigger.places:
            del station.triggers.open[message]


@TRIGGERS.learn(call(*_SAME_ACTION, "NotifyEvent"), any_payload=True)
def came(seen: Seen, station: KnownStation) -> None:
    """It came, or something like it; when it has told all that there is to tell, it is not wanted any more."""
    action = "StatusNotification" if seen.action == "NotifyEvent" else seen.action
    trigger = station.triggers.open.get(action)
    if trigger is None:
        return
    if not seen.is_sound:
        trigger.is_in_doubt = True
        return
    places = _places(seen, station)
    trigger.places |= places
    trigger.came += seen.action != "NotifyEvent" or bool(places)
    trigger.is_early |= trigger.is_open and _is_triggered(seen)
    if trigger.came and not trigger.is_open and trigger.evses <= trigger.places:
        del station.triggers.open[action]


@TRIGGERS.learn(call("FirmwareStatusNotification", "BootNotification"))
def of_firmware(seen: Seen, station: KnownStation) -> None:
    """It told how far an update is; after a boot nobody knows."""
    station.triggers.firmware = seen.payload["status"] if seen.action == "FirmwareStatusNotification" else ""


@TRIGGERS.learn(when("malformed", "refusal", "disconnected"), any_payload=True)
def lost(_: Seen, station: KnownStation) -> None:
    """It may be what nobody can read, or what the mock refused, or may have got lost."""
    for trigger in station.triggers.open.values():
        trigger.is_in_doubt = True


def _evses(message: str, station: KnownStation) -> frozenset[int]:
    """Return the EVSEs that a message without an EVSE has to be about."""
    if message == "TransactionEvent":
        return frozenset(each.evse for each in station.transactions.open_at() if each.evse is not None)
    return frozenset(station.connectors.evses) if message in ("StatusNotification", "MeterValues") else frozenset()


def _places(seen: Seen, station: KnownStation) -> set[int]:
    """Return the EVSEs that a message is about."""
    if seen.action in ("StatusNotification", "NotifyEvent"):
        return {place[0] for place, _ in statuses_in(seen.action, seen.payload)}
    if seen.action == "MeterValues":
        return {seen.payload["evseId"]}
    if seen.action == "TransactionEvent":
        transaction = station.transactions.by_id.get(seen.payload["transactionInfo"]["transactionId"])
        return {transaction.evse} if transaction and transaction.evse is not None else set()
    return set()


def _is_triggered(seen: Seen) -> bool:
    """Whether a message can only come of a trigger."""
    match seen.action:
        case "BootNotification":
            return bool(seen.payload["reason"] == "Triggered")
        case "TransactionEvent":
            return bool(seen.payload["triggerReason"] == "Trigger")
        case "MeterValues":
            samples = (sample for value in seen.payload["meterValue"] for sample in value["sampledValue"])
            return any(sample.get("context") == "Trigger" for sample in samples)
    return bool(seen.payload.get("status") == "Idle")
