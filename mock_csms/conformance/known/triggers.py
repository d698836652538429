"""What is known of the messages that the CSMS wanted to hear: what came of each trigger."""

from typing import TYPE_CHECKING

from mock_csms.conformance.known.connectors import statuses_in
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, command, error, result, when
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

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


class Wanted(Mutable):
    """One trigger.

    evses: those that have to be told of; none where one was named, or none is known. came: how many messages came
    since. places: the EVSEs that they are about. is_open: whether it is not answered yet. is_in_doubt: whether
    something came since that nobody can read.
    """

    evses: frozenset[int]
    came: int = 0
    places: set[int] = field(default_factory=set)
    is_open: bool = True
    is_in_doubt: bool = False


class Triggers(Mutable):
    """The last trigger of each message."""

    wanted: dict[str, Wanted] = field(default_factory=dict)

    def is_due(self, message: str) -> bool:
        """Whether a message was triggered, and has not come yet."""
        wanted = self.wanted.get(message)
        return wanted is not None and not wanted.came


@TRIGGERS.learn(command("TriggerMessage"))
def triggered(seen: Seen, known: "Known") -> None:
    """The CSMS wants to hear something."""
    message = seen.payload["requestedMessage"]
    if message in _SAME_ACTION:
        is_for_all = "evse" not in seen.payload
        known.triggers.wanted[message] = Wanted(_evses(message, known) if is_for_all else frozenset())


@TRIGGERS.learn(result("TriggerMessage"), error("TriggerMessage"))
def answered(seen: Seen, known: "Known") -> None:
    """It said whether it will."""
    message = str(seen.request.get("requestedMessage")) if isinstance(seen.request, dict) else ""
    if seen.kind == "error" or seen.payload["status"] != "Accepted":
        known.triggers.wanted.pop(message, None)
    elif message in known.triggers.wanted:
        known.triggers.wanted[message].is_open = False


@TRIGGERS.learn(call(*_SAME_ACTION, "NotifyEvent"), any_payload=True)
def came(seen: Seen, known: "Known") -> None:
    """It came, or something like it; when it has told all that there is to tell, it is not wanted any more."""
    action = "StatusNotification" if seen.action == "NotifyEvent" else seen.action
    wanted = known.triggers.wanted.get(action)
    if wanted is None:
        return
    if not seen.is_sound:
        wanted.is_in_doubt = True
        return
    places = _places(seen, known)
    wanted.places |= places
    wanted.came += seen.action != "NotifyEvent" or bool(places)
    if wanted.came and wanted.evses <= wanted.places:
        del known.triggers.wanted[action]


@TRIGGERS.learn(when("malformed", "disconnected"), any_payload=True)
def lost(_: Seen, known: "Known") -> None:
    """It may be what nobody can read, or may have got lost."""
    for wanted in known.triggers.wanted.values():
        wanted.is_in_doubt = True


def _evses(message: str, known: "Known") -> frozenset[int]:
    """Return the EVSEs that a message without an EVSE has to be about."""
    if message == "TransactionEvent":
        return frozenset(each.evse for each in known.transactions.open_at() if each.evse is not None)
    return frozenset(known.connectors.evses) if message in ("StatusNotification", "MeterValues") else frozenset()


def _places(seen: Seen, known: "Known") -> set[int]:
    """Return the EVSEs that a message is about."""
    if seen.action in ("StatusNotification", "NotifyEvent"):
        return {place[0] for place, _ in statuses_in(seen.action, seen.payload)}
    if seen.action == "MeterValues":
        return {seen.payload["evseId"]}
    if seen.action == "TransactionEvent":
        transaction = known.transactions.by_id.get(seen.payload["transactionInfo"]["transactionId"])
        return {transaction.evse} if transaction and transaction.evse is not None else set()
    return set()
