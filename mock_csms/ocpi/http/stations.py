"""Connects the CPO with the stations: tells it what happens, and sends its commands."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mock_csms.ocpi.cpo.following import Follower
from mock_csms.ocpi.cpo.world import Commanded, CpoWorld
from mock_csms.ocpi.steps import StationAnswer, StationCommand
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent

_LATE = 1.0
"""How many seconds after its end a reservation is ended, if the station has not told its end."""
_SOON = 0.05
"""How many seconds a change of a location waits for further ones, at least."""
_REST = 9.0
"""How many times as long as a change of locations took, the mock does other things before the next one."""


async def command_station(csms: CsmsServer, wanted: StationCommand) -> StationAnswer:
    """Send a command to a station and return its answer; a failure is one too."""
    try:
        return StationAnswer(payload=await csms.call(wanted.identity, wanted.step))
    except CallFailed as failed:
        return StationAnswer(code=failed.code, is_late=failed.is_late, reason=str(failed))


class StationFeed:
    """Tells the follower of the CPO what happens at the stations."""

    def __init__(self, csms: CsmsServer, world: CpoWorld, follower: Follower) -> None:
        self._csms, self._world, self._follower = csms, world, follower
        self._timers: set[asyncio.TimerHandle] = set()
        self._is_renewing = False
        self._took = 0.0
        """How many seconds the last change of locations took: many stations at one location take long."""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Tell everything until the block ends."""
        leave = self._csms.bus.subscribe(self._learn, Received, Sent, Connected, Disconnected)
        try:
            yield
        finally:
            leave()
            for timer in self._timers:
                timer.cancel()

    def reserve(self, commanded: Commanded, evse: int, until: float) -> None:
        """Tell of a reservation that a station has accepted, and end it when its time is over."""
        self._follower.reserve(commanded, evse)
        identity, ours = commanded.identity, commanded.reservation or 0
        seconds = max(until - self._world.now(), 0) + _LATE
        self._after(seconds, lambda: self._follower.end_reservation(identity, ours, is_expired=True))

    def _learn(self, event: Event) -> None:
        try:
            self._follower.learn(event)
        except Exception as error:
            self._world.failed(f"internal error: {type(event).__name__}: {error!r}")
        if isinstance(event, Disconnected) and (offline := self._csms.config.ocpi_offline_after):
            self._after(offline, lambda: self._follower.stale.update({event.station: None}))
        if self._follower.stale and not self._is_renewing:
            self._is_renewing = True
            self._after(max(_SOON, _REST * self._took), self._renew)

    def _renew(self) -> None:
        self._is_renewing = False
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._follower.renew()
        self._took = loop.time() - begun

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call a function later; afterwards renew what has changed."""

        def call() -> None:
            self._timers.discard(timer)
            try:
                then()
                self._follower.renew()
            except Exception as error:
                self._world.failed(f"internal error: {error!r}")

        timer = asyncio.get_running_loop().call_later(seconds, call)
        self._timers.add(timer)
