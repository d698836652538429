"""Reads a trace record by record: yields the events of valid records, and a line for each wrong one."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from mock_csms.commands.playback import Playback
from mock_csms.commands.tracefile import Unreadable, items_in
from mock_csms.commands.tracerecord import TraceRecord, read_record
from mock_csms.conformance.subject import JUDGED
from mock_csms.protocol.versions import DEFAULT
from mock_csms.twin.events import Event

_MOST_LINES = 20
"""How many wrong records of a trace are reported one by one; the others are only counted."""
_LONGEST = 200


class Reading:
    """Reads the trace called `name`, and calls `complain` with a line for each fault in it.

    `count` is the number of wrong records.
    """

    def __init__(self, name: str, complain: Callable[[str], None]) -> None:
        self.count = 0
        self._first = ""
        self._name = "stdin" if name == "-" else name
        self._complain = complain
        self._playback = Playback()
        self._unjudged: Counter[str] = Counter()
        self._is_versionless = False

    def events(self, file: BinaryIO) -> Iterator[Event]:
        """Yield the events of all records that can be judged."""
        for number, value in items_in(file):
            entry = self._entry(number, value)
            if entry is None:
                continue
            other = self._playback.why_not_judged(entry)
            self._is_versionless |= not entry.version
            if other:
                self._unjudged[other] += 1
            else:
                yield from self._events(number, entry)

    def _events(self, number: int, entry: TraceRecord) -> Iterator[Event]:
        try:
            yield from self._playback.events(entry)
        except ValueError as error:
            self._wrong(number, str(error))

    def _entry(self, number: int, value: Any) -> TraceRecord | None:
        """Return the entry of a record, or None if it cannot be read; report what is wrong with it."""
        if isinstance(value, Unreadable):
            if value.is_cut:
                self._complain(f"note: {self._name}: line {number} is cut off and was skipped ({value.why})")
            else:
                self._wrong(number, value.why)
            return None
        try:
            entry = read_record(value)
        except ValueError as error:
            self._wrong(number, str(error))
            return None
        for fault in entry.faults[:1]:
            self._wrong(number, fault)
        return entry

    def _wrong(self, number: int, why: str) -> None:
        self.count += 1
        line = f"{self._name}: line {number} is not a record of the OCPP trace format 1.1: {why[:_LONGEST]}"
        if self.count <= _MOST_LINES:
            self._complain(f"error: {line}")
        self._first = self._first or line

    def end(self) -> None:
        """Report how many records were skipped, with a line for each reason."""
        for other, count in self._unjudged.items():
            why = f"they are {other}, and only OCPP {' or '.join(JUDGED)} is checked"
            self._complain(f"note: {self._name}: {count} records were skipped: {why}")
        if self._is_versionless:
            self._complain(f"note: {self._name}: records without ocppVersion are checked as OCPP {DEFAULT.name}")

    def sum_up(self) -> None:
        """Report the number of wrong records, if more than one is wrong."""
        if self.count > 1:
            self._complain(f"error: {self.count} records are invalid; the first: {self._first}")
