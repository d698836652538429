"""Learns of triggers: which messages the CSMS asked for, and which of them came."""

from mock_csms.conformance.facts.station import Known
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
def triggered(seen: Seen, known: Known) -> None:
    """The CSMS wants to hear something."""
    message = seen.payload["requestedMessage"]
    if message in _SAME_ACTION:
        evses = frozenset() if "evse" in seen.payload else _evses(message, known)
        known.triggers.open[message] = OpenTrigger(evses, is_in_doubt=known.boots.is_in_doubt)


@TRIGGERS.learn(result("TriggerMessage"), error("TriggerMessage"))
def answered(seen: Seen, known: Known) -> None:
    """It said whether it will."""
    message = str(seen.request.get("requestedMessage")) if isinstance(seen.request, dict) else ""
    if seen.kind == "error" or seen.payload["status"] != "Accepted":
        known.triggers.open.pop(message, None)
    elif message in known.triggers.open:
        wanted = known.triggers.open[message]
        wanted.is_open = False
        if wanted.came and wanted.evses <= wanted.places:
            del known.triggers.open[message]


@TRIGGERS.learn(call(*_SAME_ACTION, "NotifyEvent"), any_payload=True)
def came(seen: Seen, known: Known) -> None:
    """It came, or something like it; when it has told all that there is to tell, it is not wanted any more."""
    action = "StatusNotification" if seen.action == "NotifyEvent" else seen.action
    wanted = known.triggers.open.get(action)
    if wanted is None:
        return
    if not seen.is_sound:
        wanted.is_in_doubt = True
        return
    places = _places(seen, known)
    wanted.places |= places
    wanted.came += seen.action != "NotifyEvent" or bool(places)
    wanted.is_early |= wanted.is_open and _is_triggered(seen)
    if wanted.came and not wanted.is_open and wanted.evses <= wanted.places:
        del known.triggers.open[action]


@TRIGGERS.learn(call("FirmwareStatusNotification", "BootNotification"))
def of_firmware(seen: Seen, known: Known) -> None:
    """It told how far an update is; after a boot nobody knows."""
    known.triggers.firmware = seen.payload["status"] if seen.action == "FirmwareStatusNotification" else ""


@TRIGGERS.learn(when("malformed", "refusal", "disconnected"), any_payload=True)
def lost(_: Seen, known: Known) -> None:
    """It may be what nobody can read, or what the mock refused, or may have got lost."""
    for wanted in known.triggers.open.values():
        wanted.is_in_doubt = True


def _evses(message: str, known: Known) -> frozenset[int]:
    """Return the EVSEs that a message without an EVSE has to be about."""
    if message == "TransactionEvent":
        return frozenset(each.evse for each in known.transactions.open_at() if each.evse is not None)
    return frozenset(known.connectors.evses) if message in ("StatusNotification", "MeterValues") else frozenset()


def _places(seen: Seen, known: Known) -> set[int]:
    """Return the EVSEs that a message is about."""
    if seen.action in ("StatusNotification", "NotifyEvent"):
        return {place[0] for place, _ in statuses_in(seen.action, seen.payload)}
    if seen.action == "MeterValues":
        return {seen.payload["evseId"]}
    if seen.action == "TransactionEvent":
        transaction = known.transactions.by_id.get(seen.payload["transactionInfo"]["transactionId"])
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
