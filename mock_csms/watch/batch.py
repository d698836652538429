"""Events for files, kept for a moment and then passed on together.

To write a record of an event takes half the time if records of other events were written just before: its code and
its data are still in the processor's cache then. So the events of one turn of the loop are passed on at its end.
"""

import asyncio
from collections.abc import Callable

from mock_csms.runtime.bus import Bus, Subscriber
from mock_csms.twin.events import Event, Received, Sent

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
        self.take_exchange: Callable[[Received, Sent], bool] | None = None
        """Gets a call and its answer where one follows the other; returns whether the subscribers need not get them."""

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
