"""The mock CSMS in process: it listens, lets stations in, holds what is known of them, and commands them."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from mock_csms import assembly
from mock_csms.behavior.admission import Door, LetIn, Respond, Verdict, Visitor
from mock_csms.behavior.commands import Step
from mock_csms.behavior.events import Connected, Event, Failed, Knocked, Refused
from mock_csms.behavior.replies import Decision, Replies
from mock_csms.behavior.rules import RuleBook
from mock_csms.behavior.stations import Station, fold
from mock_csms.behavior.templates import Context, World
from mock_csms.config import Config
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import SUBPROTOCOLS, choose_subprotocol
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.inspection import Inspection
from mock_csms.runtime.session import CallFailed, Session
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.runtime.transport.gate import Limits
from mock_csms.values import TIMESTAMPS

_BACKLOG = 4096


class Csms:
    """One mock: `async with Csms(config) as csms` listens until the block ends.

    `write_ahead` is done before what was sent in a turn of the loop goes to the sockets.
    """

    def __init__(self, config: Config, bus: Bus | None = None, write_ahead: Callable[[], None] | None = None) -> None:
        self.bus = bus or Bus()
        self.stations: dict[str, Station] = {}
        self.sessions: dict[str, Session] = {}
        self.chance = clock.Chance(config.seed)
        self.url = ""
        self._servers: list[asyncio.Server] = []
        limits = Limits(config.max_message_size, not config.no_compression, config.ping_interval, config.ping_timeout)
        self._endpoint = Endpoint(self, limits, write_ahead)
        self._inspection = Inspection(config, self.bus.publish)
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Behave as `config` says from now on; what was settled when the mock began to listen stays as it is."""
        self.config = config
        self.validation = config.validate
        self._inspection.configure(config)
        self._door = Door(assembly.policies(config))
        layers, faults = assembly.layers(config), RuleBook(config.rule.faults)
        self._replies = {
            version: Replies(assembly.defaults(config, version), layers, faults)
            for version in set(SUBPROTOCOLS.values())
        }
        self._set_world()

    def _set_world(self) -> None:
        chance = self.chance
        write_time = TIMESTAMPS[self.config.timestamp_format]
        self.world = World(self.url, write_time, chance.new_integer, chance.new_id, chance.fraction)

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError where the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._inspection.open()
        try:
            sockets = _bind(self.config.host, self.config.port)
        except OSError:
            self._inspection.close()
            raise
        self._servers = [await loop.create_server(self._endpoint, sock=bound, backlog=_BACKLOG) for bound in sockets]
        port = sockets[0].getsockname()[1]
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        self.url = f"ws://{host}:{port}"
        self._set_world()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection with 1001."""
        self._inspection.stop()
        for server in self._servers:
            server.close()
        for session in list(self.sessions.values()):
            session.close(1001, "the mock stops")
        await self._endpoint.close(1001, "the mock stops")
        self._inspection.close()

    async def call(
        self, identity: str, step: Step, request: Json | None = None, written: Callable[[], None] | None = None
    ) -> Json:
        """Send the command of `step` to the station `identity` and return the payload of its result.

        `request` is what `{{request.…}}` stands for in it; `written` is called once the frame went to the socket.
        Raises CallFailed for a CALLERROR, an invalid answer, none in time, or a station that is not connected.
        """
        session = self.sessions.get(identity)
        if session is None:
            reason = f"{step.action} was not sent: {identity} is not connected"
            self.publish(Failed(clock.now(), identity, reason))
            raise CallFailed(reason)
        template = assembly.command_payload(self.config, step)
        return await session.call(
            step.action, lambda: template(self._context(identity, request)), self.config.call_timeout, written
        )

    def _context(self, identity: str, request: object = None) -> Context:
        return Context(clock.now() + self.config.clock_offset, self.stations[identity], self.world, request)

    # What sessions ask and tell.

    def publish(self, event: Event) -> None:
        """Learn from the event, then tell all who watch, and judge it."""
        station = self.stations.get(event.station)
        if station is not None:
            fold(station, event)
        self.bus.publish(event)
        self._inspection.look_at(event)

    def answer(self, session: Session, call: Call, violations: Sequence[Violation]) -> Decision:
        """Return what to do about a station's call."""
        return self._replies[session.version].answer(call, violations, self._context(session.identity, call.payload))

    def command(self, session: Session, call: Call) -> Decision:
        """Return what to do to send a command."""
        return self._replies[session.version].command(call, self._context(session.identity))

    def ended(self, session: Session) -> None:
        """Forget a session that is over; what is known of its station stays."""
        if self.sessions.get(session.identity) is session:
            del self.sessions[session.identity]

    # What the transport asks and tells.

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to speak with a station that offers those."""
        return choose_subprotocol(offered)

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide who is let in, and publish who is not."""
        self.publish(Knocked(clock.now(), visitor.identity, visitor))
        is_connected, known = visitor.identity in self.sessions, self.stations.get(visitor.identity)
        password = known.password if known else None
        verdict = self._door.judge(visitor, subprotocol, clock.now(), is_connected=is_connected, password=password)
        if not isinstance(verdict, LetIn):
            self._refuse(visitor.identity, str(verdict))
        return verdict

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Session:
        """Begin the session of a station; by default it replaces the one that the station has already."""
        identity = visitor.identity
        if self.config.on_duplicate == "new" and identity in self.sessions:
            self.sessions[identity].close(1000, "replaced by a new connection of the same station")
        self.stations.setdefault(identity, Station(identity))
        session = Session(transport, identity, SUBPROTOCOLS[subprotocol], Sender.STATION, self)
        self.sessions[identity] = session
        self.publish(Connected(clock.now(), identity, subprotocol, tuple(visitor.offered)))
        self._limit(session)
        return session

    def _limit(self, session: Session) -> None:
        """Let the connection of a session end when a policy says so."""
        seconds = self._door.cut_after(session.identity)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, self._cut, session)

    def _cut(self, session: Session) -> None:
        if not session.is_over:
            self._door.was_cut(session.identity, clock.now())
            session.drop("cut by --disconnect-after")

    def visit(self, visitor: Visitor) -> Respond:
        """Answer a plain HTTP request: /healthz tells that the mock is up."""
        if visitor.path.partition("?")[0] == "/healthz":
            return Respond(200, "OK")
        verdict = Respond(426, "an HTTP request that asks for no WebSocket")
        self._refuse(visitor.identity, str(verdict))
        return verdict

    def refused(self, reason: str, visitor: Visitor | None = None) -> None:
        """Publish that a handshake was invalid."""
        self._refuse(visitor.identity if visitor else "", reason)

    def _refuse(self, identity: str, reason: str) -> None:
        self.publish(Refused(clock.now(), identity, reason))


def _bind(host: str, port: int) -> list[socket.socket]:
    """Return a bound socket for every address of `host`, all with the same port."""
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host.encode() if host.isascii() else host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            listener = socket.socket(family, kind, protocol)
            bound.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((address[0], bound[0].getsockname()[1], *address[2:]) if len(bound) > 1 else address)
    except OSError:
        for listener in bound:
            listener.close()
        raise
    return bound
