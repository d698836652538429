"""The ready file: it tells scripts that the mock listens, and where."""

import asyncio
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_LOOK = 0.05
"""How often it is tried whether somebody reads the pipe, in seconds."""


def remove_former(path: str | None) -> None:
    """Remove the ready file of a former run, so that nobody takes it for that of this one. OSError where it cannot be.

    A pipe, a device and a link are not ours to remove.
    """
    if path is not None and stat.S_ISREG(_mode(path)):
        Path(path).unlink()


class ReadyFile:
    """The ready file of one run: a file appears whole or not at all, and a pipe stays a pipe."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._text = ""
        self._waiting: asyncio.Task[None] | None = None

    def write(self, url: str) -> None:
        """Tell the URL; a pipe that nobody reads yet gets it later. Raises OSError where it cannot be written."""
        if self._path is None:
            return
        self._text, mode = f"{url}\n", _mode(self._path)
        if stat.S_ISFIFO(mode):
            self._waiting = asyncio.get_running_loop().create_task(self._tell_reader(self._path))
        elif mode and not stat.S_ISREG(mode):
            Path(self._path).write_text(self._text, encoding="utf-8")
        else:
            unfinished = Path(f"{self._path}.{os.getpid()}")
            unfinished.write_text(self._text, encoding="utf-8")
            unfinished.replace(self._path)

    async def _tell_reader(self, path: str) -> None:
        """Write into a pipe as soon as somebody reads it; to open it for writing would stop the mock until then."""
        while True:
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # which says that nobody reads
                    return
                await asyncio.sleep(_LOOK)
            else:
                with suppress(OSError):  # the reader may be gone again
                    os.write(descriptor, self._text.encode())
                os.close(descriptor)
                return

    def remove(self) -> None:
        """Remove the file, unless it is that of another run meanwhile."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._path is not None and stat.S_ISREG(_mode(self._path)):
            with suppress(OSError, ValueError):
                if self._text and Path(self._path).read_text(encoding="utf-8") == self._text:
                    Path(self._path).unlink()


def _mode(path: str) -> int:
    """Return what is at a path, without following a link; 0 where nothing is."""
    try:
        return Path(path).lstat().st_mode
    except (OSError, ValueError):
        return 0
