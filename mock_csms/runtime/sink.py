"""Writes many small pieces to a file with few system calls, without ever making the messages wait for a task."""

import asyncio
import os
import select
from collections.abc import Callable

_WAIT = 0.02
"""How long a piece may wait for others to be written with it, in seconds."""
_MOST_WAITING = 64 * 1024
"""How many bytes may wait; for twice as many the C library would ask the system for memory anew at every write."""


class Sink:
    """Collects what is to be written to the open file `descriptor`.

    A file that can no longer be written is given up, and `failed` told why, once.
    """

    def __init__(
        self,
        descriptor: int,
        failed: Callable[[OSError], None] | None = None,
    ) -> None:
        self._descriptor = descriptor
        self._failed = failed
        self._is_broken = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def write(self, piece: bytes) -> None:
        """Write `piece` soon."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > _MOST_WAITING:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def end(self, piece: bytes = b"") -> None:
        """Write `piece` as the last one, now; what comes later is not written."""
        self._pieces.append(piece)
        self.flush()
        self._is_broken = True

    def flush(self) -> None:
        """Write now what waits."""
        if not self._pieces:
            return
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        rest = memoryview(data)
        while rest and not self._is_broken:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # our parent made it so, and reads too slowly
                select.select([], [self._descriptor], [])
            except OSError as error:
                self._is_broken = True
                if self._failed:
                    self._failed(error)

    def _ring(self) -> None:
        self._timer = None
        self.flush()
