"""One conversation of OCPP-J between two sides, without I/O (Part 4, chapter 4).

Each side sends CALLs, each with its own id, and answers the CALLs of the other side with a CALLRESULT or a CALLERROR
with the same id. An answer ends the open call with its id; a late or repeated answer ends nothing. A wrong call is
answered with a CALLERROR. A wrong answer is never answered, and the call that it ends has failed.

A side has at most one CALL open at a time (4.1.1). The queue for further CALLs is not here but with the sender, so that
recorded conversations can be played through this class too.
"""

from collections.abc import Sequence
from typing import Protocol

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import UNREADABLE_ID, Call, Error, ErrorCode, Malformed, Message, Result
from mock_csms.protocol.records import Bounded, Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.typed import call_reader
from mock_csms.protocol.versions import Version, refusal

_MOST_OPEN = 1000
"""How many unanswered calls of the peer are remembered: a fault may leave all of them open."""
_MOST_ANSWERED = 100
"""How many answered calls of the peer are remembered: it may refuse their CALLRESULT (OCPP 2.1)."""


class ValidationPolicy(Protocol):
    """How strictly the payloads of the peer are checked."""

    def looks_at(self, action: str) -> bool:
        """Whether payloads of `action` are checked at all."""

    def counting(self, action: str, violations: Sequence[Violation]) -> Sequence[Violation]:
        """Return the violations for which a message of `action` is refused."""


class IncomingMessage(Record):
    """What a message of the peer means for the conversation."""

    message: Message | Malformed
    """The message, with integers where `1.0` was written for one."""
    violations: Sequence[Violation] = ()
    """How it breaks its schema, worst first, also if it is not refused for that."""
    answers: Call | None = None
    """The call of ours that it ends."""
    is_refused: bool = False
    """Whether it is so wrong that it is not accepted.

    A refused call is answered with the `refusal`; a refused answer ends its call as failed.
    """
    refusal: Error | None = None
    """The CALLERROR to answer it with, or the CALLRESULTERROR for a wrong CALLRESULT (OCPP 2.1); None for neither."""
    refuses: Call | None = None
    """The call of the peer whose CALLRESULT it refuses (OCPP 2.1); None for any other message."""

    @property
    def failure(self) -> str:
        """Why the call that it ends has failed; empty for a valid result."""
        match self.message:
            case Result():
                return f"the answer breaks its schema: {self.violations[0]}" if self.is_refused else ""
            case Error(code=code, description=description):
                return f"{code}: {description}"
            case Malformed(problem=problem):
                return problem
            case _:
                return "a call is no answer"


class Conversation:
    """One conversation with a `peer`: which calls of both sides are open, and what each message means for them."""

    __slots__ = ("_answered", "_peer", "_we", "ours", "read_sound_call", "theirs", "version")

    def __init__(self, version: Version, peer: Sender) -> None:
        self.version = version
        self._peer = peer
        self.read_sound_call = _read_nothing if is_long_way_forced() else call_reader(version, peer).read
        """Returns the call in a text if it can be read by its type and so has no violation.

        Returns None for any other text, which `receive` must take. Nothing is noted: `note` does that for a call that
        is not answered at once.
        """
        self._we = Sender.CSMS if peer is Sender.STATION else Sender.STATION
        self.ours: dict[str, Call] = {}
        """Our calls without an answer so far, by id."""
        self.theirs: dict[str, Call] = {}
        """The calls of the peer without an answer so far, by id."""
        can_refuse = ResultError.number in version.framing.types
        self._answered: Bounded[str, Call] | None = Bounded(_MOST_ANSWERED) if can_refuse else None
        """The last calls of the peer that got a CALLRESULT; None in a version in which it cannot refuse that."""

    # What the peer sends.

    def receive(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what the text of one message means; the call of ours that it answers is ended."""
        return self.take(self.read(data), strictness)

    def read(self, data: bytes) -> Message | Malformed:
        """Return the message in a text, a call with its typed payload if possible; nothing is noted."""
        return self.read_sound_call(data) or decode(data, self.version.framing)

    def note(self, call: Call) -> None:
        """Note that a call of the peer came."""
        self.theirs[call.id] = call
        if len(self.theirs) > _MOST_OPEN:
            del self.theirs[next(iter(self.theirs))]

    def take(self, message: Message | Malformed, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a decoded message means; the call of ours that it answers is ended."""
        if type(message) is Call:
            return self._take_call(message, strictness)
        answers = self.ours.pop(message.id, None) if message.is_answer else None
        if type(message) is Malformed:
            return IncomingMessage(message, (), answers, is_refused=True, refusal=self._refusal(message, answers))
        if type(message) is Result and answers is not None and strictness.looks_at(answers.action):
            message, violations = self.version.read_result(answers, message)
            counting = violations and strictness.counting(answers.action, violations)
            if not counting:
                return IncomingMessage(message, violations, answers)
            return IncomingMessage(
                message, violations, answers, is_refused=True, refusal=self._result_error(answers, counting)
            )
        if type(message) is SendMessage:
            return self._take_send(message, strictness)
        if type(message) is ResultError and self._answered is not None:
            return IncomingMessage(message, refuses=self._answered.pop(message.id, None))
        return IncomingMessage(message, (), answers)

    def peek(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a message that was lost would have meant; the open calls stay as they are."""
        ours, theirs = self.ours, self.theirs
        self.ours, self.theirs = dict(ours), dict(theirs)
        came = self.receive(data, strictness)
        self.ours, self.theirs = ours, theirs
        return came

    def _take_call(self, call: Call, strictness: ValidationPolicy) -> IncomingMessage:
        call, violations = self.version.read_call(call, self._peer, payload=strictness.looks_at(call.action))
        self.note(call)
        counting = violations and strictness.counting(call.action, violations)
        if not counting:
            return IncomingMessage(call, violations)
        return IncomingMessage(call, violations, is_refused=True, refusal=refusal(call, counting, self.version.framing))

    def _take_send(self, send: SendMessage, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a SEND means. It is never answered, so that it may come while calls are open."""
        send, violations = self.version.read_send(send, self._peer, payload=strictness.looks_at(send.action))
        counting = violations and strictness.counting(send.action, violations)
        return IncomingMessage(send, violations, is_refused=bool(counting))

    def _result_error(self, answers: Call, violations: Sequence[Violation]) -> ResultError | None:
        """Return the CALLRESULTERROR for a wrong result of a call; None in a version that does not have it."""
        if self._answered is None:
            return None
        told = refusal(answers, violations, self.version.framing)
        return ResultError(told.id, told.code, told.description, told.details)

    def _refusal(self, message: Malformed, answers: Call | None) -> Error | None:
        """Return the refusal of something that is not a message.

        A malformed answer gets none (Part 4, 4.2.3), except a CALLRESULT in OCPP 2.1.
        """
        framing = self.version.framing
        if answers is not None and self._answered is not None and message.number == Result.number:
            return ResultError(answers.id, framing.spelled(ErrorCode.RpcFrameworkError), message.problem)
        id_ = framing.unreadable_id if message.id == UNREADABLE_ID else message.id
        if message.is_answer or message.code is None or id_ is None:
            return None
        return Error(id_, framing.spelled(message.code), message.problem)

    # What we send.

    def answered(self, call: Call) -> None:
        """Note that a call of the peer was answered with a result whose violations are known."""
        self.theirs.pop(call.id, None)
        if self._answered is not None:
            self._answered.renew(call.id, call)

    def open(self, call: Call) -> None:
        """Note that a call of ours is open, until an answer with its id comes."""
        self.ours[call.id] = call

    def give_up(self, call: Call) -> None:
        """End a call of ours that was not answered; an answer that comes later ends nothing."""
        self.ours.pop(call.id, None)

    def sent(self, message: Message, answers: Call | None) -> Sequence[Violation]:
        """Note that a message of ours was sent, and return how it breaks its schema, worst first.

        `answers` is the call of the peer that it ends, or None.
        """
        if answers is None:
            return self.version.call_violations(message, self._we) if isinstance(message, Call) else ()
        self.theirs.pop(answers.id, None)
        if self._answered is not None and type(message) is Result:
            self._answered.renew(message.id, answers)
        if type(message) is Result and answers.action in self.version.actions:
            return self.version.result_violations(answers, message.payload)
        return ()


def _read_nothing(_: bytes) -> None:
    """Leave every text to `decode`."""
