"""One connection: the conversation over a transport, with a clock, and a queue for our own calls (Part 4, 4.1.1).

Reading never waits: a message is read, published and answered at once. The conversation finds out what a message means,
and the host decides what is done.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from mock_csms.behavior.emissions import Act, Ask, Close, Emission, Reset, Stall
from mock_csms.behavior.replies import Decision
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.conversation import Conversation, IncomingMessage
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.sends import SendMessage
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.delays import Delays
from mock_csms.runtime.host import Host
from mock_csms.runtime.lane import Lane
from mock_csms.runtime.open_call import CallFailed, OpenCall
from mock_csms.runtime.patience import within
from mock_csms.runtime.raw_frames import raw_sent
from mock_csms.runtime.transport.breaches import Breach
from mock_csms.runtime.transport.connection import Transport
from mock_csms.twin.events import Breached, Disconnected, Failed, Lost, Received, Sent, Spoiled, Unanswered

_MOST_CALLS = 1000
"""How many calls of ours may wait on one connection."""


class Session:
    """The connection of a station; `peer` is the other side: the station, or for mock-station the CSMS."""

    __slots__ = (
        *("_calls", "_delays", "_farewell", "_host", "_incoming", "_is_direct", "_open", "_outgoing"),
        *("_talk", "_transport", "_turn", "_we", "identity", "is_over", "version"),
    )

    def __init__(self, transport: Transport, identity: str, version: Version, peer: Sender, host: Host) -> None:
        self.identity = identity
        self.is_over = False
        self.version = version
        self._transport = transport
        self._we = "mock" if peer is Sender.STATION else "station"
        self._talk = Conversation(version, peer)
        self._host = host
        self._open: OpenCall | None = None
        self._farewell = ""
        self._turn: asyncio.Lock | None = None
        self._calls = 0
        """The number of our calls that wait to be sent or answered."""
        self._delays: Delays | None = None
        self._incoming: Lane | None = None
        self._outgoing: Lane | None = None

    # Reading.

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one message of the peer, now or later if a network fault delays it. A lost one is only published."""
        host = self._host
        if host.arrival is not None or self._incoming:
            self._receive_later(data, binary=binary)
            return
        try:
            call = None if binary else self._talk.read_sound_call(data)
            if call is None:
                self._take_other(data, binary=binary)
                return
            short_way = host.short_way
            if short_way is None or self._talk.theirs or not short_way.take(self, call, self._transport.send_text):
                self._answer(call, data)
            elif self._talk.can_refuse:
                self._talk.answered(call)
        except Exception as error:
            self._failed(error)

    def _receive_later(self, data: bytes, *, binary: bool) -> None:
        """Handle a message of the peer after a delay by a network fault, after the messages that came before it."""
        arrival = self._host.arrival
        after, fault = arrival(self.identity) if arrival else (0.0, "")
        if after is None:
            came, now = self._talk.peek(data, self._host.validation), clock.now()
            self._host.publish(Lost(now, self.identity, self._event(now, data, came, binary=binary), fault))
        else:
            self._incoming = self._incoming or Lane(self._transport.turns)
            self._incoming.put(after, self._later(len(data), partial(self._take, data, binary=binary)))

    def _event(self, now: float, data: bytes, came: IncomingMessage, *, binary: bool) -> Received:
        message, wrong, answers = came.message, came.violations, came.answers or came.refuses
        return Received(now, self.identity, data, message, wrong, answers, binary, came.is_refused, self.version)

    def _take(self, data: bytes, *, binary: bool) -> None:
        """Take one message that has arrived."""
        try:
            call = None if binary else self._talk.read_sound_call(data)
            if call is None:
                self._take_other(data, binary=binary)
            else:
                self._answer(call, data)
        except Exception as error:
            self._failed(error)

    def _take_other(self, data: bytes, *, binary: bool) -> None:
        """Publish a message that was not read by its type, then answer it or give it to the call that waits for it."""
        waiting: OpenCall | None = None
        try:
            came = self._talk.receive(data, self._host.validation)
            message, answers = came.message, came.answers
            if answers is not None:
                waiting, self._open = self._open, None
            self._host.publish(self._event(clock.now(), data, came, binary=binary))
            if waiting is not None:
                waiting.end(came)
            if type(message) is Call:
                self._perform(self._host.answer(self, message, came.refusal), message)
            elif came.refusal is not None:
                self._perform(self._host.reject(self, came.refusal), None)
        except Exception as error:
            self._failed(error, waiting)

    def _answer(self, call: Call, data: bytes) -> None:
        """Publish a call without violations, and answer it, with the remembered answer if there is one."""
        host, identity, version = self._host, self.identity, self.version
        self._talk.note(call)
        host.publish(Received(clock.now(), identity, data, call, version=version))
        prepared = host.prepared(self, call)
        if prepared is None:
            self._perform(host.answer(self, call, None), call)
            return
        text = prepared.text_for(call.id)
        if self.is_over or not self._transport.send_text(text):
            return
        self._talk.answered(call)
        answer = Result(call.id, prepared.payload)
        host.publish(Sent(clock.now(), identity, text, answer, prepared.violations, call, "", "", version))

    def _failed(self, error: Exception, waiting: "OpenCall | None" = None) -> None:
        """Publish an error in the mock's own handling of a message, and end the connection, whose state is unclear."""
        problem = f"internal error: a message could not be taken: {error!r}"
        self._host.publish(Failed(clock.now(), self.identity, problem))
        if waiting is not None:
            waiting.fail(problem)
        self.close(1011, "internal error")

    def broke(self, breach: Breach) -> None:
        """Publish that the peer has broken the WebSocket protocol; the connection ends because of it."""
        if not self.is_over:
            self._arrive()
            self._host.publish(Breached(clock.now(), self.identity, breach.clause, breach.problem, breach.waited))

    def closed(self, code: int, reason: str) -> None:
        """Handle the end of the connection."""
        if self.is_over:
            return
        self.is_over = True
        self._arrive()
        now = clock.now()
        if self._open is not None:
            waiting, self._open = self._open, None
            self._host.publish(Unanswered(now, self.identity, waiting.call, "the connection was lost"))
            waiting.fail("the connection was lost")
        self._host.publish(Disconnected(now, self.identity, code, self._farewell or reason))
        self._host.ended(self)

    def _arrive(self) -> None:
        """Handle the messages that are still delayed, because they were sent before the end of the connection."""
        if self._incoming is not None:
            self._incoming.empty()

    # Sending.

    def close(self, code: int, reason: str = "") -> None:
        """End the conversation now, and start the closing handshake."""
        self._transport.close(code, reason)
        self.closed(code, f"closed by the {self._we}: {reason}")

    def send_raw(self, data: bytes, *, binary: bool) -> None:
        """Send a frame unchanged. A call in it counts as open."""
        if not self.is_over and self._transport.send(data, binary=binary):
            self._host.publish(raw_sent(self.identity, data, self._talk))

    def drop(self, reason: str) -> None:
        """End the conversation with a TCP RST."""
        self._transport.reset()
        self.closed(1006, reason)

    def notify(self, action: str, payload: Json) -> None:
        """Send a SEND (OCPP 2.1) at once: it gets no answer, and it may be sent while a call is open."""
        self._perform(self._host.command(self, SendMessage(self._host.world.new_id(), action, payload)), None)

    async def call(
        self, action: str, payload: Callable[[], Json], timeout_: float, written: Callable[[], None] | None = None
    ) -> Json:
        """Send a CALL after the earlier calls have ended, and return the payload of its result.

        `payload` is called when it is the turn of this call; `written` is called once the frame went to the socket.
        Raises CallFailed for a CALLERROR, an answer that breaks its schema, no answer within `timeout_` seconds, a lost
        connection, or too many waiting calls.
        """
        if self._calls >= _MOST_CALLS:
            reason = f"{action} was not sent: {self._calls} commands wait for {self.identity} already"
            self._host.publish(Failed(clock.now(), self.identity, reason))
            raise CallFailed(reason)
        self._calls += 1
        try:
            return await self._call_in_turn(action, payload, timeout_, written)
        finally:
            self._calls -= 1

    async def _call_in_turn(
        self, action: str, payload: Callable[[], Json], timeout_: float, written: Callable[[], None] | None
    ) -> Json:
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            await self._transport.write_buffer.clear()
            call = Call(self._host.world.new_id(), action, payload())
            if self.is_over:
                raise CallFailed("the connection is closed")
            self._talk.open(call)
            self._open = OpenCall(call, asyncio.get_running_loop().create_future())
            answer = self._open.answer
            try:
                self._perform(self._host.command(self, call), None)
                if written:
                    written()
                return await within(timeout_, answer, self._transport.write_buffer)
            except TimeoutError:
                reason = f"no answer within {timeout_:g} s"
                self._host.publish(Unanswered(clock.now(), self.identity, call, reason))
                raise CallFailed(reason, is_late=True) from None
            finally:
                self._open = None
                self._talk.give_up(call)

    def _perform(self, decision: Decision, answers: Call | None) -> None:
        """Perform a decision: at once if nothing has to wait, so that reading goes on."""
        if decision.fault:
            self._host.publish(Spoiled(clock.now(), self.identity, decision.fault, decision.message, answers))
        for act in decision.acts:
            if isinstance(act, Emission) and act.in_line:
                self._outgoing = self._outgoing or Lane(self._transport.turns)
                self._outgoing.put(act.after, self._delayed(act, answers, decision))
            elif isinstance(act, Emission) and not act.after:
                self._send(act, answers, decision.rule, decision.fault)
            elif act.after:
                asyncio.get_running_loop().call_later(act.after, self._delayed(act, answers, decision))
            else:
                self._do(act, answers, decision)

    def _delayed(self, act: Act, answers: Call | None, decision: Decision) -> Callable[[], None]:
        size = len(act.encoded()) if isinstance(act, Emission) else 0
        return self._later(size, partial(self._do, act, answers, decision))

    def _later(self, size: int, do: Callable[[], None]) -> Callable[[], None]:
        """Return a function that calls `do`; until it is called, `size` bytes count as waiting."""
        self._delays = self._delays or Delays(self._transport)
        return self._delays.later(size, do)

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
            case Ask(question):
                asker = self._host.asker
                if asker is not None and answers is not None:
                    asker.ask(question, self._later(0, partial(self._resume, answers)))

    def _resume(self, call: Call) -> None:
        """Answer a call after another platform was asked about it."""
        if not self.is_over:
            self._perform(self._host.answer(self, call, None), call)

    def _send(self, emission: Emission, answers: Call | None, rule: str = "", fault: str = "") -> None:
        """Send a message, and publish it when the connection has accepted it."""
        message = emission.message
        text = emission.encoded()
        if self.is_over or not self._transport.send(text, binary=emission.binary, parts=emission.frames):
            return
        violations = self._talk.sent(message, answers)
        self._host.publish(
            Sent(clock.now(), self.identity, text, message, violations, answers, rule, fault, self.version)
        )
