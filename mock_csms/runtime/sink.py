"""Writes many small pieces to a file with few system calls, without ever making the messages wait for a task."""

import asyncio
import os

_WAIT = 0.02
"""How long a piece may wait for others to be written with it, in seconds."""
_MOST_WAITING = 256 * 1024
"""How many bytes may wait."""


class Sink:
    """Collects what is to be written to the open file `descriptor`; one that can no longer be written is given up."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
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
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self.flush)

    def flush(self) -> None:
        """Write now what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        data = memoryview(b"".join(self._pieces))
        self._pieces.clear()
        self._size = 0
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except OSError:
                return
