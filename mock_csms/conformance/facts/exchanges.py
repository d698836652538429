"""What is known of the messages themselves: the ids that a station has used, and what became of our commands."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import UNREADABLE_ID, Call, ErrorCode, Malformed, decode
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, command, error, refusal, response, result, when

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

EXCHANGES = Subject("exchanges")
_MOST = 100
_PAUSE = 1.0
"""After so many seconds without a call there is nothing left that waits for its turn."""

BREAKS_ITS_SCHEMA = "breaks its schema"
"""How a command is wrong that somebody wrote so, or that a fault has made so."""
UNKNOWN_TYPE = "has an unknown message type"


class Exchanges(Mutable):
    """Commands by their message ids, and how the station's calls go."""

    ids: MessageIds = field(default_factory=MessageIds)
    open: Bounded[str, str] = bounded(_MOST)
    """The action of each command that was sent as it should be and is not over."""
    over: Bounded[str, str] = bounded(_MOST)
    """How each command ended."""
    wrong: Bounded[str, str] = bounded(_MOST)
    """How each message was wrong that the mock sent so on purpose."""
    called_at: float = 0.0
    """When the station called last, or got its answer."""
    busy_since: float = 0.0
    """Since when one call has followed another."""
    is_troubled: bool = False
    """Whether a call was refused, spoiled or left open on this connection: what comes after it may come late."""
    told: tuple[str, float] | None = None
    """The time that an answer told last, and when that was sent."""

    @property
    def clock(self) -> float | None:
        """How far ahead of the real one the clock is that the station was told."""
        time = seconds_of(self.told[0]) if self.told else None
        return None if time is None or self.told is None else time - self.told[1]

    def note(self, now: float) -> None:
        """Note that the station calls."""
        if now > self.called_at + _PAUSE:
            self.busy_since = now
        self.called_at = now

    def busy_at(self, now: float) -> float:
        """Return since when one call has followed another, where there is one now."""
        return now if now > self.called_at + _PAUSE else self.busy_since


def mark_of(action: str, payload: Any) -> int:
    """Return the number of a TransactionEvent, by which it is known again; -1 for all others."""
    number = payload.get("seqNo") if action == "TransactionEvent" and isinstance(payload, dict) else None
    return number if type(number) is int else -1


@EXCHANGES.learn(call(), any_payload=True)
def called(seen: Seen, known: "Known") -> None:
    """It calls."""
    exchanges = known.exchanges
    exchanges.ids.add(seen.id, mark_of(seen.action, seen.payload))
    exchanges.note(seen.at)
    if len(known.connections.calls) > 1:
        exchanges.is_troubled = True


@EXCHANGES.learn(response(), any_payload=True)
def answered(seen: Seen, known: "Known") -> None:
    """It has its answer; what it sends right after that had to wait for it."""
    known.exchanges.called_at = seen.at


@EXCHANGES.learn(response("BootNotification", "Heartbeat"))
def told(seen: Seen, known: "Known") -> None:
    """It is told the time."""
    known.exchanges.told = seen.payload["currentTime"], seen.at


@EXCHANGES.learn(refusal(), any_payload=True)
def refused(_: Seen, known: "Known") -> None:
    """It was refused, and may try again later."""
    known.exchanges.is_troubled = True


@EXCHANGES.learn(when("connected"))
def opened(_: Seen, known: "Known") -> None:
    """It begins anew; what was open is over."""
    exchanges = known.exchanges
    for id_ in exchanges.open:
        exchanges.over[id_] = "lost"
    exchanges.open.clear()
    exchanges.is_troubled = False


@EXCHANGES.learn(command(), any_payload=True)
def commanded(seen: Seen, known: "Known") -> None:
    """It is sent a command."""
    if seen.is_sound:
        known.exchanges.open[seen.id] = seen.action
    else:
        known.exchanges.wrong[seen.id] = BREAKS_ITS_SCHEMA


@EXCHANGES.learn(when("spoiled"), any_payload=True)
def spoiled(seen: Seen, known: "Known") -> None:
    """It is sent something wrong."""
    event: Any = seen.event
    known.exchanges.wrong[seen.id] = _wrong(event, seen)
    if not isinstance(event.message, Call):
        known.exchanges.is_troubled = True


def _wrong(event: Any, seen: Seen) -> str:
    """Say how a message is wrong; the name of its fault is what somebody called the rule."""
    sent = decode(event.text)
    if isinstance(sent, Malformed):  # also where the payload breaks its schema: nobody can see it
        return UNKNOWN_TYPE if sent.code is ErrorCode.MessageTypeNotSupported else str(event.fault)
    return str(event.fault) if seen.is_sound else BREAKS_ITS_SCHEMA


@EXCHANGES.learn(result(), error(), when("unanswered", "malformed"), any_payload=True)
def ended(seen: Seen, known: "Known") -> None:
    """A command is over; an answer that is none ends it too."""
    event: Any = seen.event
    answers = event.call if seen.kind == "unanswered" else event.answers
    if answers is not None and answers.id != UNREADABLE_ID:
        known.exchanges.open.pop(answers.id, None)
        known.exchanges.over[answers.id] = "given up" if seen.kind == "unanswered" else "answered"
