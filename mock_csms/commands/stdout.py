"""Standard output of subcommands, whose reader (such as `head`) may leave early."""

import os
import sys

from mock_csms.settings.values import reason_of
from mock_csms.watch.statuses import Status


class Stdout:
    """Standard output. Once its reader has left, everything is dropped; another error is reported once.

    `status` is the exit status that follows from that.
    """

    def __init__(self) -> None:
        self.status = Status.FINE

    def write(self, data: bytes, /) -> None:
        """Write a text now."""
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                self.status = Status.NOT_WRITTEN
                sys.stderr.write(f"error: stdout is incomplete: {reason_of(error)}\n")
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is flushed at the end either
