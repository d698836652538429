"""Calls the subscribers for a kind of event, in the order of their subscription.

Without subscribers it costs one look-up.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.events import Event, Received, Sent

Subscriber: TypeAlias = Callable[[Any], None]
"""Gets an event of the kinds that it subscribed to, or an `AnsweredCall`."""


class Bus:
    """The stream of events of one mock."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Any], tuple[Subscriber, ...]] = {}
        self.is_changed = False
        """Whether the event being published was masked, so that its text may differ from its message."""
        self.takes_answered_calls = True
        """Whether a call and its answer may be published as one: nobody needs to get the call before the answer."""
        self.for_answered: tuple[Subscriber, ...] = ()
        """The subscribers for calls with their answers."""

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds. Returns a function that ends the subscription.

        The subscriber must not raise and must not wait.
        """
        self._add(subscriber, kinds)
        return partial(self._leave, subscriber, kinds)

    def subscribe_to_messages(
        self,
        received: Callable[[Received], None],
        sent: Callable[[Sent], None],
        answered: Callable[[AnsweredCall], None],
    ) -> None:
        """Call `received` and `sent` with every message, and `answered` for a call and its answer together."""
        self._add(received, (Received,))
        self._add(sent, (Sent,))
        self._add(answered, (AnsweredCall,))

    def _add(self, subscriber: Subscriber, kinds: Iterable[type[Any]]) -> None:
        for kind in kinds:
            self._subscribers[kind] = (*self._subscribers.get(kind, ()), subscriber)
        self._count()

    def _leave(self, subscriber: Subscriber, kinds: tuple[type[Event], ...]) -> None:
        for kind in kinds:
            self._subscribers[kind] = tuple(each for each in self._subscribers[kind] if each is not subscriber)
        self._count()

    def _count(self) -> None:
        numbers = {len(self._subscribers.get(kind, ())) for kind in (Received, Sent, AnsweredCall)}
        self.takes_answered_calls = len(numbers) == 1
        self.for_answered = self._subscribers.get(AnsweredCall, ())

    def publish(self, event: Event | AnsweredCall) -> None:
        """Call the subscribers of the event's kind."""
        for subscriber in self._subscribers.get(type(event), ()):
            subscriber(event)

    def publish_answered(self, event: AnsweredCall) -> None:
        """Publish a call and its answer: as one, or as two events where a subscriber wants these."""
        if self.takes_answered_calls:
            for subscriber in self.for_answered:
                subscriber(event)
        else:
            self.publish(event.received())
            self.publish(event.sent())
