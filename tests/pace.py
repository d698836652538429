"""Tests of times on a machine that may be slow, or pause for some seconds.

A test checks only that something does not come too early, and waits for everything else. If a test must act before a
time-out of the program, it is repeated with longer times after a failure: `pace` is the factor. A wrong program fails
at every pace, a slow machine only at the first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, process_time
from types import TracebackType

import pytest

PACES = (1, 8, 40)


class Turn:
    """One attempt: `with turn as pace` raises an error only if it is the last attempt."""

    def __init__(self, pace: int) -> None:
        self.pace = pace
        self.failed = False

    def __enter__(self) -> int:
        return self.pace

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        self.failed = isinstance(error, Exception | pytest.fail.Exception)
        if self.failed and self.pace != PACES[-1]:
            print(f"at pace {self.pace}: {error!r}")
            return True
        return False


def turns() -> Iterator[Turn]:
    """Yield attempts until one does not fail: `for turn in turns(): with turn as pace: …`."""
    for pace in PACES:
        turn = Turn(pace)
        yield turn
        if not turn.failed:
            return


@contextmanager
def takes(seconds: float) -> Iterator[None]:
    """Check that the block takes at least this many seconds."""
    began = monotonic()
    yield
    assert monotonic() - began > 0.95 * seconds


def work() -> float:
    """Return the CPU time of a fixed piece of work, as a measure for the speed of the machine."""
    began = process_time()
    sum(1 for _ in range(500_000))
    return process_time() - began
