"""The message sequence of a run, for the report of a failure: all of a short run, else its beginning and its end.

Lines are kept in place of events, with no more of a payload than is shown, so that the memory is bounded.
"""

from collections import deque
from collections.abc import Iterator

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.printable import printable
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import (
    Breached,
    Connected,
    Disconnected,
    Event,
    FileRequested,
    FileTransferred,
    Finding,
    Lost,
    Received,
    Refused,
    Sent,
    Spoiled,
    Unanswered,
)
from mock_csms.twin.ocpi_events import OcpiExchanged
from mock_csms.watch.lines import as_text, describe

MOST_AT_FIRST = 256 * 1024
MOST_AT_LAST = 1024 * 1024
"""The most bytes of lines for the beginning of a run, and for its end."""
LONGEST = 2000
"""The most characters of a payload that are kept."""
_OTHERS = (FileRequested, FileTransferred, OcpiExchanged)
KINDS = (
    Connected,
    Breached,
    Disconnected,
    Received,
    Lost,
    Sent,
    Spoiled,
    Unanswered,
    Refused,
    Finding,
    *_OTHERS,
)
"""The kinds of events that are kept: messages, connections, files, exchanges of OCPI and findings."""


class History:
    """Keeps the first lines up to a limit, and the last lines after them."""

    def __init__(self, most_at_first: int = MOST_AT_FIRST, most_at_last: int = MOST_AT_LAST) -> None:
        self._first: list[bytes] = []
        self._last: deque[bytes] = deque()
        self._room_at_first = most_at_first
        self._room_at_last = most_at_last
        self._left_out = 0

    def watch(self, bus: Bus) -> None:
        """Subscribe to all events between stations and the mock."""
        bus.subscribe(self.see, *KINDS)

    def see(self, event: Event) -> None:
        """Keep a line for an event."""
        text = as_text(describe(event), LONGEST)
        self.add(f"{rfc3339(event.at)[11:23]} {printable(event.station or '-')} {printable(text)}")

    def add(self, line: str) -> None:
        """Keep a line; if there is no room, drop the oldest line after the beginning."""
        kept = line.encode(errors="backslashreplace")
        is_begin = not self._last and not self._left_out
        if is_begin and len(kept) <= self._room_at_first:
            self._room_at_first -= len(kept)
            self._first.append(kept)
            return
        self._last.append(kept)
        self._room_at_last -= len(kept)
        while self._room_at_last < 0:
            self._room_at_last += len(self._last.popleft())
            self._left_out += 1

    def lines(self) -> Iterator[str]:
        """Yield the lines of the run, with a line that counts the dropped ones."""
        yield from (line.decode() for line in self._first)
        if self._left_out:
            yield f"… {self._left_out:,} left out here; --trace FILE keeps all …"
        yield from (line.decode() for line in self._last)
