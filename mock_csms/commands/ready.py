"""The ready file: it shows scripts that the mock is listening, and at which URL."""

import asyncio
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_LOOK = 0.05
"""The seconds between two attempts to open a pipe without a reader."""


def remove_old(path: str | None) -> None:
    """Remove the ready file of an earlier run, so that nobody mistakes it for the file of this run. Raises OSError.

    A pipe, a device or a link belongs to the user and stays.
    """
    if path is not None and stat.S_ISREG(_mode(path)):
        Path(path).unlink()


class ReadyFile:
    """The ready file of one run. A file is written in one step; a pipe stays a pipe."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._text = ""
        self._waiting: asyncio.Task[None] | None = None

    def write(self, *urls: str) -> None:
        """Write the URLs, one on each line; a pipe without a reader gets them later.

        Raises OSError if the file cannot be written.
        """
        if self._path is None:
            return
        self._text, mode = "".join(f"{url}\n" for url in urls), _mode(self._path)
        if stat.S_ISFIFO(mode):
            self._waiting = asyncio.get_running_loop().create_task(self._tell_reader(self._path))
        elif mode and not stat.S_ISREG(mode):
            Path(self._path).write_text(self._text, encoding="utf-8")
        else:
            unfinished = Path(f"{self._path}.{os.getpid()}")
            unfinished.write_text(self._text, encoding="utf-8")
            unfinished.replace(self._path)

    async def _tell_reader(self, path: str) -> None:
        """Write into a pipe as soon as it has a reader. A blocking open would stop the mock until then."""
        while True:
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # the error of a pipe without a reader
                    return
                await asyncio.sleep(_LOOK)
            else:
                with suppress(OSError):  # the reader may have left again
                    os.write(descriptor, self._text.encode())
                os.close(descriptor)
                return

    def remove(self) -> None:
        """Remove the file, unless another run has replaced it in the meantime."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._path is not None and stat.S_ISREG(_mode(self._path)):
            with suppress(OSError, ValueError):
                if self._text and Path(self._path).read_text(encoding="utf-8") == self._text:
                    Path(self._path).unlink()


def _mode(path: str) -> int:
    """Return the mode of the file at a path, without following a link; 0 if there is none."""
    try:
        return Path(path).lstat().st_mode
    except (OSError, ValueError):
        return 0
