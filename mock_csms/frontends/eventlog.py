"""Everything that happens as JSON Lines: the event's kind, when, which station, and what is in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import instant
from mock_csms.frontends.jsonlines import json_line, quoted
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Malformed, Message, encode
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

_SAID_OTHERWISE = ("at", "station", "message", "answers", "call", "text", "visitor")
_NAMES: Mapping[type[Event], Sequence[str]] = {
    kind: [name for name in kind.__struct_fields__ if name not in _SAID_OTHERWISE] for kind in events.ALL
}
"""What is in each kind of event besides what all have, and the messages."""


class EventLog:
    """Writes a line for every event to all of its sinks.

    Of a message it says kind, id and action; what it carries is in its `text`: as it was on the wire, or what was meant
    where a fault or a lost connection came between.
    """

    def __init__(self, bus: Bus, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks
        bus.subscribe(self._write, *events.ALL)

    def _write(self, event: Event) -> None:
        kind = type(event)
        line = {"event": kind.__name__, "at": instant(event.at), "station": event.station}
        tell = _MESSAGES.get(kind)
        if tell is not None:
            line |= tell(event)
        for name in _NAMES[kind]:
            line[name] = getattr(event, name)
        written = json_line(line)
        for sink in self._sinks:
            sink.write(written)


def _message(message: Message | Malformed, answers: Call | None, text: bytes) -> Json:
    """Return what is to be said of a message."""
    said: Json = {
        "messageType": type(message).__name__,
        "messageId": message.id,
        "action": message.action if isinstance(message, Call) else answers.action if answers else None,
        "text": quoted(text),
    }
    if isinstance(message, Malformed):
        said["problem"] = message.problem
    elif isinstance(message, Error):
        said["code"], said["description"] = message.code, message.description
    return said


_MESSAGES: Mapping[type[Event], Callable[[Any], Json]] = {
    events.Knocked: lambda event: {"path": event.visitor.path, "offered": event.visitor.offered},
    events.Received: lambda event: _message(event.message, event.answers, event.text),
    events.Sent: lambda event: _message(event.message, event.answers, event.text),
    events.Spoiled: lambda event: _message(event.message, event.answers, encode(event.message)),
    events.Unanswered: lambda event: _message(event.call, None, encode(event.call)),
}
"""Which message, or visitor, each kind of event is about."""
