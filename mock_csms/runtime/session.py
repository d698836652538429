"""One OCPP-J conversation over a transport: decode, answer, and call with one CALL open at a time (Part 4, 4.1.1).

Reading never waits: what comes is decoded, published and answered at once. The session decides nothing; its host does.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeAlias

from mock_csms.behavior.emissions import Act, Close, Emission, Reset, Stall
from mock_csms.behavior.events import Breached, Disconnected, Event, Lost, Received, Sent, Spoiled, Unanswered
from mock_csms.behavior.replies import Decision
from mock_csms.behavior.templates import World
from mock_csms.behavior.validation import Validation
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode
from mock_csms.protocol.records import Mutable
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.lane import Lane
from mock_csms.runtime.transport.breaches import Breach
from mock_csms.runtime.transport.connection import Transport


class CallFailed(Exception):
    """A command was not answered as it should be; the text says why."""


Arrival: TypeAlias = Callable[[str], tuple[float | None, str]]
"""Returns how many seconds later a message of a station comes, None for a lost one, and by which faults."""


class Host(Protocol):
    """Who owns sessions: it is told everything, and decides what is answered."""

    def publish(self, event: Event) -> None:
        """Learn what happened."""

    @property
    def world(self) -> World:
        """Where fresh ids come from."""

    @property
    def validation(self) -> Validation:
        """How strictly payloads are checked."""

    @property
    def arrival(self) -> "Arrival | None":
        """How a message of the peer comes that is late or lost by our own doing; None where none is."""

    def reject(self, session: "Session", message: Error) -> Decision:
        """Return what to do to send `message` in answer to what is no call."""

    def answer(self, session: "Session", call: Call, violations: Sequence[Violation]) -> Decision:
        """Return what to do about the peer's `call`, which has those violations."""

    def command(self, session: "Session", call: Call) -> Decision:
        """Return what to do to send our own `call`."""

    def ended(self, session: "Session") -> None:
        """Learn that the session is over."""


class _OpenCall(Mutable):
    """A CALL of ours that waits for its answer."""

    call: Call
    answer: "asyncio.Future[Json]"


class Session:
    """The conversation with one peer, which is a `peer` of the station called `identity`."""

    __slots__ = (
        *("_farewell", "_host", "_incoming", "_open", "_outgoing", "_peer", "_transport", "_turn"),
        *("identity", "is_over", "version"),
    )

    def __init__(self, transport: Transport, identity: str, version: Version, peer: Sender, host: Host) -> None:
        self.identity = identity
        self.is_over = False
        self._transport = transport
        self.version = version
        self._peer = peer
        self._host = host
        self._open: _OpenCall | None = None
        self._farewell = ""
        self._turn: asyncio.Lock | None = None
        self._incoming: Lane | None = None
        self._outgoing: Lane | None = None

    # Reading.

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one message of the peer, now or when it comes; one that our own faults lose is told, and no more."""
        message, arrival = decode(data), self._host.arrival
        if arrival is None and not self._incoming:
            self._take(message, data, binary=binary)
            return
        after, fault = arrival(self.identity) if arrival else (0.0, "")
        if after is None:
            self._lose(message, data, fault, binary=binary)
        else:
            self._incoming = self._incoming or Lane()
            self._incoming.put(after, partial(self._take, message, data, binary=binary))

    def _lose(self, message: Message | Malformed, data: bytes, fault: str, *, binary: bool) -> None:
        is_ours = self._open is not None and message.id == self._open.call.id and message.is_answer
        answers = self._open.call if self._open and is_ours else None
        message, violations, counting = self._check(message, answers)
        refused, now = bool(counting) or isinstance(message, Malformed), clock.now()
        lost = Received(now, self.identity, data, message, violations, answers, binary, refused)
        self._host.publish(Lost(now, self.identity, lost, fault))

    def _take(self, message: Message | Malformed, data: bytes, *, binary: bool) -> None:
        """Publish a message, then answer it or give it to the call that waits for it."""
        waiting = self._answered_by(message)
        answers = waiting.call if waiting else None
        message, violations, counting = self._check(message, answers)
        refused = bool(counting) or isinstance(message, Malformed)
        now = clock.now()
        self._host.publish(Received(now, self.identity, data, message, violations, answers, binary, refused))
        if isinstance(message, Call):
            self._perform(self._host.answer(self, message, counting), message)
        elif waiting is not None:
            _settle(waiting.answer, message, counting)
        elif isinstance(message, Malformed) and not message.is_answer:
            error = Error(message.id, message.code, message.problem)
            self._perform(self._host.reject(self, error), None)

    def _answered_by(self, message: Message | Malformed) -> "_OpenCall | None":
        """Return the call of ours that a message ends, which then is open no longer."""
        if self._open is None or message.id != self._open.call.id or not message.is_answer:
            return None
        waiting, self._open = self._open, None
        return waiting

    def _check(
        self, message: Message | Malformed, answers: Call | None
    ) -> tuple[Message | Malformed, Sequence[Violation], Sequence[Violation]]:
        """Return a message as its schema reads it, how it is wrong, and what of that counts."""
        validation = self._host.validation
        violations: Sequence[Violation] = ()
        if isinstance(message, Call):
            looked_at = validation.looks_at(message.action)
            message, violations = self.version.read_call(message, self._peer, payload=looked_at)
            return message, violations, violations and validation.counting(message.action, violations)
        if isinstance(message, Result) and answers is not None and validation.looks_at(answers.action):
            message, violations = self.version.read_result(answers, message)
            return message, violations, violations and validation.counting(answers.action, violations)
        return message, violations, violations

    def broke(self, breach: Breach) -> None:
        """Publish that the peer broke the protocol below; the connection ends for it."""
        if not self.is_over:
            self._arrive()
            self._host.publish(Breached(clock.now(), self.identity, breach.clause, breach.problem, breach.waited))

    def closed(self, code: int, reason: str) -> None:
        """Learn from the transport that the connection is gone."""
        if self.is_over:
            return
        self.is_over = True
        self._arrive()
        now = clock.now()
        if self._open is not None:
            waiting, self._open = self._open, None
            self._host.publish(Unanswered(now, self.identity, waiting.call, "the connection was lost"))
            _fail(waiting.answer, "the connection was lost")
        self._host.publish(Disconnected(now, self.identity, code, self._farewell or reason))
        self._host.ended(self)

    def _arrive(self) -> None:
        """Take what is still on its way: it was sent before the end that is told now."""
        if self._incoming is not None:
            self._incoming.empty()

    @property
    def _we(self) -> str:
        return "mock" if self._peer is Sender.STATION else "station"

    # Sending.

    def close(self, code: int, reason: str = "") -> None:
        """End the conversation now; the closing handshake goes on without it."""
        self._transport.close(code, reason)
        self.closed(code, f"closed by the mock: {reason}")

    def drop(self, reason: str) -> None:
        """End the conversation with a TCP RST."""
        self._transport.reset()
        self.closed(1006, reason)

    async def call(
        self, action: str, payload: Callable[[], Json], timeout_: float, written: Callable[[], None] | None = None
    ) -> Json:
        """Send a CALL once those before it have ended, and return the payload of its result.

        `payload` is asked for when the turn has come; `written` is called once the frame went to the socket. Raises
        CallFailed for a CALLERROR, an answer that breaks its schema, no answer within `timeout_` seconds, or a lost
        connection.
        """
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            call = Call(self._host.world.new_id(), action, payload())
            self._open = _OpenCall(call, asyncio.get_running_loop().create_future())
            answer = self._open.answer
            if self.is_over:
                self._open = None
                raise CallFailed("the connection is closed")
            self._perform(self._host.command(self, call), None)
            if written:
                written()
            try:
                async with asyncio.timeout(timeout_):
                    return await answer
            except TimeoutError:
                reason = f"no answer within {timeout_:g} s"
                self._host.publish(Unanswered(clock.now(), self.identity, call, reason))
                raise CallFailed(reason) from None
            finally:
                self._open = None

    def _perform(self, decision: Decision, answers: Call | None) -> None:
        """Do what was decided: at once what need not wait, so that reading goes on."""
        if decision.fault:
            self._host.publish(Spoiled(clock.now(), self.identity, decision.fault, decision.message, answers))
        for act in decision.acts:
            if isinstance(act, Emission) and act.in_line:
                self._outgoing = self._outgoing or Lane()
                self._outgoing.put(act.after, partial(self._do, act, answers, decision))
            elif isinstance(act, Emission) and not act.after:
                self._send(act, answers, decision.rule, decision.fault)
            elif act.after:
                asyncio.get_running_loop().call_later(act.after, self._do, act, answers, decision)
            else:
                self._do(act, answers, decision)

    def _do(self, act: Act, answers: Call | None, decision: Decision) -> None:
        match act:
            case Emission():
                self._send(act, answers, decision.rule, decision.fault)
            case Close(code):
                self._farewell = f"closed by the {self._we} with {code}"
                self._transport.close(code, "a fault")
            case Reset():
                self._farewell = f"reset by the {self._we}"
                self._transport.reset()
            case Stall(seconds):
                self._transport.stall(seconds)

    def _send(self, emission: Emission, answers: Call | None, rule: str = "", fault: str = "") -> None:
        """Send a message, and publish it when the connection took it."""
        message = emission.message
        text = emission.encoded()
        if self.is_over or not self._transport.send(text, binary=emission.binary, parts=emission.frames):
            return
        violations: Sequence[Violation] = ()
        if isinstance(message, Result) and answers is not None:
            violations = self.version.result_violations(answers, message.payload)
        elif isinstance(message, Call) and message.action in self.version.actions:
            violations = self.version.schemas.request_violations(message.action, message.payload)
        self._host.publish(Sent(clock.now(), self.identity, text, message, violations, answers, rule, fault))


def _settle(
    answer: "asyncio.Future[Json]", message: Result | Error | Malformed, violations: Sequence[Violation]
) -> None:
    """End a call of ours with what came for it."""
    if isinstance(message, Result) and not violations:
        if not answer.done():
            answer.set_result(message.payload)
    elif isinstance(message, Result):
        _fail(answer, f"the answer breaks its schema: {violations[0]}")
    elif isinstance(message, Error):
        _fail(answer, f"{message.code}: {message.description}")
    else:
        _fail(answer, message.problem)


def _fail(answer: "asyncio.Future[Json]", reason: str) -> None:
    if not answer.done():
        answer.set_exception(CallFailed(reason))
