"""One OCPP-J conversation over a transport: decode, answer, and call with one CALL open at a time (Part 4, 4.1.1).

Reading never waits: what comes is decoded, published and answered at once. The session decides nothing; its host does.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mock_csms.behavior.events import Connected, Disconnected, Event, Received, Sent, Unanswered
from mock_csms.behavior.replies import Emission
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode, encode
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.transport import Transport


class CallFailed(Exception):
    """A command was not answered as it should be; the text says why."""


class Host(Protocol):
    """Who owns sessions: it is told everything, and decides what is answered."""

    def publish(self, event: Event) -> None:
        """Learn what happened."""

    def answer(self, session: "Session", call: Call, violations: Sequence[Violation]) -> Sequence[Emission]:
        """Return what to send for the peer's `call`, which has those violations."""

    def ended(self, session: "Session") -> None:
        """Learn that the session is over."""


@dataclass(slots=True)
class _OpenCall:
    """A CALL of ours that waits for its answer."""

    call: Call
    answer: "asyncio.Future[Json]"


class Session:
    """The conversation with one peer, which is a `peer` of the station called `identity`."""

    __slots__ = ("_host", "_open", "_peer", "_transport", "_turn", "identity", "is_over", "version")

    def __init__(self, transport: Transport, identity: str, version: Version, peer: Sender, host: Host) -> None:
        self.identity = identity
        self.is_over = False
        self._transport = transport
        self.version = version
        self._peer = peer
        self._host = host
        self._open: _OpenCall | None = None
        self._turn: asyncio.Lock | None = None

    def started(self, subprotocol: str, offered: tuple[str, ...]) -> None:
        """Publish that the conversation begins."""
        self._host.publish(Connected(clock.now(), self.identity, subprotocol, offered))

    # Reading.

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one message of the peer: publish it, then answer it or give it to the call that waits for it."""
        message = decode(data)
        waiting = None
        violations: Sequence[Violation] = ()
        if isinstance(message, Call):
            violations = self.version.call_violations(message, self._peer)
        elif self._open is not None and self._open.call.id == message.id:
            waiting, self._open = self._open, None
            if isinstance(message, Result):
                violations = self.version.result_violations(waiting.call, message.payload)
        answers = waiting.call if waiting else None
        self._host.publish(Received(clock.now(), self.identity, data, message, violations, answers, binary))
        if isinstance(message, Call):
            for emission in self._host.answer(self, message, violations):
                self._emit(emission, message)
        elif waiting is not None:
            _settle(waiting.answer, message, violations)
        elif isinstance(message, Malformed) and not message.answers:
            self._send(Error(message.id, message.code, message.problem), None)

    def closed(self, code: int, reason: str) -> None:
        """Learn from the transport that the connection is gone."""
        if self.is_over:
            return
        self.is_over = True
        now = clock.now()
        if self._open is not None:
            waiting, self._open = self._open, None
            self._host.publish(Unanswered(now, self.identity, waiting.call, "the connection was lost"))
            _fail(waiting.answer, "the connection was lost")
        self._host.publish(Disconnected(now, self.identity, code, reason))
        self._host.ended(self)

    # Sending.

    def close(self, code: int, reason: str = "") -> None:
        """End the conversation now; the closing handshake goes on without it."""
        self._transport.close(code, reason)
        self.closed(code, f"closed by the mock: {reason}")

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
            call = Call(clock.new_id(), action, payload())
            self._open = _OpenCall(call, asyncio.get_running_loop().create_future())
            answer = self._open.answer
            if not self._send(call, None):
                self._open = None
                raise CallFailed("the connection is closed")
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

    def _emit(self, emission: Emission, call: Call) -> None:
        if emission.after > 0:
            asyncio.get_running_loop().call_later(emission.after, self._send, emission.message, call)
        else:
            self._send(emission.message, call)

    def _send(self, message: Message, answers: Call | None) -> bool:
        """Send a message, publish it when the connection took it, and tell whether it did."""
        text = encode(message)
        if self.is_over or not self._transport.send(text):
            return False
        violations: Sequence[Violation] = ()
        if isinstance(message, Result) and answers is not None:
            violations = self.version.result_violations(answers, message.payload)
        elif isinstance(message, Call):
            violations = self.version.schemas.request_violations(message.action, message.payload)
        self._host.publish(Sent(clock.now(), self.identity, text, message, violations, answers))
        return True


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
