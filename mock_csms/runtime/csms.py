"""The mock CSMS in process: it listens, lets stations in, holds what is known of them, and commands them."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from mock_csms.behavior.events import Event, Refused
from mock_csms.behavior.replies import Emission, Replies
from mock_csms.behavior.stations import Station, fold
from mock_csms.behavior.templates import Context, Template
from mock_csms.config import Config
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import SUBPROTOCOLS, choose_subprotocol
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.gate import Admission, Limits
from mock_csms.runtime.session import CallFailed, Session
from mock_csms.runtime.transport import Endpoint, Transport

_BACKLOG = 4096


class Csms:
    """One mock: `async with Csms(config) as csms` listens until the block ends."""

    def __init__(self, config: Config, bus: Bus | None = None) -> None:
        self.config = config
        self.bus = bus or Bus()
        self.stations: dict[str, Station] = {}
        self.sessions: dict[str, Session] = {}
        self._replies = {version: Replies(version, config, config.rules) for version in set(SUBPROTOCOLS.values())}
        limits = Limits(config.max_message_size, not config.no_compression, config.ping_interval, config.ping_timeout)
        self._endpoint = Endpoint(self, limits)
        self._servers: list[asyncio.Server] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError where the address cannot be had."""
        loop = asyncio.get_running_loop()
        sockets = _bind(self.config.host, self.config.port)
        self._servers = [await loop.create_server(self._endpoint, sock=bound, backlog=_BACKLOG) for bound in sockets]
        port = sockets[0].getsockname()[1]
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        self.url = f"ws://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection with 1001."""
        for server in self._servers:
            server.close()
        for session in list(self.sessions.values()):
            session.close(1001, "the mock stops")
        await self._endpoint.close(1001, "the mock stops")

    async def call(
        self, identity: str, action: str, payload: Template, written: Callable[[], None] | None = None
    ) -> Json:
        """Send the command `action` to the station `identity` and return the payload of its result.

        `written` is called once the frame went to the socket. Raises CallFailed for a CALLERROR, an invalid answer,
        none in time, or a station that is not connected.
        """
        session = self.sessions.get(identity)
        if session is None:
            raise CallFailed(f"{identity} is not connected")
        fill = partial(self._fill, payload, identity)
        return await session.call(action, fill, self.config.call_timeout, written)

    def _fill(self, template: Template, identity: str) -> Json:
        payload: Json = template(self._context(identity))
        return payload

    def _context(self, identity: str) -> Context:
        return Context(clock.now(), self.stations[identity], self.url, clock.new_integer, clock.new_id)

    # What sessions ask and tell.

    def publish(self, event: Event) -> None:
        """Learn from the event, then tell all who watch."""
        station = self.stations.get(event.station)
        if station is not None:
            fold(station, event)
        self.bus.publish(event)

    def answer(self, session: Session, call: Call, violations: Sequence[Violation]) -> Sequence[Emission]:
        """Return what to send for a station's call."""
        return self._replies[session.version].answer(call, violations, self._context(session.identity))

    def ended(self, session: Session) -> None:
        """Forget a session that is over; what is known of its station stays."""
        if self.sessions.get(session.identity) is session:
            del self.sessions[session.identity]

    # What the transport asks and tells.

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to speak with a station that offers those."""
        return choose_subprotocol(offered)

    def admit(self, transport: Transport, path: str, offered: Sequence[str]) -> Admission:
        """Let in a station with an identity; the one that it replaces is closed (one station, one connection)."""
        identity = unquote(path.partition("?")[0].rpartition("/")[2])
        if not identity:
            self._refuse(identity, f"404: {path!r} ends without the identity of a station")
            return Admission(None, 404, "The last segment of the path must be the identity of the station.\n")
        subprotocol = choose_subprotocol(offered)
        if subprotocol is None:
            self._refuse(identity, f"no common subprotocol; offered: {', '.join(offered) or 'none'}")
            return Admission(None, text="no common subprotocol")
        if identity in self.sessions:
            self.sessions[identity].close(1000, "replaced by a new connection of the same station")
        self.stations.setdefault(identity, Station(identity))
        session = Session(transport, identity, SUBPROTOCOLS[subprotocol], Sender.STATION, self)
        self.sessions[identity] = session
        return Admission(session, opened=partial(session.started, subprotocol, tuple(offered)))

    def visit(self, path: str) -> Admission:
        """Answer a plain HTTP request: /healthz tells that the mock is up."""
        if path.partition("?")[0] == "/healthz":
            return Admission(None, 200, "OK\n")
        self.refused(path, "426: an HTTP request that asks for no WebSocket")
        return Admission(None, 426)

    def refused(self, path: str, reason: str) -> None:
        """Publish that a handshake failed."""
        self._refuse(unquote(path.rpartition("/")[2]), reason)

    def _refuse(self, identity: str, reason: str) -> None:
        self.publish(Refused(clock.now(), identity, reason))


def _bind(host: str, port: int) -> list[socket.socket]:
    """Return a bound socket for every address of `host`, all with the same port."""
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
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
