"""Writes many small pieces to a file with few system calls; messages never wait for a task or for a slow reader.

A file on a disk takes everything at once. A pipe, a socket or a terminal has a reader, who may be slow or may never
read. Bytes for such a reader wait here, up to a limit.
"""

import asyncio
import errno
import select
from collections.abc import Callable, Iterable
from time import monotonic

from mock_csms.runtime.outlet import Outlet, outlet_for

_WAIT = 0.02
"""How long a piece may wait for others to be written with it, in seconds."""
_MOST_COLLECTED = 64 * 1024
"""How many bytes are collected; for twice as many the C library would ask the system for memory anew at every write."""
_MOST_KEPT = 1024 * 1024
"""How many bytes may wait for a reader. At more, lines for people are dropped, and stations must wait for records."""
_GIVEN_UP = 64 * 1024 * 1024
"""The most bytes of records that wait: refused visitors, for instance, cause records even while stations must wait."""
_TRY = 0.05
"""The seconds between two attempts to write, if the system cannot report that somebody reads."""
_LAST = 2.0
"""How many seconds the end of a run waits for a reader that takes nothing."""
_LONGEST = 10.0
"""How many seconds the end of a run waits at most for a reader that takes a little."""


class Backpressure:
    """Stops connections while the records of a run cannot be written.

    `write_ahead` is called before sent bytes leave, and returns whether they may leave now; None if nothing has to be
    written first. The owner of the connections sets `stop` and `go_on`.
    """

    def __init__(self, write_ahead: Callable[[], bool] | None = None) -> None:
        self.write_ahead = write_ahead
        self.stop: Callable[[], None] = lambda: None
        """Called when too many bytes wait: stops reading from stations."""
        self.go_on: Callable[[], None] = lambda: None
        """Called when no bytes wait any more: sends what `write_ahead` has kept back, and reads from stations again."""
        self._full: set[Sink] = set()

    def fill(self, sink: "Sink") -> None:
        """Note that too many bytes wait in a sink."""
        if not self._full:
            self.stop()
        self._full.add(sink)

    def drain(self, sink: "Sink") -> None:
        """Note that no bytes wait in a sink any more."""
        self._full.discard(sink)
        if not self._full:
            self.go_on()


class Sink:
    """Collects bytes, and writes them to an open file, a descriptor or an outlet.

    If the file cannot be written any more, `failed` is called once with the reason, and nothing more is written. While
    nobody reads, a sink with `backpressure` keeps all records, and stops the stations when there are too many. A sink
    without it has lines for people: it drops lines when there are too many, and writes their number once somebody
    reads.
    """

    def __init__(
        self,
        target: int | Outlet,
        failed: Callable[[OSError], None] | None = None,
        backpressure: Backpressure | None = None,
    ) -> None:
        self._outlet = outlet_for(target) if isinstance(target, int) else target
        self._write = self._outlet.write
        self._failed = failed
        self._backpressure = backpressure
        self._is_broken = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._rest = memoryview(b"")
        """The bytes that the file had no room for; not empty while the sink waits for a reader."""
        self._dropped = 0
        """How many lines were dropped since somebody last read."""
        self._timer: asyncio.TimerHandle | None = None
        self._trial: asyncio.TimerHandle | None = None
        self._watched: int | None = None
        """The descriptor that the event loop watches until it has room."""

    @property
    def can_block(self) -> bool:
        """Whether there is a reader who may be slow."""
        return self._outlet.can_block

    @property
    def waiting(self) -> int:
        """How many bytes wait for a reader; 0 if the reader has taken everything so far."""
        return len(self._rest) and len(self._rest) + self._size

    def write(self, piece: bytes) -> None:
        """Write `piece` soon."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > _MOST_COLLECTED:
            if self._rest:
                self._bound()
            else:
                self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def end(self, piece: bytes = b"") -> None:
        """Write `piece` as the last one, at once or when somebody reads. Later pieces are ignored."""
        self._pieces.append(piece)
        if not self.flush():
            self._rest = memoryview(b"".join((self._rest, *self._pieces)))
            self._pieces.clear()
        self._is_broken = True

    def flush(self) -> bool:
        """Write as many of the collected bytes as possible; return whether none wait for a reader."""
        if self._rest or not self._pieces:
            return not self._rest
        data = self._collected()
        if self._is_broken or (self._put(data) and not self._rest) or self.push():
            return True
        self._watch()
        return False

    def push(self) -> bool:
        """Try to write all collected bytes; return whether that worked."""
        while self._rest:
            if not self._put(self._rest):
                return False
            if not self._rest and self._pieces:
                data = self._collected()
                self._rest = memoryview(b"" if self._is_broken else data)
        return True

    def _collected(self) -> bytes:
        """Take the collected bytes, followed by the number of dropped lines."""
        if self._dropped:
            self._pieces.append(f"{self._dropped:,} line{'s' * (self._dropped > 1)} dropped\n".encode())
            self._dropped = 0
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return data

    def _put(self, data: bytes | memoryview) -> bool:
        """Write as many bytes as there is room for, and keep the others; return False if there was no room at all."""
        try:
            written = self._write(data)
        except BlockingIOError:
            self._rest = memoryview(data)
            return False
        except OSError as error:
            self._break(error)
            return True
        if written < len(data) or self._rest:
            self._rest = memoryview(data)[written:]
        return True

    def register(self, poll: "select.poll") -> bool:
        """Let `poll` wait until there is room; return False if there is no descriptor to wait for yet."""
        if self._outlet.descriptor is not None:
            poll.register(self._outlet.descriptor, select.POLLOUT)
        return self._outlet.descriptor is not None

    def close(self) -> None:
        """Stop writing, and close the file."""
        for timer in (self._timer, self._trial):
            if timer is not None:
                timer.cancel()
        self._unwatch()
        self._rest, self._is_broken = memoryview(b""), True
        self._outlet.close()

    def _ring(self) -> None:
        self._timer = None
        self.flush()

    def _break(self, error: OSError) -> None:
        """Write nothing more to this file, because of an error."""
        self._rest, self._is_broken = memoryview(b""), True
        if self._failed:
            self._failed(error)

    # While nobody reads.

    def _bound(self) -> None:
        """Limit the waiting bytes after a new piece: drop it, stop the stations, or give up."""
        if self._size <= _MOST_KEPT and not self._dropped:
            return
        if self._backpressure is None:
            piece = self._pieces.pop()
            self._size -= len(piece)
            self._dropped += piece.count(b"\n")
        elif self._size <= _GIVEN_UP:
            self._backpressure.fill(self)
        else:
            self._break(OSError(errno.ENOBUFS, "nobody reads it"))
            self._go_on()

    def _watch(self) -> None:
        """Continue as soon as there is room; without an event loop only `finish` does that."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._watched = self._outlet.descriptor
        if self._watched is None:
            self._trial = loop.call_later(_TRY, self._go_on)
        else:
            loop.add_writer(self._watched, self._go_on)

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_writer(self._watched)
            self._watched = None

    def _go_on(self) -> None:
        """Continue to write; when everything is written, let the stations continue."""
        is_written = self.push()
        if is_written or self._watched is None:
            self._unwatch()
            if not is_written:
                self._watch()
            elif self._backpressure is not None:
                self._backpressure.drain(self)


def finish(sinks: Iterable[Sink]) -> None:
    """Write the waiting bytes while somebody reads them; wait only a short time for a reader that takes nothing."""
    waiting = [sink for sink in sinks if not sink.flush()]
    now = monotonic()
    taken, end = now, now + _LONGEST
    while waiting and now < min(taken + _LAST, end):
        _wait_for_room(waiting, min(taken + _LAST, end) - now)
        before, now = sum(sink.waiting for sink in waiting), monotonic()
        waiting = [sink for sink in waiting if not sink.push()]
        if sum(sink.waiting for sink in waiting) < before:
            taken = now


def _wait_for_room(sinks: Iterable[Sink], seconds: float) -> None:
    """Wait until one of the files has room, but at most so many seconds."""
    poll, is_open = select.poll(), True
    for sink in sinks:
        is_open = sink.register(poll) and is_open
    poll.poll(1000 * (seconds if is_open else min(seconds, _TRY)))
