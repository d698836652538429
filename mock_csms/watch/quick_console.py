"""The shortcut of the console: it cuts the lines for ordinary messages from their text."""

import asyncio
from functools import lru_cache
from typing import Any

from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Result
from mock_csms.runtime.bus import Bus
from mock_csms.twin import events
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.every_event import ALL
from mock_csms.watch.console import MOST_DATES, PLAIN, Console, Look, Writer
from mock_csms.watch.layouts import Layouts
from mock_csms.watch.lines import DIM, INFO, Line

_WAIT = 0.02
"""How many seconds the line of a call waits for the line of its answer."""
_MOST_BEGINNINGS = 10_000
"""How many first parts of lines are cached."""
_CUT = "…".encode()
"""The end of a line that is cut."""
_LEAST_BEGUN = 40
"""The least length of a line before the payload: time, station, direction and action."""


def console_for(bus: Bus, sink: Writer, look: Look) -> Console:
    """Return a console. It uses the shortcut if lines are cut to a width and their number is not needed."""
    is_usual = look.width is not None and look.level <= INFO and not look.is_terminal and not look.is_station
    return QuickConsole(bus, sink, look) if is_usual and not is_long_way_forced() else Console(bus, sink, look)


class QuickConsole(Console):
    """A console that formats a line only if the shortcut cannot. Nothing else may write to its sink."""

    def _subscribe(self, bus: Bus) -> None:
        self._bus = bus
        self._most = self._width or 0
        self._printable: dict[tuple[str, str, str], str] = {}
        """By station, direction and subject: the part of a line after the time and before the rest."""
        self._begun_both: dict[tuple[str, str], tuple[str, str]] = {}
        """By station and action: that part of the line of a call, and of the line of its answer."""
        self._known_width = 0
        """The width of the column of stations in these cached parts."""
        self._layouts = Layouts(self._most + MOST_DATES - _LEAST_BEGUN)
        self._waiting = ""
        """The lines of calls without an answer so far."""
        self._soon: asyncio.TimerHandle | None = None
        self._dim, self._plain_end = (DIM, f"{PLAIN}\n") if self._look.is_coloured else ("", "\n")
        bus.subscribe(self.show, *(kind for kind in ALL if kind not in (events.Received, events.Sent)))
        bus.subscribe_to_messages(self._show_received, self._show_sent, self._show_answered)

    def tell(self) -> None:
        """Print the waiting lines: the last messages, and all counts."""
        super().tell()
        self._release_calls()

    def _show_received(self, event: Any) -> None:
        message = event.message
        if type(message) is Call and not event.violations and not event.binary and not self._bus.is_changed:
            rest = self._layouts.cut(event.text, message, None, event.version)
            if rest is not None and self._held is None:
                self._waiting += f"{self._cut_line(event, '->', message.action, rest)}\n"
                if self._soon is None:
                    self._soon = asyncio.get_running_loop().call_later(_WAIT, self._release_calls)
                return
        self.show(event)

    def _show_sent(self, event: Any) -> None:
        message, answers = event.message, event.answers
        is_usual = type(message) is Result and answers is not None and not event.violations
        if is_usual and not event.fault and not self._bus.is_changed:
            rest = self._layouts.cut(event.text, message, answers, event.version)
            if rest is not None and self._held is None:
                line = self._cut_line(event, "<-", _response(answers.action), rest)
                self._put(f"{self._dim}{line}{self._plain_end}")
                return
        self.show(event)

    def _show_answered(self, event: AnsweredCall) -> None:
        """Show both lines at once if both can be cut, begin in a usual way, and have the same time."""
        station, action, at = event.station, event.call.action, event.at
        begun = self._begun_both.get((station, action)) if self._known_width == self._name_width else None
        rests = self._layouts.cut_answered(event) if begun and self._held is None else None
        millisecond = int(at * 1000)
        if begun is None or rests is None or int(event.answered_at * 1000) != millisecond:
            self._show_received(event.received())
            self._show_sent(event.sent())
            self._remember_both(station, action)
            return
        if self._millisecond != millisecond:
            self._set_time(at, millisecond)
        stamp, most, today = self._stamp, self._most, self._today
        call, answer = f"{stamp} {begun[0]}{rests[0]}", f"{stamp} {begun[1]}{rests[1]}"
        if len(answer) > most or today in answer:
            answer = self._fitted(answer)
        rest = f"\n{self._dim}{answer}{self._plain_end}".encode()
        if self._waiting:
            self._put("")
        is_cut = len(call) > most or today in call
        self._sink.write((self._encoded(call) if is_cut else call.encode()) + rest)

    def _remember_both(self, station: str, action: str) -> None:
        """Remember what both lines of an exchange begin with, if both were shown before and are printable."""
        call = self._printable.get((station, "->", action))
        answer = self._printable.get((station, "<-", _response(action)))
        if call is not None and answer is not None:
            self._begun_both[station, action] = call, answer

    def _cut_line(self, event: Any, way: str, subject: str, rest: str) -> str:
        """Return a line; `rest` must be printable."""
        at, station = event.at, event.station
        begun = self._printable.get((station, way, subject)) if self._known_width == self._name_width else None
        if begun is None:
            return self._cut(f"{self._begin_again(at, station, way, subject)}{rest}")
        if self._millisecond != (millisecond := int(at * 1000)):
            self._set_time(at, millisecond)
        return self._fitted(f"{self._stamp} {begun}{rest}")

    def _fitted(self, line: str) -> str:
        """Return a printable line without today's date, cut to the width."""
        width = self._most
        line = line[: width + MOST_DATES].replace(self._today, '"')
        return line if len(line) <= width else line[: width - 1] + "…"

    def _encoded(self, line: str) -> bytes:
        """Return a fitted line in UTF-8. The sign of a cut is added as bytes: Python encodes pure ASCII much faster."""
        width = self._most
        line = line[: width + MOST_DATES].replace(self._today, '"')
        return line.encode() if len(line) <= width else line[: width - 1].encode() + _CUT

    def _begin_again(self, at: float, station: str, way: str, subject: str) -> str:
        """Return the first part of a line, and cache it without the time if it is printable."""
        begun = self._begun(at, station, Line(INFO, way, subject, ""))
        if self._known_width != self._name_width or len(self._printable) >= _MOST_BEGINNINGS:
            self._known_width = self._name_width
            self._printable.clear()
            self._begun_both.clear()
        if begun.isprintable():
            self._printable[station, way, subject] = begun.removeprefix(f"{self._stamp} ")
        return begun

    def _put(self, text: str) -> None:
        if self._waiting:
            text, self._waiting = self._waiting + text, ""
        self._sink.write(text.encode())

    def _release_calls(self) -> None:
        self._soon = None
        if self._waiting:
            self._put("")


@lru_cache(maxsize=256)
def _response(action: str) -> str:
    return f"{action}.response"
