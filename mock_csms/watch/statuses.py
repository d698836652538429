"""The exit statuses of all commands, and which of several is used."""

import sys
from contextlib import suppress
from enum import IntEnum


class Status(IntEnum):
    """What an exit status says."""

    FINE = 0
    """Everything requested was done, and is correct."""
    FAILED = 1
    """An expectation was not met, something forbidden came, or there were findings that fail the run."""
    WRONG_INPUT = 2
    """A flag, or a record of a trace, is wrong."""
    NOT_WRITTEN = 3
    """The command could not start, or a record of the run is incomplete."""
    NOTHING_JUDGED = 4
    """No station came, or nothing that it did was judged."""
    FORCED = 130
    """A second signal ended the process at once."""


_GRAVEST_FIRST = (
    Status.FORCED,
    Status.NOT_WRITTEN,
    Status.WRONG_INPUT,
    Status.FAILED,
    Status.NOTHING_JUDGED,
    Status.FINE,
)


def gravest(*statuses: Status) -> Status:
    """Return the exit status of a process to which all of these apply; FINE if there are none."""
    return min(statuses, key=_GRAVEST_FIRST.index, default=Status.FINE)


def to_stderr(text: str) -> None:
    """Write a text to stderr. The text is lost if the disk is full or the reader has left."""
    with suppress(OSError):
        sys.stderr.write(text)


def cannot_start(subject: str, error: OSError) -> Status:
    """Print why a run cannot start, and return the exit status."""
    from mock_csms.settings.values import reason_of  # noqa: PLC0415 - sub-commands that need no settings are fast

    to_stderr(f"mock-csms: error: cannot start: {subject}: {reason_of(error)}\n")
    return Status.NOT_WRITTEN


def word(own: Status, of_run: Status) -> str:
    """Return the first word of a verdict; only a run that ends with 0 has passed."""
    if own is not Status.FINE:
        return "failed"
    return "passed" if of_run is Status.FINE else "ok"
