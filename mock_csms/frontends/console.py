"""Events as lines for people: when, which station, which way (`->` from the station, `<-` to it), and what."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record, replace
from mock_csms.runtime.bus import Bus

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_INFO, _WARNING, _ERROR = 1, 2, 3
_COLOURS = {_INFO: "", _WARNING: "\x1b[33m", _ERROR: "\x1b[31m"}
_LEVELS = {"info": _INFO, "warning": _WARNING, "error": _ERROR}
_PLAIN = "\x1b[0m"
_OTHER_WAY = {"->": "<-", "<-": "->"}
_NARROWEST_NAME, _SUBJECT_WIDTH = 8, 28


class Line(Record):
    """What is said of an event: how grave it is, which way it goes, its subject, and the rest."""

    level: int
    way: str
    subject: str
    rest: str


class Look(Record):
    """How lines look: the least level, how wide they may be (None: as wide as they are), and whether coloured.

    `is_station` when it is the station that watches: what it receives comes from the CSMS.
    """

    level: int = _INFO
    width: int | None = 160
    is_coloured: bool = False
    is_station: bool = False


def look_for(descriptor: int, log_level: str, *, is_verbose: bool) -> Look:
    """Return how lines look on an open file: coloured, and as wide as the window, only on a terminal."""
    is_terminal = os.isatty(descriptor)
    width = (os.get_terminal_size(descriptor).columns if is_terminal else 0) or 160
    level = LEVELS.index(log_level)
    return Look(level, None if is_verbose or level == 0 else width, is_terminal and not os.environ.get("NO_COLOR"))


class Writer(Protocol):
    """What lines are written to: a sink, or a file."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class Console:
    """Writes a line for every event that `look` lets through."""

    def __init__(self, bus: Bus, sink: Writer, look: Look) -> None:
        self._sink = sink
        self._look = look
        self._millisecond = -1
        self._stamp = ""
        self._name_width = _NARROWEST_NAME
        bus.subscribe(self._show, *events.ALL)

    def _show(self, event: Event) -> None:
        line = describe(event)
        if line.level < self._look.level:
            return
        if self._look.is_station and line.way:
            line = replace(line, way=_OTHER_WAY[line.way])
        name = event.station or "-"
        if len(name) > self._name_width:  # noqa: PLR1730 - max() costs as much as the rest of the line
            self._name_width = len(name)
        width = self._look.width if line.level < _ERROR else None
        text = f"{self._time(event.at)} {name.ljust(self._name_width)} {as_text(line, width)}"
        text = printable(text)
        if width is not None and len(text) > width:
            text = text[: width - 1] + "…"
        if self._look.is_coloured and line.level > _INFO:
            text = f"{_COLOURS[line.level]}{text}{_PLAIN}"
        self._sink.write(text.encode() + b"\n")

    def _time(self, at: float) -> str:
        """Write the time of day in UTC, once for all that happens within a millisecond."""
        millisecond = int(at * 1000)
        if millisecond != self._millisecond:
            self._millisecond, self._stamp = millisecond, rfc3339(at)[11:23]
        return self._stamp


def describe(event: Event) -> Line:
    """Return what is said of an event."""
    return _LINES[type(event)](event)


def as_text(line: Line, most: int | None = None) -> str:
    """Return a line without its time and station, of its rest at most so many characters."""
    mark = "" if line.level <= _INFO else f" {LEVELS[line.level]}:"
    return f"{line.way or '  '} {line.subject.ljust(_SUBJECT_WIDTH)}{mark} {line.rest[:most]}".rstrip()


def printable(line: str) -> str:
    """Make line ends and terminal controls that came over the wire visible and harmless."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


def _received(event: events.Received) -> Line:
    message = event.message
    if isinstance(message, Malformed):
        return Line(_WARNING, "->", "?", f"{message.problem}: {event.text[:200].decode(errors='replace')}")
    name, carried = _name(message, event.answers), _carried(message)
    if event.violations:
        return Line(_WARNING, "->", name, f"{carried} is invalid: {event.violations[0]}")
    if event.binary:
        return Line(_WARNING, "->", name, f"{carried} came in a binary frame")
    if event.answers is None and not isinstance(message, Call):
        return Line(_WARNING, "->", name, f"{carried} answers no open call")
    return Line(_WARNING if isinstance(message, Error) else _INFO, "->", name, carried)


def _sent(event: events.Sent) -> Line:
    name, carried = _name(event.message, event.answers), _carried(event.message)
    if event.violations:
        return Line(_WARNING, "<-", name, f"{carried} is invalid: {event.violations[0]}")
    return Line(_INFO, "<-", name, carried)


def _name(message: Message, answers: Call | None) -> str:
    """Name a message by its action."""
    if isinstance(message, Call):
        return message.action
    return f"{answers.action if answers else '?'}.{'response' if isinstance(message, Result) else 'error'}"


def _carried(message: Message) -> str:
    """Show what a message carries."""
    if isinstance(message, Error):
        return f"{message.code}: {message.description}"
    return orjson.dumps(message.payload).decode()


_LINES: Mapping[type[Event], Callable[[Any], Line]] = {
    events.Started: lambda event: Line(_INFO, "", "listening", f"on {event.url}, --seed {event.seed}"),
    events.Reconfigured: lambda _: Line(_INFO, "", "configured", "the settings were read again"),
    events.Knocked: lambda event: Line(0, "", "knocked", event.visitor.path),
    events.Connected: lambda event: Line(
        _INFO, "", "connected", f"speaks {event.subprotocol} of {', '.join(event.offered)}"
    ),
    events.Refused: lambda event: Line(_WARNING, "", "refused", event.reason),
    events.Breached: lambda event: Line(_WARNING, "", "breached", f"{event.clause}: {event.problem}"),
    events.Disconnected: lambda event: Line(_INFO, "", "disconnected", f"{event.code} {event.reason}"),
    events.Received: _received,
    events.Lost: lambda event: replace(_received(event.received), rest=f"lost: {event.fault}", level=_INFO),
    events.Sent: _sent,
    events.Spoiled: lambda event: Line(_INFO, "<-", _name(event.message, event.answers), f"spoiled: {event.fault}"),
    events.Unanswered: lambda event: Line(_WARNING, "<-", event.call.action, f"stays unanswered: {event.reason}"),
    events.Judged: lambda event: Line(
        _INFO if event.outcome == "met" else _WARNING, "", event.outcome, event.expectation
    ),
    events.Finding: lambda event: Line(
        _LEVELS[event.severity], "", "finding", f"{event.check} {event.requirement}  {event.problem}"
    ),
    events.Noted: lambda event: Line(_INFO, "", "note", event.note),
    events.Failed: lambda event: Line(_ERROR, "", "failed", event.problem),
}
"""What is said of each kind of event."""
