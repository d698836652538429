"""Publishes events: each event is checked, updates the model of its station, and goes to the bus.

The first answer of a process need not wait for all of that. Loading the checks and the code that formats lines takes up
to a third of the start. So events before the first answer can be kept, and are checked and published in their order
after it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from mock_csms.runtime.bus import Bus
from mock_csms.runtime.inspection import Inspection
from mock_csms.twin.events import Connected, Event, Knocked, Received, Started
from mock_csms.twin.folding import fold
from mock_csms.twin.station import StationModel

LONGEST = 0.05
"""The longest time in seconds that events are kept, if no station sends anything."""
_BEFORE_AN_ANSWER = (Started, Knocked, Connected, Received)
"""The kinds of events that can come before an answer; after any other event all kept events are published."""


class Publishing:
    """Publishes the events of one mock on its `bus`; `stations` has the models that its answers depend on."""

    def __init__(self, stations: Mapping[str, StationModel], inspection: Inspection, bus: Bus) -> None:
        self._stations = stations
        self._inspection = inspection
        self._bus = bus
        self._kept: deque[Event] | None = None
        """The events that wait for the first answer; None if events are not kept."""
        self._timer: asyncio.TimerHandle | None = None

    def publish(self, event: Event) -> None:
        """Check an event, update the model of its station, and publish it. `twin/folding.py` explains this order."""
        if self._kept is not None:
            self._keep(event, self._kept)
            return
        found = self._inspection.look_at(event)
        station = self._stations.get(event.station)
        if station is not None:
            fold(station, event)
        self._bus.publish(event)
        for finding in found:
            self._bus.publish(finding)

    def postpone(self, then: Callable[[], None]) -> None:
        """Keep all events until the first answer, for 50 ms at most; call `then` after they were published.

        The models of the stations are updated at once, because answers depend on them. Checks do not read these models.
        """
        self._kept = deque()
        self._then = then
        self._timer = asyncio.get_running_loop().call_later(LONGEST, self.settle)

    def _keep(self, event: Event, kept: deque[Event]) -> None:
        station = self._stations.get(event.station)
        if station is not None:
            fold(station, event)
        kept.append(event)
        if type(event) not in _BEFORE_AN_ANSWER:
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self.settle)  # after this turn of the loop, which writes the answer

    def settle(self) -> None:
        """Check and publish all kept events, and those that are published meanwhile. Later events are not kept."""
        if self._timer is None or self._kept is None:
            return
        self._timer.cancel()
        try:
            while self._kept:
                event = self._kept.popleft()
                found = self._inspection.look_at(event)
                self._bus.publish(event)
                for finding in found:
                    self._bus.publish(finding)
        finally:
            if self._kept:  # a subscriber has failed; the loop reports it
                asyncio.get_running_loop().call_soon(self.settle)
            elif self._kept is not None:
                self._kept = None
                self._then()
