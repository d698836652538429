"""Collects events for files for a moment, and then passes them on together.

Writing a record takes half the time right after other records, because its code and its data are still in the cache of
the processor.
"""

import asyncio
from collections.abc import Callable

from mock_csms.runtime.bus import Bus, Subscriber
from mock_csms.twin.events import Event, Received, Sent

_WAIT = 0.02
"""The longest time in seconds that an event waits for others."""
_MOST = 500
"""The most events that wait."""


class Batch(Bus):
    """A bus that passes on the events of another `bus`, in order, when `flush` is called or after a moment."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._events: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self.take_exchange: Callable[[Received, Sent], bool] | None = None
        """Gets a call and the answer that follows it. Returns True if the subscribers need not get these two events."""

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds, after a moment."""
        self._bus.subscribe(self._keep, *(kind for kind in kinds if kind not in self._subscribers))
        return super().subscribe(subscriber, *kinds)

    def _keep(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) >= _MOST:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def flush(self) -> None:
        """Pass on the waiting events now."""
        events, self._events = self._events, []
        place, take = 0, self.take_exchange
        while place < len(events):
            event, answer = events[place], events[place + 1] if place + 1 < len(events) else None
            is_exchange = type(event) is Received and type(answer) is Sent and answer.answers is event.message
            if is_exchange and take is not None and take(event, answer):  # type: ignore[arg-type] # of these types
                place += 2
            else:
                self.publish(event)
                place += 1

    def _ring(self) -> None:
        self._timer = None
        self.flush()
