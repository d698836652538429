"""The end of a run that has passed: the mock goes on answering until the stations are quiet.

Otherwise it would close connections between the expected message and the messages that always follow it.
"""

import asyncio
from collections.abc import Callable

from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent
from mock_csms.twin.ocpi_events import OcpiExchanged

MOST = 10.0
"""How long the end can be delayed in total, in seconds: some stations are never quiet."""


class Linger:
    """After `begin` was called, calls `end` as soon as no message came or went for so many seconds."""

    def __init__(self, bus: Bus, seconds: float, end: Callable[[], None]) -> None:
        self._seconds = seconds
        self._end = end
        self._last = clock.now()
        self._has_begun = False
        bus.subscribe(self._see, Connected, Disconnected, Received, Sent, OcpiExchanged)

    def _see(self, event: Event) -> None:
        self._last = event.at

    def begin(self) -> None:
        """Wait for quiet from now on; from the second time on this does nothing."""
        if not self._has_begun:
            self._has_begun = True
            asyncio.get_running_loop().call_later(MOST, self._end)
            self._wait()

    def _wait(self) -> None:
        left = min(self._seconds, self._last + self._seconds - clock.now())  # the clock may have been set back
        if left > 0:
            asyncio.get_running_loop().call_later(left, self._wait)
        else:
            self._end()
