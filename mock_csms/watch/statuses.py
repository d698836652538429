"""The exit statuses of every command, and which of several wins."""

import sys
from contextlib import suppress
from enum import IntEnum


class Status(IntEnum):
    """What an exit status says."""

    FINE = 0
    """Everything that was asked for was done and is right."""
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
    """Return the status of a process for which all of these are true; FINE if there are none."""
    return min(statuses, key=_GRAVEST_FIRST.index, default=Status.FINE)


def to_stderr(text: str) -> None:
    """Write a text to stderr. The text is lost if the disk is full or the reader has left."""
    with suppress(OSError):
        sys.stderr.write(text)


def cannot_start(subject: str, error: OSError) -> Status:
    """Say in one line why a run cannot start, and return its status."""
    from mock_csms.settings.values import reason_of  # noqa: PLC0415 - sub-commands that need no settings are fast

    to_stderr(f"mock-csms: error: cannot start: {subject}: {reason_of(error)}\n")
    return Status.NOT_WRITTEN


def word(own: Status, of_run: Status) -> str:
    """Return the word that a verdict begins with: only a run that ends with 0 has passed."""
    if own is not Status.FINE:
        return "failed"
    return "passed" if of_run is Status.FINE else "ok"
