"""The journal: the last events of all stations, as lines with a number each, for clients that ask by number.

It is bounded in bytes. Each reader keeps its own cursor (the number of the last event that it has read), so
many can read the same events. A slow reader slows nothing down: it gets a gap for the events that were dropped.

Most messages are usual ones that nobody reads. Their lines are written when somebody does; the line of any other event
is written when it happens.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable, field, json_text
from mock_csms.twin.events import Event, Received
from mock_csms.watch.digest import Digest, Digested, PlainMessage
from mock_csms.watch.eventlog import MessageKind, line_about, plain_line
from mock_csms.watch.frames import action_text

_OVERHEAD = 400
"""How many bytes an event takes besides its text: measured, see `tests/watch/test_journal.py`."""
_PARTS = 64
"""In how many parts the journal is dropped, the oldest first."""
_MOST_SEEN = 100_000
"""Of how many stations the journal knows when they were last seen."""


class Logged(Mutable, eq=False):
    """One event in the journal."""

    seq: int
    """Its number: 1 for the first event of the run."""
    kind: type[Event]
    at: float
    """When it happened, in seconds since 1970."""
    station: str
    type: MessageKind | None
    """The type of the message that it is about; None for other events."""
    id: bytes
    """The id of that message, as JSON text."""
    about: bytes
    """The action of the message, as JSON text, or the id of the check for a finding; empty if there is none."""
    written: bytes = b""
    """Its line; empty as long as nobody has asked for it."""
    message: PlainMessage | None = None
    """What the line is written from."""
    part: "_Part | None" = None
    """Where the event is kept."""

    @property
    def line(self) -> bytes:
        """The line of the event log, without the number. It is written once, for all who read it."""
        if self.message is not None and self.part is not None:
            self.written = plain_line(self.message)
            self.part.replace(self, len(self.written) - len(self.message[3]))
            self.message = self.part = None
        return self.written

    @property
    def text(self) -> bytes:
        """The line as a JSON object, with the number in front."""
        return b'{"seq":%d,%b' % (self.seq, self.line[1:-1])


def _logged(seq: int, event: Any) -> Logged:
    line = line_about(event)
    return Logged(seq, type(event), event.at, event.station, line.type, line.id, line.about, line.text)


class _Part(Mutable, eq=False):
    """Events that follow each other, and are dropped together."""

    first: int
    """The number of the first one."""
    events: "list[Logged | PlainMessage]" = field(default_factory=list)
    size: int = 0
    """How many bytes they take."""

    @property
    def end(self) -> int:
        """The number after the last one."""
        return self.first + len(self.events)

    def get(self, seq: int) -> Logged:
        """Return the event with that number."""
        found = self.events[seq - self.first]
        if isinstance(found, Logged):
            return found
        kind, at, station, _, id_, action, _, _ = found
        type_ = Call if kind is Received else Result
        return Logged(seq, kind, at, station, type_, json_text(id_), action_text(action), b"", found, self)

    def replace(self, logged: Logged, more: int) -> None:
        """Keep an event with its line, which takes so many more bytes."""
        self.events[logged.seq - self.first] = logged
        self.size += more


_first_of = attrgetter("first")


class Journal:
    """The last events of a `digest`, up to about `most` bytes."""

    def __init__(self, most: int, digest: Digest) -> None:
        self.seen: dict[str, float] = {}
        """When each station last sent a message."""
        self.missed = 0
        """How many events slow readers of streams have missed."""
        self.is_closed = False
        self.flush: Callable[[], None] = digest.flush
        """Takes the events that wait."""
        self._most = most
        self._parts = [_Part(1)]
        """Never empty; the last one gets the new events."""
        self._waiting: set[asyncio.Future[None]] = set()
        digest.subscribe(self._take)

    # Writing.

    def _take(self, digested: Sequence[Digested]) -> None:
        """Keep events. What it does for a usual message is little, and calls nothing."""
        part, limit, seen = self._parts[-1], self._most // _PARTS, self.seen
        kept, size = part.events, part.size
        for each in digested:
            if size >= limit:
                part = self._begin(part, size)
                kept, size = part.events, 0
            if type(each) is tuple:
                kept.append(each)
                size += len(each[3]) + _OVERHEAD
                if each[0] is Received:
                    seen[each[2]] = each[1]
            else:
                logged = _logged(part.end, each)
                kept.append(logged)
                size += len(logged.written) + len(logged.about) + _OVERHEAD
                if logged.kind is Received:
                    seen[logged.station] = logged.at
        part.size = size
        while len(seen) > _MOST_SEEN:
            del seen[next(iter(seen))]
        self._wake()

    def _begin(self, full: _Part, size: int) -> _Part:
        """Begin a part after a full one of that size, and drop the oldest ones if there is no room."""
        full.size = size
        self._parts.append(_Part(full.end))
        too_much = self.size - self._most
        while too_much > 0 and len(self._parts) > 1:
            too_much -= self._parts.pop(0).size
        return self._parts[-1]

    def clear(self) -> None:
        """Drop all events; the numbers go on."""
        self.flush()
        self._parts = [_Part(self.last + 1)]

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
    def size(self) -> int:
        """How many bytes the events take."""
        return sum(part.size for part in self._parts)

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self._parts[-1].end - 1

    @property
    def cursor(self) -> int:
        """The number of the last event, after waiting events are written."""
        self.flush()
        return self.last

    @property
    def first(self) -> int:
        """The number of the oldest event that is kept; one more than `last` if none is."""
        return self._parts[0].first

    def lost(self, after: int) -> int:
        """Return how many events after that number are not kept any more."""
        return max(0, self.first - 1 - after)

    def between(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the events between two numbers in their order; those that are dropped meanwhile are left out."""
        seq, before = max(after + 1, self.first), min(before, self.last + 1)
        while seq < before:
            part = self._part_of(seq)
            for each in range(seq, min(before, part.end)):
                yield part.get(each)
            seq = max(part.end, self.first)

    def backwards(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the same, the last one first."""
        seq = min(before - 1, self.last)
        while seq > after and seq >= self.first:
            part = self._part_of(seq)
            for each in range(seq, max(after, part.first - 1), -1):
                yield part.get(each)
            seq = part.first - 1

    def _part_of(self, seq: int) -> _Part:
        """Return the part with an event that is kept."""
        return self._parts[bisect_right(self._parts, seq, key=_first_of) - 1]

    async def news(self, after: int, within: float) -> bool:
        """Wait until there is an event with a greater number; return whether there is one within so many seconds."""
        if self.last <= after and not self.is_closed:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(future, within)
            finally:
                self._waiting.discard(future)
        return self.last > after
