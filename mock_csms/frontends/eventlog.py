"""Everything that happens as JSON Lines: the event's kind, when, which station, and what is in it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Malformed
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

_SAID_OTHERWISE = ("at", "station", "message", "answers", "call")
_NAMES: Mapping[type[Event], Sequence[str]] = {
    kind: [name for name in kind.__struct_fields__ if name not in _SAID_OTHERWISE] for kind in events.ALL
}
"""What is in each kind of event besides what all have, and the messages."""


class EventLog:
    """Writes a line for every event. Of a message it says kind, id and action; what it carries is in its `text`."""

    def __init__(self, bus: Bus, sink: Sink) -> None:
        self._sink = sink
        bus.subscribe(self._write, *events.ALL)

    def _write(self, event: Event) -> None:
        kind = type(event)
        line: Json = {"event": kind.__name__, "at": rfc3339(event.at), "station": event.station}
        if isinstance(event, events.Received | events.Sent | events.Spoiled):
            line["messageType"] = type(event.message).__name__
            line["messageId"] = event.message.id
            line["action"] = _action(event)
            if isinstance(event.message, Malformed):
                line["problem"] = event.message.problem
        elif isinstance(event, events.Unanswered):
            line["messageId"], line["action"] = event.call.id, event.call.action
        for name in _NAMES[kind]:
            line[name] = getattr(event, name)
        self._sink.write(orjson.dumps(line, default=_plain) + b"\n")


def _action(event: events.Received | events.Sent | events.Spoiled) -> str | None:
    """Return the action of a message, or of the call that it answers."""
    if isinstance(event.message, Call):
        return event.message.action
    return event.answers.action if event.answers else None


def _plain(value: Any) -> Any:
    """Return a value that JSON does not have as one that it has."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
