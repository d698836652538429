"""What subcommands print: people, or `head`, may stop reading when they have seen enough."""

import os
import sys

from mock_csms.settings.values import reason_of
from mock_csms.watch.statuses import Status


class Stdout:
    """Standard output that may be closed; what nobody reads any more is lost, what cannot be written is told once.

    status: the exit status as far as that is concerned.
    """

    def __init__(self) -> None:
        self.status = Status.FINE

    def write(self, data: bytes, /) -> None:
        """Write it now."""
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                self.status = Status.NOT_WRITTEN
                sys.stderr.write(f"error: stdout is incomplete: {reason_of(error)}\n")
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # also for what is flushed at the end
