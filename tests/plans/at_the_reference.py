"""A run with the reference station, for tests of the steps and states: in this process, and in virtual time."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mock_csms.behavior.templates import World, rfc3339
from mock_csms.commands.station import work
from mock_csms.plans.reference import REFERENCE, Reference
from mock_csms.plans.run import Run
from mock_csms.protocol.records import replace
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.clock import Chance
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.runtime.transport.limits import Limits
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.link import Site
from tests.test_station_uses import settings_of
from tests.wire import PATIENCE


class ReferenceInLoop(Reference):
    """The whole `mock-station`, from its flags to a real socket, in the event loop of the test."""

    _running: "asyncio.Task[object] | None" = None

    async def _launch(self, url: str, flags: Sequence[str]) -> None:
        """Start it; it reads its control lines from a queue."""
        settings, chance = settings_of(shlex.join(flags)), Chance(3)
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._dialer = Dialer(Limits(1 << 20, settings.compression, 0.0, 0.0))
        world = World(url, rfc3339, chance.new_integer, chance.new_id, chance.fraction)
        handshake = HandshakeRequest(url, settings.subprotocol[:1])
        site = Site(self._dialer, Bus(), world)
        working = work(settings, self.identity, handshake, site, lambda _: None, self._typed)
        self._running = asyncio.ensure_future(working)

    async def _typed(self) -> AsyncIterator[str]:
        while True:
            yield await self._lines.get()

    def type(self, line: str) -> None:
        """Give it a control line."""
        self._lines.put_nowait(line)

    async def _end(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            await self._dialer.close(1000, "the station stops")


@asynccontextmanager
async def run(*flags: str, authorization: str = "local") -> AsyncIterator[Run]:
    """Start a run that is ready for cases; fail if there are findings at its end."""
    patient = replace(REFERENCE.timeouts, boot=PATIENCE, operator=PATIENCE)
    profile = replace(REFERENCE, authorization=authorization, timeouts=patient)
    async with Run(profile, None, ReferenceInLoop(flags), "127.0.0.1", 0) as it:
        yield it
        found = it.findings.take()
        assert found == [], found
