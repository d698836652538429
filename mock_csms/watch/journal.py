"""The journal: the last events of all stations, as lines with a number each, for clients that ask by number.

It is bounded in bytes. Each reader keeps its own cursor (the number of the last event that it has read), so
many can read the same events. A slow reader slows nothing down: it gets a gap for the events that were dropped.

Nobody reads most events. So those that come together are kept as one block of bytes, which costs little, holds no other
object, and is as big as it says. The lines of usual messages are written when somebody reads them.
"""

import asyncio
import marshal
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable, json_text
from mock_csms.twin import events
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.digest import Digest, Digested, PlainExchange
from mock_csms.watch.eventlog import KINDS, MessageKind, exchange_lines, line_about
from mock_csms.watch.frames import action_text

BlockWriter: TypeAlias = Callable[[int, Iterable[tuple[type[Event], bytes]]], bytes]
"""Gets the number of the first event of a block, and the kind and the line of each event."""

_OVERHEAD = 200
"""How many bytes a block takes besides its events."""
_SHARE = 8
"""A block has at most this part of the journal's bytes, and so have the blocks that are open for readers."""
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
    exchange: PlainExchange | None = None
    """What the line is written from."""

    @property
    def line(self) -> bytes:
        """The line of the event log, without the number. It is written once, for all who read it."""
        if self.exchange is not None:
            self.written = exchange_lines(self.exchange)[self.kind is Sent]
            self.exchange = None
        return self.written

    @property
    def text(self) -> bytes:
        """The line as a JSON object, with the number in front."""
        return b'{"seq":%d,%b' % (self.seq, self.line[1:-1])


class _Block(Mutable, eq=False):
    """Events that came together."""

    first: int
    """The number of the first one."""
    count: int
    data: bytes
    """Each is an exchange, which is two events, or the parts of one event."""

    @property
    def end(self) -> int:
        """The number after the last one."""
        return self.first + self.count

    def opened(self) -> Sequence[Logged]:
        """Return the events."""
        found: list[Logged] = []
        for parts in marshal.loads(self.data):  # noqa: S302 - it was written here
            seq = self.first + len(found)
            if len(parts) == _PARTS:
                kind, at, station, type_, *others = parts
                found.append(Logged(seq, events.ALL[kind], at, station, KINDS[type_], *others))
                continue
            called, answered, station, _, _, id_, action, _, _ = parts
            about = json_text(id_), action_text(action), b"", parts
            found += (
                Logged(seq, Received, called, station, Call, *about),
                Logged(seq + 1, Sent, answered, station, Result, *about),
            )
        return found

    def lines(self) -> Iterator[tuple[type[Event], bytes]]:
        """Yield the kind and the line of each event."""
        for parts in marshal.loads(self.data):  # noqa: S302 - it was written here
            if len(parts) == _PARTS:
                yield events.ALL[parts[0]], parts[-1]
            else:
                call, result = exchange_lines(parts)
                yield Received, call
                yield Sent, result


_PARTS = 7


def _parts_of(event: Event) -> tuple[Any, ...]:
    """Return the parts of an event that is written now: those of `Logged` without the number."""
    line = line_about(event)
    kind, type_ = events.ALL.index(type(event)), KINDS.index(line.type)
    return kind, event.at, event.station, type_, line.id, line.about, line.text


class Journal:
    """The last events of a `digest`, up to about `most` bytes."""

    def __init__(self, most: int, digest: Digest) -> None:
        self.seen: dict[str, float] = {}
        """When each station last sent a message."""
        self.missed = 0
        """How many events slow readers of streams have missed."""
        self.is_closed = False
        self.size = 0
        """How many bytes the events take."""
        self.last = 0
        """The number of the last event."""
        self.flush: Callable[[], None] = digest.flush
        """Takes the events that wait."""
        self._most = most
        self._blocks: deque[_Block] = deque()
        self._opened: dict[int, tuple[Sequence[Logged], int]] = {}
        """The blocks that were read last, by the number of their first event, with their sizes."""
        self._written: dict[int, bytes] = {}
        """What was written of whole blocks for streams, by the number of their first event."""
        self._waiting: set[asyncio.Future[None]] = set()
        digest.subscribe(self._take)

    # Writing.

    def _take(self, digested: Sequence[Digested]) -> None:
        """Keep events. What it does for a usual exchange is little, and calls nothing."""
        kept: list[tuple[Any, ...]] = []
        seen, count = self.seen, 0
        for each in digested:
            if type(each) is tuple:
                kept.append(each)
                seen[each[2]] = each[0]
                count += 2
            else:
                kept.append(_parts_of(each))  # type: ignore[arg-type] # it is an event
                count += 1
                if type(each) is Received:
                    seen[each.station] = each.at
        self._add(kept, count)
        while len(seen) > _MOST_SEEN:
            del seen[next(iter(seen))]
        while self.size > self._most and len(self._blocks) > 1:
            self.size -= len(self._blocks.popleft().data) + _OVERHEAD
        self._wake()

    def _add(self, kept: list[tuple[Any, ...]], count: int) -> None:
        """Add events as one block, or as several if they are long."""
        data = marshal.dumps(kept)
        if len(data) > self._most // _SHARE and len(kept) > 1:
            half = kept[: len(kept) // 2]
            of_half = sum(1 if len(each) == _PARTS else 2 for each in half)
            self._add(half, of_half)
            self._add(kept[len(half) :], count - of_half)
            return
        self._blocks.append(_Block(self.last + 1, count, data))
        self.last += count
        self.size += len(data) + _OVERHEAD

    def clear(self) -> None:
        """Drop all events; the numbers go on."""
        self.flush()
        self._blocks.clear()
        self._opened.clear()
        self._written.clear()
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
        """The number of the last event, after waiting events are written."""
        self.flush()
        return self.last

    @property
    def first(self) -> int:
        """The number of the oldest event that is kept; one more than `last` if none is."""
        return self._blocks[0].first if self._blocks else self.last + 1

    def lost(self, after: int) -> int:
        """Return how many events after that number are not kept any more."""
        return max(0, self.first - 1 - after)

    def between(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the events between two numbers in their order; those that are dropped meanwhile are left out."""
        seq, before = max(after + 1, self.first), min(before, self.last + 1)
        while seq < before:
            first, opened = self._block_of(seq)
            yield from opened[seq - first : before - first]
            seq = max(first + len(opened), self.first)

    def backwards(self, after: int, before: int) -> Iterator[Logged]:
        """Yield the same, the last one first."""
        seq = min(before - 1, self.last)
        while seq > after and seq >= self.first:
            first, opened = self._block_of(seq)
            yield from reversed(opened[max(0, after + 1 - first) : seq + 1 - first])
            seq = first - 1

    def _block_of(self, seq: int) -> tuple[int, Sequence[Logged]]:
        """Return the number of the first event in the block with an event that is kept, and its events."""
        block = self._find(seq)
        found = self._opened.pop(block.first, None) or (block.opened(), len(block.data))
        self._opened[block.first] = found
        size = sum(each for _, each in self._opened.values())
        while size > self._most // _SHARE and len(self._opened) > 1:
            size -= self._opened.pop(next(iter(self._opened)))[1]
        return block.first, found[0]

    def _find(self, seq: int) -> _Block:
        return self._blocks[bisect_right(self._blocks, seq, key=lambda each: each.first) - 1]

    def write_block(self, after: int, write: BlockWriter) -> tuple[bytes, int] | None:
        """Return what `write` makes of the events that came together after a number, and the number of the last one.

        It is made once for all who ask for it, and they give the same `write`. None if events before that number came
        together with these, or there are none.
        """
        if not self.first <= after + 1 <= self.last:
            return None
        block = self._find(after + 1)
        if block.first != after + 1:
            return None
        if block.first not in self._written:
            self._written[block.first] = write(block.first, block.lines())
            size = sum(map(len, self._written.values()))
            while size > self._most // _SHARE and len(self._written) > 1:
                size -= len(self._written.pop(next(iter(self._written))))
        return self._written[block.first], block.end - 1

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
