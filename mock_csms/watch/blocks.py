"""Blocks of the journal: events that came together, stored as bytes; and the form of these events for readers."""

import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable, json_text
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.every_event import ALL
from mock_csms.watch.digest import PlainExchange
from mock_csms.watch.eventlog import KINDS, MessageKind, exchange_lines
from mock_csms.watch.frames import action_text

Entry: TypeAlias = PlainExchange | tuple[type[Event], bytes]
"""An exchange, which is two events, or the kind and the line of an event."""
BlockWriter: TypeAlias = Callable[[int, Iterable[Entry]], bytes]
"""Gets the number of the first event of a block, and its entries."""
Item = TypeVar("Item")

PARTS = 7
"""How many parts a single event in a block has: those of `Logged` up to the line, without the number."""


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
    """Its line; empty until a reader asks for it."""
    exchange: PlainExchange | None = None
    """The values from which the line is written."""

    @property
    def line(self) -> bytes:
        """The line of the event log, without the number. It is written once for all readers."""
        if self.exchange is not None:
            self.written = exchange_lines(self.exchange)[self.kind is Sent]
            self.exchange = None
        return self.written

    @property
    def text(self) -> bytes:
        """The line as a JSON object, with the number in front."""
        return b'{"seq":%d,%b' % (self.seq, self.line[1:-1])


class Block(Mutable, eq=False):
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
            if len(parts) == PARTS:
                kind, at, station, type_, *others = parts
                found.append(Logged(seq, ALL[kind], at, station, KINDS[type_], *others))
                continue
            called, answered, station, _, _, id_, action, _, _ = parts
            about = json_text(id_), action_text(action), b"", parts
            found += (
                Logged(seq, Received, called, station, Call, *about),
                Logged(seq + 1, Sent, answered, station, Result, *about),
            )
        return found

    def entries(self) -> Iterator[Entry]:
        """Yield the exchanges and events in the block."""
        for parts in marshal.loads(self.data):  # noqa: S302 - it was written here
            yield (ALL[parts[0]], parts[-1]) if len(parts) == PARTS else parts


class Recent(Generic[Item]):
    """A cache of the last items, up to about `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._items: dict[int, tuple[Item, int]] = {}

    def get(self, key: int) -> Item | None:
        """Return an item, if it is still in the cache."""
        found = self._items.get(key)
        return None if found is None else found[0]

    def add(self, key: int, item: Item, size: int) -> None:
        """Keep an item of that size, and drop the oldest ones if there is no room."""
        self._items[key] = item, size
        self._size += size
        while self._size > self._most and len(self._items) > 1:
            self._size -= self._items.pop(next(iter(self._items)))[1]

    def clear(self) -> None:
        """Drop all items."""
        self._items.clear()
        self._size = 0
