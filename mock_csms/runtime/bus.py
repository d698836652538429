"""Hands every event to those who asked for its kind, in the order in which they asked.

A kind that nobody asked for costs a look-up.
"""

from collections.abc import Callable
from typing import TypeAlias

from mock_csms.twin.events import Event

Subscriber: TypeAlias = Callable[[Event], None]


class Bus:
    """The one stream of events."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Event], list[Subscriber]] = {}

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> None:
        """Call `subscriber` with every event of those kinds. It must not raise and must not wait."""
        for kind in kinds:
            self._subscribers.setdefault(kind, []).append(subscriber)

    def publish(self, event: Event) -> None:
        """Tell the subscribers of the event's kind."""
        for subscriber in self._subscribers.get(type(event), ()):
            subscriber(event)
