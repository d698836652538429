"""A station and a mock that talk over a real WebSocket, in virtual time: like `stage`, but with the running program.

The mock is the real server with settings as of a configuration file, and the station that of `mock-station`. Only the
time is virtual, and the connection can be cut.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from mock_csms.behavior.commands import Step
from mock_csms.behavior.templates import World, rfc3339
from mock_csms.control.keywords import keyword_source
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.learning import Learning
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.dial import CannotConnect, Dialer
from mock_csms.runtime.transport.limits import Limits
from mock_csms.settings import Config
from mock_csms.settings.flags import read
from mock_csms.station.cues import Cue
from mock_csms.station.handshake import PREFERRED_SUBPROTOCOL, HandshakeRequest, basic
from mock_csms.station.link import Site
from mock_csms.station.player import Player
from mock_csms.station.state import Habit, Identity, State
from mock_csms.station.v2 import notation
from mock_csms.station.v2.device import Device, new_device
from mock_csms.twin.events import Event, Failed, Finding
from mock_csms.twin.seen import KINDS
from tests.pki import folder, made_at, own_folder
from tests.station.bench import NOW
from tests.station.play import Answering
from tests.station.stage import with_profile
from tests.virtual import Loop, virtual_time

STATION, PASSWORD = "CS", "the-old-password-1"
KNOWN = [f"{STATION}:{PASSWORD}"]
LONGEST = 300.0
"""How long a station may take to be online, in seconds; a Rejected station never is."""
LEAVING = 6.0
"""How long a reboot may take, in seconds."""
NO_ROUTE = 1.0
"""How long a station tries to connect before it gives up, in seconds."""
LEARNING = 1.0
"""How long the mock may take to read the device model of the station, in seconds."""

T = TypeVar("T")


class Stand:
    """A mock that listens in virtual time, with its findings: `with Stand() as stand`."""

    def __init__(self, *, learns: bool = True, begin: float = NOW, **given: Any) -> None:
        self.found: list[Finding] = []
        self.events: list[Event] = []
        self.accidents: list[str] = []
        self.loop = Loop()
        self._given = {"port": 0, "seed": 1, "fail_on_findings": "warning", **given}
        self._learns = learns
        self._time = virtual_time(self.loop, begin)

    def configured(self, **more: Any) -> Config:
        """Return the settings of the mock; `more` overrides some."""
        return read(Config, [keyword_source({**self._given, **more})])

    def __enter__(self) -> Self:
        self._time.__enter__()
        self.loop.set_exception_handler(lambda _, context: self.accidents.append(str(context)))
        self.do(self.begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything; findings at the very end count too."""
        try:
            self.do(self.end())
        finally:
            self.loop.close()
            self._time.__exit__(None, None, None)

    async def begin(self) -> None:
        """Let the mock listen."""
        self.mock = CsmsServer(self.configured())
        self.mock.bus.subscribe(self._note, Finding, Failed)
        self.mock.bus.subscribe(self.events.append, *KINDS)
        if self._learns:
            Learning(self.mock)
        await self.mock.__aenter__()

    async def end(self) -> None:
        """Stop the mock."""
        await self.mock.__aexit__(None, None, None)

    def do(self, work: Awaitable[T]) -> T:
        """Let time pass until some work is done."""
        return self.loop.run_until_complete(work)

    def _note(self, event: Event) -> None:
        if isinstance(event, Finding):
            self.found.append(event)
        elif isinstance(event, Failed) and "internal error" in event.problem:
            self.accidents.append(event.problem)


class Cable(Dialer):
    """The cable from the station to the mock; it can be pulled out."""

    is_plugged = True

    async def dial(self, *args: Any, **more: Any) -> Transport:
        """Open a WebSocket. Raises CannotConnect while the cable is out."""
        if not self.is_plugged:
            await asyncio.sleep(NO_ROUTE)
            raise CannotConnect("the cable is out")
        return await super().dial(*args, **more)


class Rig(Stand):
    """A station with misbehaviours at a mock: it has the methods of a stage, but messages go over a socket."""

    offered = (PREFERRED_SUBPROTOCOL,)
    """The subprotocols that the station offers."""
    _device: State

    def __init__(
        self,
        habits: tuple[Habit, ...],
        csms: Answering | None = None,
        *,
        learns: bool = True,
        profile: int = 0,
        of_mock: Mapping[str, Any] = {},
        **given: Any,
    ) -> None:
        usual = settings_of(profile) if profile else {"basic_auth": KNOWN}
        super().__init__(learns=learns, rule=csms.rules if csms else [], **{**usual, **of_mock})
        self._device = replace(with_profile(self.new_station(**given), profile), habits=habits)
        self._profile = profile
        self._running: asyncio.Task[None] | None = None

    def new_station(self, **given: Any) -> Device:
        """Return a station with these settings."""
        return new_station(**given)

    async def begin(self) -> None:
        """Make the station; it does not connect yet."""
        await super().begin()
        self._cable = Cable(Limits(1 << 20, False, 0.0, 0.0))
        scheme = "wss" if self._profile > 1 else "ws"
        url, chance = f"{scheme}://{self.mock.url.partition('://')[2]}/{STATION}", Chance(2)
        world = World(url, rfc3339, chance.new_integer, chance.new_id, chance.fraction)
        password = None if self._profile == 3 else basic(STATION, PASSWORD)
        line = HandshakeRequest(url, self.offered, password)
        self._player = Player(STATION, self._device, line, Site(self._cable, Bus(), world))

    async def end(self) -> None:
        """Stop the mock, and then the station."""
        await super().end()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._cable.close(1000, "the station stops")

    # The methods of a stage.

    @property
    def now(self) -> float:
        """The time."""
        return clock.now()

    @property
    def device(self) -> Device:
        """The state of the station."""
        assert isinstance(self._player.device, Device)
        return self._player.device

    def connect(self) -> Self:
        """Plug the cable in, and wait until the station is connected."""
        self._cable.is_plugged = True
        if self._running is None:
            self._running = self.loop.create_task(self._player.run(is_patient=True))
        return self._online().wait(LEARNING)

    def _online(self) -> Self:
        with suppress(TimeoutError):
            self.do(self._player.until(lambda device: device.is_online, LONGEST))
        return self._settle()

    def lose(self) -> Self:
        """Cut the connection, and pull the cable."""
        self._cable.is_plugged = False
        for session in list(self.mock.sessions.values()):
            self._soon(session.drop, "cut by --disconnect-after")
        return self._settle()

    def come_again(self, refused: int = 0) -> Self:
        """Cut the connection; the mock refuses the station `refused` times before it lets it reconnect."""
        self.lose()
        if refused:
            self.configure(refuse=f"503*{refused}")
        return self.connect()

    def meet(self, kind: str) -> Self:
        """Cut the connection; the mock does TLS wrong in one way before it lets the station reconnect."""
        self.lose()
        self.configure(tls_fault=[f"{kind}*1"])
        return self.connect()

    def configure(self, **more: Any) -> None:
        """Change settings of the mock."""
        self._soon(self.mock.configure, self.configured(**more))

    def become(self, device: State) -> None:
        """Let the station be in another state."""
        self._player.device = device

    def tell(self, *all_cues: Cue) -> Self:
        """Give the station a cue, and let both sides do everything that follows at once."""
        for cue in all_cues:
            self._soon(self._player.tell, cue)
            self._settle()
        return self

    def _soon(self, act: Callable[..., object], *args: Any) -> None:
        self.loop.call_soon(act, *args)

    def wait(self, seconds: float) -> Self:
        """Let time pass."""
        self.do(asyncio.sleep(seconds))
        return self._settle()

    def settle(self) -> Self:
        """Let the station finish a reboot or a reconnect."""
        return self.wait(LEAVING)._online()

    def _settle(self) -> Self:
        self.do(self.loop.settle())
        return self

    def command(self, action: str, payload: Json | None = None) -> None:
        """Send a command, and wait for its answer."""
        with suppress(CallFailed):
            self.do(self.mock.call(next(iter(self.mock.sessions), STATION), Step(action, payload or {})))
        self._settle()

    def insult(self, action: str, payload: Json) -> None:
        """Send a command that violates its schema."""
        self.command(action, dict.fromkeys(V201.actions[action].request) | payload)


def settings_of(profile: int) -> dict[str, Any]:
    """Return the settings of a mock for a station with that security profile."""
    more = {"tls_client": "accept-and-report"} if profile == 3 else {}
    return {"tls": "auto", "state_dir": str(own_folder()), "tls_min": "1.0", "begin": made_at(folder()), **more}


def new_station(evses: int = 1, connectors: int = 1, **variables: str) -> Device:
    """Return a station; `TxCtrlr_TxStartPoint="EVConnected"` sets one of its variables."""
    named = [f"{key.replace('_', '.', 1)}={value}" for key, value in variables.items()]
    return new_device(Identity(), evses, connectors, notation.variables(named) if named else {})
