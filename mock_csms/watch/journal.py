"""The journal: the last events of all stations, as encoded lines. Each has a number, by which clients read it.

It is bounded in bytes. Each reader keeps its own cursor (the number of the last event that it has read), so many can
read the same events. A slow reader slows nothing down: it gets a gap for the events that were dropped.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from mock_csms.protocol.messages import Malformed, Message
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Event, Received

_OVERHEAD = 300
"""The bytes that an event uses in addition to its line."""
_MOST_SEEN = 100_000
"""For how many stations the journal stores the time of the last message."""


MessageKind: TypeAlias = type[Message | Malformed]


class Logged(Record, gc=False):
    """One event in the journal."""

    seq: int
    """Its number: 1 for the first event of the run."""
    kind: type[Event]
    at: float
    """When it happened, in seconds since 1970."""
    station: str
    type: MessageKind | None
    """The type of its message; None for events without a message."""
    id: bytes
    """The id of its message, as JSON text."""
    about: bytes
    """The action of its message, or the id of the check for a finding, as JSON text; empty for other events."""
    line: bytes
    """The line of the event log, without the number."""

    @property
    def text(self) -> bytes:
        """The line as a JSON object, with the number in front."""
        return b'{"seq":%d,%b' % (self.seq, self.line[1:-1])


class Journal:
    """The last events, up to `most` bytes.

    `flush` is called before reading, to add the events that wait to be written.
    """

    def __init__(self, most: int, flush: Callable[[], None]) -> None:
        self.flush = flush
        self.last = 0
        """The number of the last event."""
        self.size = 0
        """The size of the stored events in bytes."""
        self.seen: dict[str, float] = {}
        """By identity: the time of a station's last message."""
        self.missed = 0
        """The number of events that slow readers of streams have missed."""
        self.is_closed = False
        self._most = most
        self._events: dict[int, Logged] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    # Writing.

    def add(self, event: Event, line: bytes, type_: MessageKind | None, id_: bytes, about: bytes) -> None:
        """Add an event with its line, and drop the oldest events if there is no room."""
        kind, seq = type(event), self.last + 1
        self.last = seq
        self._events[seq] = Logged(seq, kind, event.at, event.station, type_, id_, about, line)
        self.size += len(line) + _OVERHEAD
        if self.size > self._most:
            self._drop()
        if kind is Received:
            self.seen[event.station] = event.at
            if len(self.seen) > _MOST_SEEN:
                del self.seen[next(iter(self.seen))]
        if self._waiting:
            self._wake()

    def _drop(self) -> None:
        while self.size > self._most and len(self._events) > 1:
            self.size -= len(self._events.pop(self.first).line) + _OVERHEAD

    def clear(self) -> None:
        """Drop all events. Later events continue the numbers."""
        self.flush()
        self._events.clear()
        self.size = 0

    def close(self) -> None:
        """End all waits."""
        self.is_closed = True
        self._wake()

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    # Reading.

    @property
    def cursor(self) -> int:
        """The number of the last event, after all waiting events were added."""
        self.flush()
        return self.last

    @property
    def first(self) -> int:
        """The number of the oldest stored event; `last` + 1 if there is none."""
        return self.last - len(self._events) + 1

    def lost(self, after: int) -> int:
        """Return how many events after that number were dropped."""
        return max(0, self.first - 1 - after)

    def between(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the events between two numbers, in order. Events that were dropped in the meantime are skipped."""
        for seq in range(max(after + 1, self.first), min(before, self.last + 1)):
            if (logged := self._events.get(seq)) is not None:
                yield logged

    def backwards(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the events between two numbers, the last one first."""
        for seq in range(min(before - 1, self.last), max(after, self.first - 1), -1):
            if (logged := self._events.get(seq)) is not None:
                yield logged

    async def news(self, after: int, within: float) -> bool:
        """Wait until there is an event with a greater number; return False if there is none within so many seconds."""
        if self.last <= after and not self.is_closed:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(future, within)
            finally:
                self._waiting.discard(future)
        return self.last > after
