"""Calls the subscribers for a kind of event, in the order of their subscription.

Without subscribers it costs one look-up.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from mock_csms.twin.events import Event

Subscriber: TypeAlias = Callable[[Event], None]


class Bus:
    """The stream of events of one mock."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Event], tuple[Subscriber, ...]] = {}
        self.is_changed = False
        """Whether the event being published was masked, so that its text may differ from its message."""

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds. Returns a function that ends the subscription.

        The subscriber must not raise and must not wait.
        """
        for kind in kinds:
            self._subscribers[kind] = (*self._subscribers.get(kind, ()), subscriber)
        return partial(self._leave, subscriber, kinds)

    def _leave(self, subscriber: Subscriber, kinds: tuple[type[Event], ...]) -> None:
        for kind in kinds:
            self._subscribers[kind] = tuple(each for each in self._subscribers[kind] if each is not subscriber)

    def publish(self, event: Event) -> None:
        """Call the subscribers of the event's kind."""
        for subscriber in self._subscribers.get(type(event), ()):
            subscriber(event)
