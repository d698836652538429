"""One conversation of OCPP-J between two sides, without I/O (Part 4, chapter 4).

Each side sends CALLs, each with an id of its own, and answers those of the other with a CALLRESULT or a CALLERROR that
has the same id. An answer ends the open call with its id, once: one that comes late, or again, ends nothing. What is
wrong with a call is answered with a CALLERROR; what is wrong with an answer is never answered, and fails the call.

A side has at most one CALL open at a time (4.1.1). Whoever has more to say keeps it in a queue of its own; here nothing
waits, so that a record of somebody else's conversation can be played through it too.
"""

from collections.abc import Sequence
from typing import Protocol

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import UNREADABLE_ID, Call, Error, Malformed, Message, Result, decode
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version, refusal

_MOST_OPEN = 1000
"""How many calls of the peer are remembered that nobody answers: a fault may leave them all open."""


class ValidationPolicy(Protocol):
    """How strictly the payloads of the peer are checked."""

    def looks_at(self, action: str) -> bool:
        """Whether payloads of `action` are checked at all."""

    def counting(self, action: str, violations: Sequence[Violation]) -> Sequence[Violation]:
        """Return the violations for which a message of `action` is refused."""


class IncomingMessage(Record):
    """What a message of the peer means."""

    message: Message | Malformed
    """As its schema reads it: with integers where it has `1.0` for one."""
    violations: Sequence[Violation] = ()
    """How it breaks its schema, worst first, whether or not it is refused for it."""
    answers: Call | None = None
    """The call of ours that it ends."""
    is_refused: bool = False
    """Whether it is wrong in a way that counts: a call gets the `refusal`, an answer fails the call that it ends."""
    refusal: Error | None = None
    """The CALLERROR to answer it with, where there is one."""

    @property
    def failure(self) -> str:
        """Why the call that it ends has failed; empty for a good result."""
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
    """What is open between us and the `peer`, and what the messages of both sides mean."""

    __slots__ = ("_peer", "_we", "ours", "theirs", "version")

    def __init__(self, version: Version, peer: Sender) -> None:
        self.version = version
        self._peer = peer
        self._we = Sender.CSMS if peer is Sender.STATION else Sender.STATION
        self.ours: dict[str, Call] = {}
        """Our calls that were not answered yet, by id."""
        self.theirs: dict[str, Call] = {}
        """The peer's calls that were not answered yet, by id."""

    # What the peer sends.

    def receive(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what the text of one message means, and end the call of ours that it answers."""
        return self.take(decode(data, self.version.framing), strictness)

    def take(self, message: Message | Malformed, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a message means that was decoded already."""
        if type(message) is Call:
            return self._take_call(message, strictness)
        answers = self.ours.pop(message.id, None) if message.is_answer else None
        if type(message) is Malformed:
            return IncomingMessage(message, (), answers, is_refused=True, refusal=self._refusal(message))
        if type(message) is Result and answers is not None and strictness.looks_at(answers.action):
            message, violations = self.version.read_result(answers, message)
            counting = violations and strictness.counting(answers.action, violations)
            return IncomingMessage(message, violations, answers, is_refused=bool(counting))
        return IncomingMessage(message, (), answers)

    def peek(self, data: bytes, strictness: ValidationPolicy) -> IncomingMessage:
        """Return what a message would mean, and leave everything open that is open: somebody lost it on its way."""
        ours, theirs = self.ours, self.theirs
        self.ours, self.theirs = dict(ours), dict(theirs)
        came = self.receive(data, strictness)
        self.ours, self.theirs = ours, theirs
        return came

    def _take_call(self, call: Call, strictness: ValidationPolicy) -> IncomingMessage:
        call, violations = self.version.read_call(call, self._peer, payload=strictness.looks_at(call.action))
        self.theirs[call.id] = call
        if len(self.theirs) > _MOST_OPEN:
            del self.theirs[next(iter(self.theirs))]
        counting = violations and strictness.counting(call.action, violations)
        if not counting:
            return IncomingMessage(call, violations)
        return IncomingMessage(call, violations, is_refused=True, refusal=refusal(call, counting, self.version.framing))

    def _refusal(self, message: Malformed) -> Error | None:
        """Return the answer to what is no message; a spoiled answer gets none (Part 4, 4.2.3)."""
        framing = self.version.framing
        id_ = framing.unreadable_id if message.id == UNREADABLE_ID else message.id
        if message.is_answer or message.code is None or id_ is None:
            return None
        return Error(id_, framing.spelled(message.code), message.problem)

    # What we send.

    def open(self, call: Call) -> None:
        """Begin a call of ours: an answer with its id ends it."""
        self.ours[call.id] = call

    def give_up(self, call: Call) -> None:
        """End a call of ours that was not answered: what comes for it later ends nothing."""
        self.ours.pop(call.id, None)

    def sent(self, message: Message, answers: Call | None) -> Sequence[Violation]:
        """Learn that a message of ours went out; return how it breaks its schema, worst first.

        `answers` is the call of the peer that it ends.
        """
        if answers is None:
            return self.version.call_violations(message, self._we) if type(message) is Call else ()
        self.theirs.pop(answers.id, None)
        if type(message) is Result and answers.action in self.version.actions:
            return self.version.result_violations(answers, message.payload)
        return ()
