"""Collects events for files for a moment, and then passes them on together.

Writing a record takes half the time right after other records, because its code and its data are still in the cache of
the processor.
"""

import asyncio
from collections.abc import Callable

from mock_csms.runtime.bus import Bus, Subscriber
from mock_csms.twin.answered import AnsweredCall
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
        self._events: list[Event | AnsweredCall] = []
        self._keeps_messages = False
        self._timer: asyncio.TimerHandle | None = None
        self.take_exchange: Callable[[Received, Sent], bool] | None = None
        """Gets a call and the answer that follows it. Returns True if the subscribers need not get these two events."""

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds, after a moment."""
        if not self._keeps_messages and (Received in kinds or Sent in kinds):
            self._keeps_messages = True
            self._bus.subscribe_to_messages(self._keep, self._keep, self._keep)
        new = [kind for kind in kinds if kind not in self._subscribers and kind not in (Received, Sent)]
        self._bus.subscribe(self._keep, *new)
        return super().subscribe(subscriber, *kinds)

    def _keep(self, event: Event | AnsweredCall) -> None:
        self._events.append(event)
        if len(self._events) >= _MOST:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def flush(self) -> None:
        """Pass on the waiting events now."""
        events, self._events = self._events, []
        before: Received | None = None
        """A call that may be followed by its answer."""
        for event in events:
            if type(event) is AnsweredCall:
                self._publish_received(before)
                before = None
                self._pass_exchange(event.received(), event.sent())
            elif before is not None and type(event) is Sent and event.answers is before.message:
                self._pass_exchange(before, event)
                before = None
            else:
                self._publish_received(before)
                before = event if type(event) is Received else None
                if before is None:
                    self.publish(event)
        self._publish_received(before)

    def _pass_exchange(self, called: Received, answered: Sent) -> None:
        if self.take_exchange is None or not self.take_exchange(called, answered):
            self.publish(called)
            self.publish(answered)

    def _publish_received(self, event: Received | None) -> None:
        if event is not None:
            self.publish(event)

    def _ring(self) -> None:
        self._timer = None
        self.flush()
