"""Writes to an open file without ever waiting for the process or the person that reads it.

Pipes, sockets and terminals can be full. Setting O_NONBLOCK on our descriptor would not help: the flag belongs to the
open file description, which the parent process and others share. Their terminal or log would become non-blocking too.
"""

import errno
import os
import select
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

Write: TypeAlias = Callable[[bytes | memoryview], int]
"""Writes as many bytes as there is room for, and returns their number. Raises BlockingIOError if there is no room."""

_REOPENED = "/proc/self/fd/{}"
"""The path by which Linux opens the pipe or terminal of a descriptor a second time, with separate flags."""


class Outlet:
    """An open file. `write` never waits, except for a disk; it raises OSError if nothing can be written any more."""

    can_block = False
    """Whether there is a reader who may be slow."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor: int | None = descriptor
        """The descriptor to wait for; None for a named pipe until somebody opens it for reading."""
        self.write: Write = partial(os.write, descriptor)

    def close(self) -> None:
        """Close the descriptor that was opened here; the given descriptor stays open."""


class PipeOutlet(Outlet):
    """A pipe or a terminal that this process can open again, so that other writers keep their flags."""

    can_block = True

    def __init__(self, descriptor: int) -> None:
        name = _REOPENED.format(descriptor)
        name = name if Path(name).exists() else os.ttyname(descriptor)
        self._own = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        super().__init__(self._own)

    def close(self) -> None:
        """Close the second descriptor."""
        os.close(self._own)


class SocketOutlet(Outlet):
    """A socket; some programs connect the outputs of their child processes to one."""

    can_block = True

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=os.dup(descriptor))
        super().__init__(self._socket.fileno())
        self.write = lambda data: self._socket.send(data, socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Close the duplicate of the socket."""
        self._socket.close()


class PolledOutlet(Outlet):
    """A pipe or a terminal that cannot be opened again: it belongs to another user, or the system cannot do that.

    After a poll, a pipe has room for PIPE_BUF bytes (POSIX), unless another process writes first. For a terminal one
    byte is assumed.
    """

    can_block = True

    def __init__(self, descriptor: int) -> None:
        self._own = os.dup(descriptor)
        super().__init__(self._own)
        self.write = self._write
        self._room = 1 if os.isatty(descriptor) else select.PIPE_BUF
        self._poll = select.poll()
        self._poll.register(self._own, select.POLLOUT)

    def _write(self, data: bytes | memoryview) -> int:
        if not self._poll.poll(0):
            raise BlockingIOError
        return os.write(self._own, data[: self._room])

    def close(self) -> None:
        """Close the duplicate of the descriptor."""
        os.close(self._own)


class NamedPipe(Outlet):
    """A named pipe (FIFO). It is opened once a reader has opened it, because an earlier `open` would wait."""

    can_block = True

    def __init__(self, path: str) -> None:
        super().__init__(-1)
        self.descriptor = None
        self.write = self._write
        self._path = path
        with suppress(BlockingIOError):
            self._open()

    def _open(self) -> int:
        """Return the descriptor; open the pipe first if necessary. Raises BlockingIOError while nobody reads."""
        if self.descriptor is None:
            try:
                self.descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nobody reads
                    raise BlockingIOError from None
                raise
        return self.descriptor

    def _write(self, data: bytes | memoryview) -> int:
        return os.write(self._open(), data)

    def close(self) -> None:
        """Close the pipe, if it was opened."""
        if self.descriptor is not None:
            os.close(self.descriptor)


def is_named_pipe(path: str) -> bool:
    """Whether a named pipe is at a path."""
    with suppress(OSError, ValueError):
        return stat.S_ISFIFO(Path(path).stat().st_mode)
    return False


def outlet_for(descriptor: int) -> Outlet:
    """Return an outlet for an open file. If the descriptor is not open, the first write fails."""
    for kind in _kinds_for(descriptor):
        with suppress(OSError):
            return kind(descriptor)
    return Outlet(descriptor)


def _kinds_for(descriptor: int) -> "list[Callable[[int], Outlet]]":
    """Return the kinds of outlet to try, the best one first."""
    if not hasattr(select, "poll"):  # Windows
        return []
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return []
    if stat.S_ISSOCK(mode):
        return [SocketOutlet]
    if stat.S_ISFIFO(mode) or os.isatty(descriptor):
        return [PipeOutlet, PolledOutlet]
    return []
