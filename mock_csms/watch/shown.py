"""The bus of events for people and files: secrets are masked, and with --redact idTokens too.

Rules, checks, the session and `csms.receive` use the other bus, with the real values. A message whose action is not in
the dialects' lists of secrets passes after one look-up.
"""

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.dialects import all_dialects
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Bounded
from mock_csms.runtime.bus import Bus, Subscriber
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.events import Connected, Event, Knocked, Received, Sent, Started

if TYPE_CHECKING:
    from mock_csms.behavior.secrets import Secrets

_NEVER = (Started, Connected)
"""The kinds of events that contain no text of a user or a station."""
_MOST_NAMES = 1000


class ShownBus(Bus):
    """Publishes the events of another `bus`, masked; a kind without subscribers costs nothing."""

    def __init__(self, bus: Bus, secrets: "Callable[[], Secrets]", *, is_redacted: bool) -> None:
        super().__init__()
        self._bus = bus
        self._secrets = secrets
        self._is_redacted = is_redacted
        self._harmless: Bounded[tuple[str, str], None] = Bounded(_MOST_NAMES)
        """The texts of rules and faults that have no secret in them."""
        self._passes_messages = False
        self._searched: AbstractSet[str] = frozenset()
        """The actions whose messages and answers may hold secrets; empty until the first message."""
        bus.subscribe(self._pass_masked, Knocked)  # the sources of secrets

    def subscribe(self, subscriber: Subscriber, *kinds: type[Event]) -> Callable[[], None]:
        """Call `subscriber` with every event of those kinds, masked."""
        self._pass_on(kinds)
        return super().subscribe(subscriber, *kinds)

    def subscribe_to_messages(
        self,
        received: Callable[[Received], None],
        sent: Callable[[Sent], None],
        answered: Callable[[AnsweredCall], None],
    ) -> None:
        """Call `received` and `sent` with every message, masked, and `answered` for a call and its answer together."""
        self._pass_on((Received, Sent))
        super().subscribe_to_messages(received, sent, answered)

    def _pass_on(self, kinds: Collection[type[Event]]) -> None:
        """Subscribe to those kinds of events of the other bus, and always to both kinds of messages together."""
        if not self._passes_messages and (Received in kinds or Sent in kinds):
            self._passes_messages = True
            self._bus.subscribe_to_messages(self._passing(Received), self._passing(Sent), self._pass_answered)
        for kind in kinds:
            if kind not in self._subscribers and kind not in (Knocked, Received, Sent):
                self._bus.subscribe(self._passing(kind), kind)

    def _passing(self, kind: type[Event]) -> Subscriber:
        """Return the function that passes on the events of a kind."""
        if self._is_redacted:
            return self._pass_masked
        if kind in _NEVER:
            return self.publish
        return {Received: self._pass_received, Sent: self._pass_sent}.get(kind, self._pass_masked)

    def _pass_masked(self, event: Event) -> None:
        shown = self._secrets().event(event)
        if shown is event:
            self.publish(event)
        else:
            self._publish_changed(shown)

    def _publish_changed(self, event: Event) -> None:
        self.is_changed = True
        self.publish(event)
        self.is_changed = False

    def _pass_received(self, event: Any) -> None:
        message, searched = event.message, self._searched or self._find_searched()
        is_ordinary = type(message) is Call and not event.violations and message.action not in searched
        if not is_ordinary and self._may_hold_secrets(event):
            self._pass_masked(event)
            return
        self.publish(event)

    def _pass_sent(self, event: Any) -> None:
        has_name = (event.rule or event.fault) and (event.rule, event.fault) not in self._harmless
        if has_name or self._may_hold_secrets(event):
            shown = self._without_secrets(event)
            if shown is not event:
                self._publish_changed(shown)
                return
        self.publish(event)

    def _pass_answered(self, event: AnsweredCall) -> None:
        searched = self._searched or self._find_searched()
        if self._is_redacted:
            self._pass_masked(event.received())
            self._pass_masked(event.sent())
        elif self.takes_answered_calls and event.call.action not in searched and not event.violations:
            for subscriber in self.for_answered:
                subscriber(event)
        else:
            self._pass_received(event.received())
            self._pass_sent(event.sent())

    def _without_secrets(self, event: Sent) -> Sent:
        shown = self._secrets().event(event)
        if (shown.rule, shown.fault) == (event.rule, event.fault):
            self._harmless[shown.rule, shown.fault] = None
        return shown

    def _may_hold_secrets(self, event: Any) -> bool:
        """Whether a message must be searched for secrets: because of its action, or if it is not an ordinary one."""
        message, searched = event.message, self._searched or self._find_searched()
        if event.violations:
            return True
        if isinstance(message, Call):
            return message.action in searched
        return type(message) is not Result or event.answers is None or event.answers.action in searched

    def _find_searched(self) -> AbstractSet[str]:
        """Return the actions whose messages must be searched, from the dialects; late, to keep the start fast."""
        self._searched = frozenset(action for dialect in all_dialects() for action in dialect.secrets.messages)
        return self._searched
