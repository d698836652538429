"""Standard output and error of commands; the reader may leave early (such as `head`), or never read."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from mock_csms.watch.statuses import Status, to_stderr

_NARROWEST = 40


class Stdout:
    """Standard output. It drops all output after its reader has left, and reports any other error once.

    `status` is the resulting exit status.
    """

    def __init__(self) -> None:
        self.status = Status.FINE
        self.is_read = True
        """Whether its reader is still there."""

    def write(self, data: bytes, /) -> None:
        """Write a text now."""
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError as error:
            self.is_read = False
            if not isinstance(error, BrokenPipeError):
                from mock_csms.settings.values import reason_of  # noqa: PLC0415 - sub-commands without settings are fast

                self.status = Status.NOT_WRITTEN
                to_stderr(f"error: stdout is incomplete: {reason_of(error)}\n")
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at the end would fail again


def output_width() -> int | None:
    """Return the width of the output, from COLUMNS or the terminal; None for no limit."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), _NARROWEST)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, _NARROWEST)
    except (OSError, ValueError):  # stdout is not a terminal
        return None


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Add the name of the output to an OSError in the block that has no file name, such as "disk full"."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or name
        raise


def tell(stream: TextIO, text: str) -> None:
    """Write a text now, also inside an event loop, and wait only a short time for the reader.

    If nobody reads it, the text is lost. Raises OSError if it cannot be written at all.
    """
    from mock_csms.runtime.sink import Sink, finish  # noqa: PLC0415 - most subcommands have no event loop

    errors: list[OSError] = []
    sink = Sink(stream.fileno(), errors.append)
    try:
        if sink.can_block:
            sink.end(text.encode(stream.encoding, stream.errors or "strict"))
            finish([sink])
        else:
            stream.write(text)
            stream.flush()
    except OSError as error:
        errors.append(error)
    finally:
        sink.close()
    for problem in errors:
        if not isinstance(problem, BrokenPipeError):  # a reader that has left is not an error
            raise problem


def complain(text: str) -> None:
    """Write a line to stderr in the same way, if that is possible."""
    with suppress(OSError):
        tell(sys.stderr, text)
