"""The journal: the last events of all stations, as lines with a number each, for clients that ask by number.

It is bounded in bytes. Each reader keeps its own cursor (the number of the last event that it has read), so many can
read the same events. A slow reader does not slow anything down: it gets a gap for the events that were dropped.
Most events are never read. So events that came together are stored as one block of bytes, which costs little and has a
known size. The lines of usual messages are written when somebody reads them.
"""

import asyncio
import marshal
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import Bounded
from mock_csms.twin.events import Received, Sent
from mock_csms.twin.every_event import ALL
from mock_csms.watch.blocks import PARTS, Block, BlockWriter, Logged, Recent
from mock_csms.watch.digest import Digest, Digested
from mock_csms.watch.eventlog import KINDS, line_about

_OVERHEAD = 200
"""How many bytes a block takes in addition to its events."""
_SHARE = 8
"""The part of the journal's bytes that one block may take; the opened blocks of readers may take as much."""
_MOST_SEEN = 100_000
"""For how many stations the journal stores the time of the last message."""


class Journal:
    """The last events of a `digest`, up to about `most` bytes."""

    def __init__(self, most: int, digest: Digest) -> None:
        self.seen: dict[str, float] = {}
        """When each station last sent a message."""
        self.commands: Bounded[str, int] = Bounded(_MOST_SEEN)
        """The number of the last command that each station got."""
        self.answers: Bounded[str, int] = Bounded(_MOST_SEEN)
        """The number of the last answer of each station to a command."""
        self.missed = 0
        """The number of events that slow readers of streams have missed."""
        self.is_closed = False
        self.size = 0
        """How many bytes the events take."""
        self.last = 0
        """The number of the last event."""
        self.flush: Callable[[], None] = digest.flush
        """Gets the waiting events."""
        self._most = most
        self._blocks: deque[Block] = deque()
        self._opened: Recent[Sequence[Logged]] = Recent(most // _SHARE)
        """The events of the blocks that were read last, by the number of the first one."""
        self._written: Recent[bytes] = Recent(most // _SHARE)
        """The text that streams have written for whole blocks, by the number of their first event."""
        self._waiting: set[asyncio.Future[None]] = set()
        digest.subscribe(self._take)

    # Writing.

    def _take(self, digested: Sequence[Digested]) -> None:
        """Keep events. This is fast for a usual exchange, because it calls nothing."""
        kept: list[tuple[Any, ...]] = []
        seen, count = self.seen, 0
        for each in digested:
            if type(each) is tuple:
                kept.append(each)
                seen[each[2]] = each[0]
                count += 2
            else:
                count += 1
                kept.append(self._parts_of(each, self.last + count))
        self._add(kept, count)
        while len(seen) > _MOST_SEEN:
            del seen[next(iter(seen))]
        while self.size > self._most and len(self._blocks) > 1:
            self.size -= len(self._blocks.popleft().data) + _OVERHEAD
        self._wake()

    def _parts_of(self, event: Any, seq: int) -> tuple[Any, ...]:
        """Return the parts of an event that is written now: those of `Logged` without the number."""
        line, kind, station = line_about(event), type(event), event.station
        if kind is Received:
            self.seen[station] = event.at
            if line.type in (Result, Error):
                self.answers[station] = seq
        elif kind is Sent and line.type is Call:
            self.commands[station] = seq
        return ALL.index(kind), event.at, station, KINDS.index(line.type), line.id, line.about, line.text

    def _add(self, kept: list[tuple[Any, ...]], count: int) -> None:
        """Add events as one block, or as several if they are long."""
        data = marshal.dumps(kept)
        if len(data) > self._most // _SHARE and len(kept) > 1:
            half = kept[: len(kept) // 2]
            of_half = sum(1 if len(each) == PARTS else 2 for each in half)
            self._add(half, of_half)
            self._add(kept[len(half) :], count - of_half)
            return
        self._blocks.append(Block(self.last + 1, count, data))
        self.last += count
        self.size += len(data) + _OVERHEAD

    def clear(self) -> None:
        """Drop all events. Later events continue the numbers."""
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
        """The number of the last event, after all waiting events were added."""
        self.flush()
        return self.last

    @property
    def first(self) -> int:
        """The number of the oldest event that is kept; one more than `last` if none is."""
        return self._blocks[0].first if self._blocks else self.last + 1

    def lost(self, after: int) -> int:
        """Return how many events after that number were dropped."""
        return max(0, self.first - 1 - after)

    def get(self, seq: int) -> Logged | None:
        """Return the event with that number, if it is kept."""
        return next(self.between(seq - 1, seq + 1), None)

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
        found = self._opened.get(block.first)
        if found is None:
            found = block.opened()
            self._opened.add(block.first, found, len(block.data) + _OVERHEAD)
        return block.first, found

    def _find(self, seq: int) -> Block:
        return self._blocks[bisect_right(self._blocks, seq, key=lambda each: each.first) - 1]

    def end_of_block(self, after: int) -> int:
        """Return the number of the last of the events that came together with the one after a number."""
        return self._find(after + 1).end - 1

    def write_block(self, after: int, write: BlockWriter) -> tuple[bytes, int] | None:
        """Return the text that `write` makes of the events that came together after a number, and the last number.

        The text is made once for all readers with the same `write`. None if there are no such events, or if an event up
        to the given number came together with them.
        """
        if not self.first <= after + 1 <= self.last:
            return None
        block = self._find(after + 1)
        if block.first != after + 1:
            return None
        written = self._written.get(block.first)
        if written is None:
            written = write(block.first, block.entries())
            self._written.add(block.first, written, len(written) + _OVERHEAD)
        return written, block.end - 1

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
