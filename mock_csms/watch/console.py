"""Writes events as lines for people: time, station, direction (`->` from the station, `<-` to it) and text."""

import asyncio
import os
from collections.abc import Iterator
from typing import Protocol

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.messages import Result
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Record, replace
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.twin.every_event import ALL
from mock_csms.watch.lines import (
    INFO,
    LEVELS,
    LINES,
    RED,
    SHORT_LINES,
    Line,
    beginning,
    is_about_refusal,
    reason_of_refusal,
    refused,
)
from mock_csms.watch.repeats import MOST_AT_ONCE, Crowd, Repeats

_YELLOW, PLAIN = "\x1b[33m", "\x1b[0m"
_COLOURS = ("", "", _YELLOW, RED)
"""The colours of the levels."""
_OTHER_WAY = {"->": "<-", "<-": "->"}
_NARROWEST_NAME, _USUAL_WIDTH = 8, 160
_NARROW, _NARROW_SUBJECT, _WIDE_SUBJECT = 110, 18, 28
"""Below this width of the window, the column of subjects is narrower."""
_LONGEST = 600
"""The greatest length of lines that are not about a message; they are rare, and no other line has their content."""
_WAY_WIDTH = 5
"""The width of the direction of a message, with the spaces around it."""
MOST_DATES = 60
"""How many further characters are read before today's date is removed from them."""
_MOST_BEGINNINGS, _LONGEST_SUBJECT = 10_000, 60
"""How many first parts of lines are cached, and up to which length."""
_TELL = 1.0
"""The seconds between two lines with counts."""
_MOST_SILENT = 1000
"""How many hidden refused calls are remembered until they are answered."""
_TRAFFIC = {events.Received, events.Lost, events.Sent, events.Spoiled, events.Connected, events.Disconnected}
"""The kinds of events that are counted if there are too many, unless they are warnings."""


class Look(Record):
    """The form of lines: the least level, the greatest width (None for no limit), and whether they are coloured.

    `is_station`: whether the lines are those of mock-station, for which received messages come from the CSMS.
    `is_terminal`: whether a person reads them.
    """

    level: int = INFO
    width: int | None = _USUAL_WIDTH
    is_coloured: bool = False
    is_station: bool = False
    is_terminal: bool = False


def look_for(descriptor: int, log_level: str, *, is_verbose: bool, color: str = "auto") -> Look:
    """Return the form of lines for an open file: as wide as the window, and coloured, unless `color` says otherwise."""
    is_terminal = os.isatty(descriptor)
    width = (os.get_terminal_size(descriptor).columns if is_terminal else 0) or _USUAL_WIDTH
    level = LEVELS.index(log_level)
    is_coloured = color == "always" or (color == "auto" and is_terminal and not os.environ.get("NO_COLOR"))
    return Look(level, None if is_verbose or level == 0 else width, is_coloured, is_terminal=is_terminal)


class Writer(Protocol):
    """Something to which lines are written: a sink, or a file."""

    def write(self, data: bytes, /) -> object:
        """Write bytes."""


class Console:
    """Writes a line for every event that `look` selects; repetitions are counted, unless all lines are wanted in full.

    A refused message waits for the finding about it, which comes at once, so that both are one line.
    """

    def __init__(self, bus: Bus, sink: Writer, look: Look) -> None:
        self._sink = sink
        self._look = look
        self._least, self._width = look.level, look.width
        self._lines = LINES if look.width is None else SHORT_LINES
        self._plain = frozenset() if look.is_terminal else frozenset((events.Received, events.Sent))
        self._millisecond = -1
        self._stamp = self._today = ""
        self._name_width = _NARROWEST_NAME
        self._beginnings: dict[tuple[str, str, str, int, bool], str] = {}
        self._held: events.Received | None = None
        self._silent: dict[tuple[str, str], None] = {}
        self._repeats = Repeats()
        self._crowd = Crowd()
        self._timer: asyncio.TimerHandle | None = None
        self._subject_width = _NARROW_SUBJECT if (look.width or _USUAL_WIDTH) < _NARROW else _WIDE_SUBJECT
        self._subscribe(bus)

    def _subscribe(self, bus: Bus) -> None:
        bus.subscribe(self.show, *ALL)

    def tell(self) -> None:
        """Print the waiting lines: the last message, and all counts."""
        self._release()
        self._tell_counts(None)

    def show(self, event: Event) -> None:
        """Show an event, or count it."""
        if self._held is not None:
            held, self._held = self._held, None
            if type(event) is events.Finding and is_about_refusal(event, held):
                self._show_refused(held, event)
                return
            self._show_refused(held, None)
        line = self._lines[type(event)](event)
        if line.level < self._least:
            return
        is_plain = line.level == INFO and line.colour != RED and type(event) in self._plain
        if is_plain or self._width is None or self._is_to_show(event, line):
            self._write(event.at, event.station, line)

    def _is_to_show(self, event: Event, line: Line) -> bool:
        """Whether a line is printed now; otherwise it waits, or was counted."""
        kind = type(event)
        if isinstance(event, events.Received) and event.is_refused:
            self._held = event
            asyncio.get_running_loop().call_soon(self._release)
            return False
        if isinstance(event, events.Finding):
            return self._is_new(event, line.level, event.check, event.problem)
        if isinstance(event, events.Sent) and (event.station, event.message.id) in self._silent:
            del self._silent[event.station, event.message.id]
            return False
        if kind is events.Disconnected:
            self._tell_counts(event.station, at=event.at)
        if self._look.is_terminal and line.level == INFO and kind in _TRAFFIC:
            return self._crowd.is_shown(event.at, event.station, line.way, line.subject) or self._later()
        return True

    def _release(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._show_refused(held, None)

    def _show_refused(self, event: events.Received, finding: events.Finding | None) -> None:
        """Print a refused message with the finding that gives the reason, or count it."""
        line = refused(event, finding, is_short=self._subject_width == _NARROW_SUBJECT)
        name = finding.check if finding else f"{line.subject} refused"
        if self._is_new(event, line.level, name, f"{line.subject} {reason_of_refusal(event)}"):
            self._write(event.at, event.station, line)
        elif type(event.message) is not Result:
            self._silent[event.station, event.message.id] = None
            if len(self._silent) > _MOST_SILENT:
                del self._silent[next(iter(self._silent))]

    def _is_new(self, event: Event, level: int, name: str, text: str) -> bool:
        return self._repeats.is_shown(event.at, event.station, level, name, text) or self._later()

    # Counts.

    def _later(self) -> bool:
        """Plan to print the counts; return False, because nothing is printed until then."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TELL, self._tick)
        return False

    def _tick(self) -> None:
        self._timer = None
        self._tell_counts(None, MOST_AT_ONCE)
        if self._repeats.has_unreported or self._crowd.is_crowded:
            self._later()

    def _tell_counts(self, station: str | None, most: int | None = None, at: float | None = None) -> None:
        """Print the counts: of one station its repetitions, or those of all stations."""
        crowd = self._crowd.tell() if station is None and self._crowd.is_crowded else ()
        for count in (*crowd, *self._repeats.tell(station, most)):
            line = Line(count.level, count.way, count.subject, count.text)
            self._write(clock.now() if at is None else at, count.station, line)

    # Lines.

    def _write(self, at: float, station: str, line: Line) -> None:
        if self._look.is_station and line.way:
            line = replace(line, way=_OTHER_WAY[line.way])
        text = f"{self._begun(at, station, line)}{line.rest}"
        text = self._cut(f"{text} {line.more}" if line.more else text) if line.way else self._wrapped(text)
        if self._look.is_coloured and (colour := _COLOURS[line.level] or line.colour):
            text = f"{colour}{text}{PLAIN}"
        self._put(f"{text}\n")

    def _put(self, text: str) -> None:
        self._sink.write(text.encode())

    def _begun(self, at: float, station: str, line: Line) -> str:
        """Return the first part of a line, before its text."""
        kind = (station, line.way, line.subject, line.level, line.is_marked)
        begun = self._beginnings.get(kind) or self._begin(kind, line)
        if self._millisecond != (millisecond := int(at * 1000)):
            self._set_time(at, millisecond)
        return f"{self._stamp} {begun}"

    def _begin(self, kind: tuple[str, str, str, int, bool], line: Line) -> str:
        """Return the part of a line between time and text, and cache it for similar lines."""
        name = kind[0] or "-"
        if len(name) > self._name_width or len(self._beginnings) > _MOST_BEGINNINGS:
            self._name_width = max(self._name_width, len(name))
            self._beginnings.clear()
        text = f"{name.ljust(self._name_width)} {beginning(line, self._subject_width)}"
        if len(line.subject) < _LONGEST_SUBJECT:
            self._beginnings[kind] = text
        return text

    def _cut(self, text: str) -> str:
        """Return a line about a message for output; if lines are cut to a width, without today's date."""
        width = self._width
        if width is None:
            return printable(text)
        text = text[: width + MOST_DATES].replace(self._today, '"')
        if not text.isprintable():
            text = printable(text)
        return text if len(text) <= width else text[: width - 1] + "…"

    def _wrapped(self, text: str) -> str:
        """Return another line; on a terminal, text that does not fit continues in the next line, with an indent."""
        text = printable(text)
        if self._width is None:
            return text
        if len(text) > _LONGEST:
            text = text[: _LONGEST - 1] + "…"
        if len(text) <= self._width or not self._look.is_terminal:
            return text
        indent = min(len(self._stamp) + self._name_width + _WAY_WIDTH, self._width // 2)
        return "\n".join(_folded(text, self._width, " " * indent))

    def _set_time(self, at: float, millisecond: int) -> None:
        """Format the time of day in UTC, once for all events within a millisecond."""
        written = rfc3339(at)
        self._millisecond, self._stamp, self._today = millisecond, written[11:23], f'"{written[:11]}'


def _folded(text: str, width: int, indent: str) -> Iterator[str]:
    """Yield the parts of a text that is too long for one line, broken at spaces if possible."""
    while len(text) > width:
        place = text.rfind(" ", len(indent) + 1, width + 1)
        if place < 0:
            place = width
        yield text[:place]
        text = indent + text[place:].lstrip()
    yield text
