"""One conversation of OCPP-J between two sides, without I/O (Part 4, chapter 4).

Each side sends CALLs, each with its own id, and answers the CALLs of the other side with a CALLRESULT or a CALLERROR
with the same id. An answer ends the open call with its id; a late or repeated answer ends nothing. A wrong call is
answered with a CALLERROR. A wrong answer is never answered, and the call that it ends has failed.

A side has at most one CALL open at a time (4.1.1). The queue for further CALLs is not here but with the sender, so that
recorded conversations can be played through this class too.
"""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import UNREADABLE_ID, Call, Error, ErrorCode, Malformed, Message, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.typed import call_reader
from mock_csms.protocol.versions import Version, refusal

_MOST_OPEN = 1000
"""How many unanswered calls of the peer are remembered; a fault may leave all of them open."""
_MOST_ANSWERED = 5
"""How many answered calls of the peer are remembered, because it may refuse their CALLRESULT (OCPP 2.1).

It does so at once, so few are needed, and many would cost time and memory with each call.
"""


class ValidationPolicy(Protocol):
    """Decides how strictly the payloads of the peer are checked."""

    def looks_at(self, action: str) -> bool:
        """Whether payloads of `action` are checked at all."""

    def counting(self, action: str, violations: Sequence[Violation]) -> Sequence[Violation]:
        """Return the violations that are a reason to refuse a message of `action`."""


class IncomingMessage(Record):
    """The meaning of a message of the peer for the conversation."""

    message: Message | Malformed
    """The message, with integers in place of `1.0`."""
    violations: Sequence[Violation] = ()
    """Its violations of the schema, the worst first, even if it is not refused because of them."""
    answers: Call | None = None
    """The call of the mock that it answers; None if it answers none."""
    is_refused: bool = False
    """Whether it is not accepted.

    A refused call is answered with the `refusal`; a refused answer lets its call fail.
    """
    refusal: Error | None = None
    """The CALLERROR for a wrong call, or the CALLRESULTERROR for a wrong CALLRESULT (OCPP 2.1); None for any other."""
    refuses: Call | None = None
    """The call of the peer whose CALLRESULT it refuses (OCPP 2.1); None for any other message."""

    @property
    def failure(self) -> str:
        """The reason why the call that it answers has failed; empty for a valid result."""
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
    """One conversation with a `peer`: the open calls of both sides, and the meaning of each message for them."""

    __slots__ = ("_answered", "_peer", "_we", "can_refuse", "ours", "read_sound_call", "theirs", "version")

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
        """By id: our calls without an answer so far."""
        self.theirs: dict[str, Call] = {}
        """By id: the calls of the peer without an answer so far."""
        self.can_refuse = ResultError.number in version.framing.types
        """Whether the peer may refuse a CALLRESULT (OCPP 2.1)."""
        self._answered: deque[tuple[str, Call]] | None = deque(maxlen=_MOST_ANSWERED) if self.can_refuse else None
        """By id: the last calls of the peer that got a CALLRESULT. None if the version has no CALLRESULTERROR."""

    # Messages from the peer.

    def receive(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Parse and take one message. The call of ours that it answers is not open any more."""
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
        """Take a parsed message. The call of ours that it answers is not open any more."""
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
            return IncomingMessage(message, refuses=_taken_from(self._answered, message.id))
        return IncomingMessage(message, (), answers)

    def peek(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a lost message would have meant. The open calls do not change."""
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
        """Return a SEND as an incoming message.

        It gets no answer, so it may come while calls are open (2.1 Part 4, 4.2).
        """
        send, violations = self.version.read_send(send, self._peer, payload=strictness.looks_at(send.action))
        counting = violations and strictness.counting(send.action, violations)
        return IncomingMessage(send, violations, is_refused=bool(counting))

    def _result_error(self, answers: Call, violations: Sequence[Violation]) -> ResultError | None:
        """Return the CALLRESULTERROR for a wrong result of a call; None if the version does not have this message."""
        if self._answered is None:
            return None
        error = refusal(answers, violations, self.version.framing)
        return ResultError(error.id, error.code, error.description, error.details)

    def _refusal(self, message: Malformed, answers: Call | None) -> Error | None:
        """Return the error to send for a malformed message.

        A malformed answer gets none (Part 4, 4.2.3), except in OCPP 2.1.
        """
        framing = self.version.framing
        if answers is not None and self._answered is not None and message.number == Result.number:
            return ResultError(answers.id, framing.spelled(ErrorCode.RpcFrameworkError), message.problem)
        id_ = framing.unreadable_id if message.id == UNREADABLE_ID else message.id
        if message.is_answer or message.code is None or id_ is None:
            return None
        return Error(id_, framing.spelled(message.code), message.problem)

    # Messages to the peer.

    def answered(self, call: Call) -> None:
        """Note that the mock has answered a call of the peer with a result whose violations are known."""
        self.theirs.pop(call.id, None)
        if self._answered is not None:
            self._answered.append((call.id, call))

    def open(self, call: Call) -> None:
        """Note that a call of ours is open until an answer with its id comes."""
        self.ours[call.id] = call

    def give_up(self, call: Call) -> None:
        """Close a call of ours that was not answered. A later answer to it counts as an answer without a call."""
        self.ours.pop(call.id, None)

    def sent(self, message: Message, answers: Call | None) -> Sequence[Violation]:
        """Note that we have sent a message, and return its violations of the schema, the worst first.

        `answers` is the call of the peer that it answers, or None.
        """
        if answers is None:
            return self.version.call_violations(message, self._we) if isinstance(message, Call) else ()
        self.theirs.pop(answers.id, None)
        if self._answered is not None and type(message) is Result:
            self._answered.append((message.id, answers))
        if type(message) is Result and answers.action in self.version.actions:
            return self.version.result_violations(answers, message.payload)
        return ()


def _taken_from(answered: deque[tuple[str, Call]], id_: str) -> Call | None:
    """Remove the last call that was answered with this message id, and return it; None if there is none."""
    for pair in reversed(answered):
        if pair[0] == id_:
            answered.remove(pair)
            return pair[1]
    return None


def _read_nothing(_: bytes) -> None:
    """Read nothing, so that every text is read by `decode`."""
