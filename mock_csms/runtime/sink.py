"""Writes many small pieces to a file with few system calls, and never makes messages wait for a task or for a reader.

A file on a disk takes what is written. Behind a pipe, a socket or a terminal is a reader, who may be slow, or never
read: then what is written waits here, within bounds.
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
"""How many bytes wait for a reader before lines for people are dropped, and stations have to wait for records."""
_GIVEN_UP = 64 * 1024 * 1024
"""How many bytes of records wait at most: what stations do not cause, such as refused visitors, goes on and on."""
_TRY = 0.05
"""How often it is tried whether somebody reads, in seconds, where the system does not tell."""
_LAST = 2.0
"""How long the end of a run waits for a reader who takes nothing, in seconds."""
_LONGEST = 10.0
"""How long it waits at most for one who takes little."""


class Backpressure:
    """What connections have to wait for: the records of a run that somebody reads, or does not.

    `write_ahead` is done before anything that was sent goes out, and returns whether that may go out now; None where
    nothing is to be done. Whoever owns the connections sets `stop` and `go_on`.
    """

    def __init__(self, write_ahead: Callable[[], bool] | None = None) -> None:
        self.write_ahead = write_ahead
        self.stop: Callable[[], None] = lambda: None
        """Called when too much waits: read no more from stations."""
        self.go_on: Callable[[], None] = lambda: None
        """Called when all that waited is written: what `write_ahead` kept back may go out, and stations be read."""
        self._full: set[Sink] = set()

    def fill(self, sink: "Sink") -> None:
        """Learn that too much waits in a sink."""
        if not self._full:
            self.stop()
        self._full.add(sink)

    def drain(self, sink: "Sink") -> None:
        """Learn that nothing waits in a sink any more."""
        self._full.discard(sink)
        if not self._full:
            self.go_on()


class Sink:
    """Collects what is to be written to an open file, a descriptor or an outlet.

    If a file can no longer be written, `failed` is called once with the reason, and nothing more is written to it.
    While nobody reads, a sink with `backpressure` keeps everything, and makes stations wait when that becomes much; a
    sink without it is for people: it drops lines when they become many, and writes how many as soon as somebody reads
    again.
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
        """What the file had no room for; not empty as long as the sink waits for a reader."""
        self._dropped = 0
        """How many lines were dropped since somebody read."""
        self._timer: asyncio.TimerHandle | None = None
        self._trial: asyncio.TimerHandle | None = None
        self._watched: int | None = None
        """The descriptor that the loop watches for room."""

    @property
    def can_block(self) -> bool:
        """Whether there is a reader who may be slow."""
        return self._outlet.can_block

    @property
    def waiting(self) -> int:
        """How many bytes wait for a reader; 0 where nothing was ever kept back."""
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
        """Write `piece` as the last one, now or when somebody reads; what comes later is not written."""
        self._pieces.append(piece)
        if not self.flush():
            self._rest = memoryview(b"".join((self._rest, *self._pieces)))
            self._pieces.clear()
        self._is_broken = True

    def flush(self) -> bool:
        """Write now what can be written; return whether nothing waits for a reader."""
        if self._rest or not self._pieces:
            return not self._rest
        data = self._collected()
        if self._is_broken or (self._put(data) and not self._rest) or self.push():
            return True
        self._watch()
        return False

    def push(self) -> bool:
        """Try to write all that there is, and return whether that went."""
        while self._rest:
            if not self._put(self._rest):
                return False
            if not self._rest and self._pieces:
                data = self._collected()
                self._rest = memoryview(b"" if self._is_broken else data)
        return True

    def _collected(self) -> bytes:
        """Take what was collected, with the count of what was dropped behind it."""
        if self._dropped:
            self._pieces.append(f"{self._dropped:,} line{'s' * (self._dropped > 1)} dropped\n".encode())
            self._dropped = 0
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return data

    def _put(self, data: bytes | memoryview) -> bool:
        """Write what there is room for, and keep the rest; return whether there was any room."""
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
        """Let `poll` wait for room; False where there is nothing to wait for yet."""
        if self._outlet.descriptor is not None:
            poll.register(self._outlet.descriptor, select.POLLOUT)
        return self._outlet.descriptor is not None

    def close(self) -> None:
        """Write no more, and let go of the file."""
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
        """Give the file up."""
        self._rest, self._is_broken = memoryview(b""), True
        if self._failed:
            self._failed(error)

    # While nobody reads.

    def _bound(self) -> None:
        """See to it that not too much waits, now that there is one more piece."""
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
        """Go on as soon as there is room; without an event loop only `finish` does."""
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
        """Write on, and let others go on when all is written."""
        is_written = self.push()
        if is_written or self._watched is None:
            self._unwatch()
            if not is_written:
                self._watch()
            elif self._backpressure is not None:
                self._backpressure.drain(self)


def finish(sinks: Iterable[Sink]) -> None:
    """Write what waits, for as long as somebody reads it; a reader who takes nothing is waited for a short time."""
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
    """Wait until one of the files has room, or for so many seconds."""
    poll, is_open = select.poll(), True
    for sink in sinks:
        is_open = sink.register(poll) and is_open
    poll.poll(1000 * (seconds if is_open else min(seconds, _TRY)))
