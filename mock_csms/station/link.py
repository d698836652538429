"""One connection of a station to its CSMS: the session, and what both sides of it ask of the station."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

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
"""What is timed besides calls."""


_HUNG_UP = "the station hung up"


def is_wrong(event: Received) -> bool:
    """Whether a message of the CSMS is wrong, or a CALLERROR."""
    return event.is_refused or isinstance(event.message, Error | Malformed)


def is_owed(event: Unanswered) -> bool:
    """Whether the CSMS is to blame for an answer that did not come."""
    return event.reason != _HUNG_UP


class Site:
    """What all stations of a process share: who opens connections, who watches, and where ids and times come from.

    `took` is told how many seconds it took to connect, to close, and to get the result of a call of each action. The
    clocks of the stations run `speed` times as fast as the real one, which they agree with at the start.
    """

    def __init__(self, dialer: Dialer, bus: Bus, world: World, speed: float = 1.0) -> None:
        self.dialer = dialer
        self.bus = bus
        self.world = world
        self._speed = speed
        self._began = clock.now()
        self.took: Callable[[str, float], None] = lambda *_: None

    def moment(self) -> Moment:
        """Return the present moment of the stations."""
        return Moment(self._began + (clock.now() - self._began) * self._speed, self.world)

    @property
    def is_in_real_time(self) -> bool:
        """Whether the clocks of the stations run as fast as all others, so that they can be set by them."""
        return self._speed == 1.0

    def real(self, seconds: float) -> float:
        """Return how long so many seconds of the stations really last."""
        return seconds / self._speed


class Link:
    """What a session of the station `identity` asks and tells: `answer` decides about valid calls of the CSMS.

    `refuse` changes the answer to an invalid call, `name` the message ids of our calls, `spoil` how messages are sent.
    `ended` is called once, when the connection is gone.
    `heard` is told of each result before anything is read after it: a command right behind the answer to a boot finds a
    station that knows that it was accepted.
    """

    def __init__(self, identity: str, site: Site, answer: Answer, ended: Callable[[], None]) -> None:
        self.identity = identity
        self.name: Callable[[str], str] = lambda right: right
        self.world = replace(site.world, new_id=lambda: self.name(site.world.new_id()))
        self.validation = Validation()
        self.version = DEFAULT
        """The version that was agreed, once the connection is open."""
        self._site = site
        self._answer = answer
        self._ended = ended
        self.refuse: Refuse = lambda _, right: right
        self.spoil: Spoil = lambda acts: acts
        self.heard: Heard = lambda *_: None
        self._gone = asyncio.Event()
        self._farewell: str | None = None

    async def dial(self, handshake: HandshakeRequest) -> None:
        """Open the connection; CannotConnect says why there is none."""
        with self._timed(CONNECT):
            await self._site.dialer.dial(
                handshake.url, handshake.subprotocols, self._welcome, authorization=handshake.authorization
            )

    def _welcome(self, transport: Transport, subprotocol: str) -> Session:
        """Begin the session on a connection that has just opened."""
        self.version = SUBPROTOCOLS[subprotocol]
        self.publish(Connected(clock.now(), self.identity, subprotocol, (subprotocol,), self.version))
        self._transport = transport
        self.session = Session(transport, self.identity, self.version, Sender.CSMS, self)
        return self.session

    async def call(self, action: str, payload: Json, timeout_: float) -> Json:
        """Send a call and return the payload of its result; CallFailed says why there is none."""
        with self._timed(action):
            return await self.session.call(action, lambda: payload, timeout_)

    def hang_up(self, reason: str) -> None:
        """Close the connection, whatever is open."""
        self._farewell = reason
        self.session.close(1000, reason)

    async def close(self, reason: str) -> None:
        """Close the connection, and wait until it is gone."""
        with self._timed(CLOSE):
            self._transport.close(1000, reason)
            await self._gone.wait()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        """Tell how long something took that comes to a good end."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        yield
        self._site.took(what, loop.time() - began)

    def publish(self, event: Event) -> None:
        """Tell all who watch; the session does not know which side it is, nor who hung up."""
        if self._farewell is not None and isinstance(event, Disconnected):
            event = replace(event, reason=f"closed by the station: {self._farewell}")
        elif self._farewell is not None and isinstance(event, Unanswered):
            event = replace(event, reason=_HUNG_UP)
        self._site.bus.publish(event)
        if isinstance(event, Received) and isinstance(event.message, Result) and event.answers and not event.is_refused:
            self.heard(event.answers, event.message.payload)

    arrival = None

    def reject(self, _: Session, message: Error) -> Decision:
        """Return the answer to what is no call."""
        return Decision(message, (Emission(message),))

    def answer(self, _: Session, call: Call, refusal: Error | None) -> Decision:
        """Return the answer to a call of the CSMS."""
        message = self.refuse(call, refusal) if refusal else self._answer(call)
        if message is None:
            return Decision(Result(call.id, {}), ())
        return Decision(message, self.spoil((Emission(message),)))

    def command(self, _: Session, call: Call) -> Decision:
        """Send our own calls as they are."""
        return Decision(call, self.spoil((Emission(call),)))

    def ended(self, _: Session) -> None:
        """Learn that the connection is gone."""
        self._gone.set()
        self._ended()
