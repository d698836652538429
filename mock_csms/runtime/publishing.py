"""Publishes what happens: each event is checked, updates what is known of its station, and goes to the bus.

The first answer of a process need not wait for all that. The checks and much of what writes lines are loaded with the
first event, which takes as long as a third of the start. So the events up to the first answer can be kept until it was
sent. Then they are checked and published in their order, as if nothing had been kept, only later.
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
"""How long events are kept if no station sends anything, in seconds."""
_BEFORE_AN_ANSWER = (Started, Knocked, Connected, Received)
"""The kinds of events that an answer may follow; any other one ends the keeping."""


class Publishing:
    """Publishes the events of one mock on its `bus`; `stations` are the models that its answers depend on."""

    def __init__(self, stations: Mapping[str, StationModel], inspection: Inspection, bus: Bus) -> None:
        self._stations = stations
        self._inspection = inspection
        self._bus = bus
        self._kept: deque[Event] | None = None
        """The events that wait for the first answer; None while none are kept."""
        self._timer: asyncio.TimerHandle | None = None

    def publish(self, event: Event) -> None:
        """Check the event, update the model of its station, then publish; `twin/folding.py` explains this order."""
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
        """Keep the events up to the first answer, for 50 ms at most; call `then` when all of them are published.

        The models of the stations are updated at once, because the answers depend on them. No check reads them.
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
            loop.call_soon(loop.call_soon, self.settle)  # an answer is written at the end of this turn of the loop

    def settle(self) -> None:
        """Check and publish now what was kept, also what is published meanwhile; after that nothing is kept."""
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
            if self._kept:  # a subscriber has failed, which is reported as any other error in the loop
                asyncio.get_running_loop().call_soon(self.settle)
            elif self._kept is not None:
                self._kept = None
                self._then()
