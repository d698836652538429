"""One connection of a station to its CSMS: it connects the session with the station."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Self, TypeAlias

from mock_csms.behavior.emissions import Act, Emission
from mock_csms.behavior.replies import Decision
from mock_csms.behavior.templates import World
from mock_csms.behavior.validation import Validation
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Malformed, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.host import Peer
from mock_csms.runtime.session import Session
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.state import Moment
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Unanswered

Answer: TypeAlias = Callable[[Call], Result | Error | None]
Heard: TypeAlias = Callable[[Call, Json], None]
Spoil: TypeAlias = Callable[[Sequence[Act]], Sequence[Act]]
Refuse: TypeAlias = Callable[[Call, Result | Error], Result | Error]

CONNECT, CLOSE = "connect", "close"
"""The names under which connecting and closing are timed; calls are timed under their action."""

_HUNG_UP = "the station hung up"


def is_wrong(event: Received) -> bool:
    """Return whether a message of the CSMS is invalid or a CALLERROR."""
    return event.is_refused or isinstance(event.message, Error | Malformed)


def is_csms_fault(event: Unanswered) -> bool:
    """Whether the CSMS is to blame for a missing answer. It is not if the station itself closed the connection."""
    return event.reason != _HUNG_UP


class Site:
    """The objects that all stations of a process share."""

    def __init__(
        self, dialer: Dialer, bus: Bus, world: World, speed: float = 1.0, authorities: str | None = None
    ) -> None:
        self.dialer = dialer
        """Opens the connections."""
        self.bus = bus
        """Publishes events."""
        self.world = world
        """Makes ids, random numbers and timestamps."""
        self._speed = speed
        """How fast the stations' clocks run compared with the real one; all clocks agree at the start."""
        self._began = clock.now()
        self.authorities = authorities
        """The path of a PEM file with the authorities that HTTPS trusts; None for those of the system."""
        self.took: Callable[[str, float], None] = lambda *_: None
        """Called with CONNECT, CLOSE or an action, and how many seconds that took."""

    def apart(self) -> Self:
        """Return a copy of the site with separate events and another `took`."""
        other = copy(self)
        other.bus, other.took = Bus(), lambda *_: None
        return other

    def moment(self) -> Moment:
        """Return the present time by the stations' clocks, with the sources of ids and random numbers."""
        return Moment(self._began + (clock.now() - self._began) * self._speed, self.world)

    @property
    def is_in_real_time(self) -> bool:
        """Whether the stations' clocks run as fast as real ones, so that the CSMS can set them."""
        return self._speed == 1.0

    def real(self, seconds: float) -> float:
        """Convert seconds by the stations' clocks to real seconds."""
        return seconds / self._speed


class Link:
    """One connection of the station `identity`, and the host of its session.

    `answer` is called with each valid call of the CSMS; it returns the answer, or None for no answer. `ended` is called
    once, after the connection has ended.
    """

    def __init__(self, identity: str, site: Site, answer: Answer, ended: Callable[[], None]) -> None:
        self.identity = identity
        self.name: Callable[[str], str] = lambda right: right
        """Changes the message ids of our calls; for misbehaviours."""
        self.world = replace(site.world, new_id=lambda: self.name(site.world.new_id()))
        self.validation = Validation()
        self.version = DEFAULT
        """The version that was agreed, once the connection is open."""
        self._site = site
        self._answer = answer
        self._ended = ended
        self.refuse: Refuse = lambda _, right: right
        """Changes the answer to an invalid call; for misbehaviours."""
        self.spoil: Spoil = lambda acts: acts
        """Changes how messages are sent; for misbehaviours."""
        self.begun: Callable[[], None] = lambda: None
        """Called when the connection has opened, before any message of the CSMS is read.

        A command may come in the same packet as the answer to the handshake.
        """
        self.heard: Heard = lambda *_: None
        """Called with each call of the station and its result, before the next message is read.

        So, if a command follows right after the answer to a BootNotification, the station already knows that it was
        accepted.
        """
        self._gone = asyncio.Event()
        self._farewell: str | None = None

    async def dial(self, handshake: HandshakeRequest) -> None:
        """Open the connection. Raises CannotConnect."""
        with self._timed(CONNECT):
            await self._site.dialer.dial(
                handshake.url,
                handshake.subprotocols,
                self._welcome,
                authorization=handshake.authorization,
                trust=handshake.trust,
            )

    def _welcome(self, transport: Transport, subprotocol: str) -> Session:
        """Start the session on a connection that has just opened."""
        self.version = SUBPROTOCOLS[subprotocol]
        self.publish(Connected(clock.now(), self.identity, subprotocol, (subprotocol,), self.version))
        self._transport = transport
        self.session = Session(transport, self.identity, self.version, Sender.CSMS, self)
        self.begun()
        return self.session

    async def call(self, action: str, payload: Json, timeout_: float) -> Json:
        """Send a call and return the payload of its result. Raises CallFailed, also after `timeout_` seconds."""
        with self._timed(action):
            return await self.session.call(action, lambda: payload, timeout_)

    def notify(self, action: str, payload: Json) -> None:
        """Send a message that nobody answers (a SEND of OCPP 2.1)."""
        self.session.notify(action, payload)

    def hang_up(self, reason: str) -> None:
        """Close the connection without waiting, even if calls are open."""
        self._farewell = reason
        self.session.close(1000, reason)

    async def close(self, reason: str) -> None:
        """Close the connection and wait until it has ended; answers that are still open are not missing."""
        self._farewell = reason
        with self._timed(CLOSE):
            self._transport.close(1000, reason)
            await self._gone.wait()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        """Report how long the block took, unless it raises."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        yield
        self._site.took(what, loop.time() - began)

    def publish(self, event: Event) -> None:
        """Publish an event of the session; if the station itself closed the connection, correct the reason."""
        if self._farewell is not None and isinstance(event, Disconnected):
            event = replace(event, reason=f"closed by the station: {self._farewell}")
        elif self._farewell is not None and isinstance(event, Unanswered):
            event = replace(event, reason=_HUNG_UP)
        self._site.bus.publish(event)
        if isinstance(event, Received) and isinstance(event.message, Result) and event.answers and not event.is_refused:
            self.heard(event.answers, event.message.payload)

    short_way = arrival = asker = None

    def prepared(self, _: Peer, call: Call) -> None:
        """Return None, because a station remembers no answers."""

    def reject(self, _: Peer, message: Error) -> Decision:
        """Return the answer to a message that is not a valid call."""
        return Decision(message, (Emission(message),))

    def answer(self, _: Peer, call: Call, refusal: Error | None) -> Decision:
        """Return the answer to a call of the CSMS."""
        message = self.refuse(call, refusal) if refusal else self._answer(call)
        if message is None:
            return Decision(Result(call.id, {}), ())
        return Decision(message, self.spoil((Emission(message),)))

    def command(self, _: Peer, call: Call) -> Decision:
        """Return how one of our calls is sent."""
        return Decision(call, self.spoil((Emission(call),)))

    def ended(self, _: Peer) -> None:
        """Note that the connection has ended."""
        self._gone.set()
        self._ended()
