"""Everything that happens as JSON Lines: the event's kind, when, which station, and what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

_NAMES: Mapping[type[Event], Sequence[str]] = {
    kind: [field.name for field in fields(kind) if field.name not in ("at", "station")] for kind in events.ALL
}
"""What is in each kind of event besides what all have."""


class EventLog:
    """Writes a line for every event."""

    def __init__(self, bus: Bus, sink: Sink) -> None:
        self._sink = sink
        bus.subscribe(self._write, *events.ALL)

    def _write(self, event: Event) -> None:
        kind = type(event)
        line: Json = {"event": kind.__name__, "at": rfc3339(event.at), "station": event.station}
        for name in _NAMES[kind]:
            line[name] = getattr(event, name)
        if "message" in line:
            line["messageType"] = type(line["message"]).__name__
        self._sink.write(orjson.dumps(line, default=_plain) + b"\n")


def _plain(value: Any) -> Any:
    """Return a value that JSON does not have as one that it has."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
