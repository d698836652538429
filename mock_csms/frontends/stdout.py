"""What subcommands print: people, or `head`, may stop reading when they have seen enough."""

import os
import sys


class Stdout:
    """Standard output that may be closed; what nobody reads any more is lost."""

    def write(self, data: bytes, /) -> None:
        """Write it now."""
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # also for what is flushed at the end
