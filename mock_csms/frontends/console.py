"""Events as lines for people: when, which station, which way (`->` from the station, `<-` to it), and what."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_DEBUG, _INFO, _WARNING, _ERROR = range(4)
_SHORT = 160
"""Characters of a payload that are shown, but at DEBUG."""


class Console:
    """Writes a line for every event of the least `level` that `sink` is to show."""

    def __init__(self, bus: Bus, sink: Sink, level: str) -> None:
        self._sink = sink
        self._level = LEVELS.index(level)
        self._second = 0
        self._stamp = ""
        if self._level <= _ERROR:
            bus.subscribe(self._show, *_LINES)

    def _show(self, event: Event) -> None:
        level, text = _LINES[type(event)](event)
        if level < self._level:
            return
        if self._level > _DEBUG and len(text) > _SHORT:
            text = text[: _SHORT - 1] + "…"
        mark = "" if level <= _INFO else f"{LEVELS[level]} "
        line = f"{self._time(event.at)} {event.station or '-'} {mark}{text}"
        self._sink.write((line if line.isprintable() else _escape(line)).encode() + b"\n")

    def _time(self, at: float) -> str:
        """Write the time of day in UTC; the part that changes once a second is kept."""
        second = int(at)
        if second != self._second:
            self._second, self._stamp = second, rfc3339(second)[11:19]
        return f"{self._stamp}.{int((at - second) * 1000):03d}"


def _escape(line: str) -> str:
    """Make line ends and terminal controls that came over the wire visible and harmless."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


def _received(event: events.Received) -> tuple[int, str]:
    message = event.message
    if isinstance(message, Malformed):
        return _WARNING, f"-> ? {message.problem}: {event.text[:_SHORT].decode(errors='replace')}"
    what = _what(message, event.answers)
    if event.violations:
        return _WARNING, f"-> {what} is invalid: {event.violations[0]}"
    if event.binary:
        return _WARNING, f"-> {what} came in a binary frame"
    if event.answers is None and not isinstance(message, Call):
        return _WARNING, f"-> {what} answers no open call"
    return _WARNING if isinstance(message, Error) else _INFO, f"-> {what}"


def _sent(event: events.Sent) -> tuple[int, str]:
    broken = f" (invalid: {event.violations[0]})" if event.violations else ""
    return _WARNING if broken else _INFO, f"<- {_what(event.message, event.answers)}{broken}"


def _what(message: Message, answers: Call | None) -> str:
    """Name a message by its action, and show what it carries."""
    carried = f"{message.code}: {message.description}" if isinstance(message, Error) else _json(message.payload)
    return f"{_name(message, answers)} {carried}"


def _name(message: Message, answers: Call | None) -> str:
    if isinstance(message, Call):
        return message.action
    return f"{answers.action if answers else '?'}.{'response' if isinstance(message, Result) else 'error'}"


def _json(payload: Any) -> str:
    return orjson.dumps(payload).decode()


_LINES: Mapping[type[Event], Callable[[Any], tuple[int, str]]] = {
    events.Started: lambda event: (_INFO, f"listening on {event.url}, --seed {event.seed}"),
    events.Reconfigured: lambda _: (_INFO, "the settings were read again"),
    events.Connected: lambda event: (_INFO, f"connected, speaks {event.subprotocol} of {', '.join(event.offered)}"),
    events.Refused: lambda event: (_WARNING, f"refused: {event.reason}"),
    events.Disconnected: lambda event: (_INFO, f"disconnected: {event.code} {event.reason}".rstrip()),
    events.Received: _received,
    events.Sent: _sent,
    events.Spoiled: lambda event: (_INFO, f"<- {_name(event.message, event.answers)} spoiled: {event.fault}"),
    events.Unanswered: lambda event: (_WARNING, f"<- {event.call.action} stays unanswered: {event.reason}"),
    events.Failed: lambda event: (_ERROR, event.problem),
}
"""The severity and the text of the line for each kind of event."""
