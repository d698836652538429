"""Events for files, kept for a moment and then passed on together.

To write a record of an event takes half the time if records of other events were written just before: its code and
its data are still in the processor's cache then. So the events of one turn of the loop are passed on at its end.
"""

import asyncio
from collections.abc import Callable

from mock_csms.runtime.bus import Bus, Subscriber
from mock_csms.twin.events import Event

_WAIT = 0.02
"""How long an event may wait for others, in seconds."""
_MOST = 500
"""How many events wait at most."""


class Batch(Bus):
    """Passes on the events of another `bus`, in their order, when `flush` is called, or soon."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._events: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds, a moment later."""
        self._bus.subscribe(self._keep, *(kind for kind in kinds if kind not in self._subscribers))
        return super().subscribe(subscriber, *kinds)

    def _keep(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) >= _MOST:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def flush(self) -> None:
        """Pass on now what waits."""
        events, self._events = self._events, []
        for event in events:
            self.publish(event)

    def _ring(self) -> None:
        self._timer = None
        self.flush()
