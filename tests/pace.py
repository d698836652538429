"""Tests of times on a machine that may be slow, or stand still for some seconds.

What must not come too early has a lower bound, and what must come is waited for. Where a test must act before a time is
over that the program measures, it is tried again with longer times when it failed: `pace` is by how much longer. A
wrong program fails at every pace; a slow machine only at the first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, process_time
from types import TracebackType

import pytest

PACES = (1, 8, 40)


class Turn:
    """One try: `with turn as pace` lets an error pass only where it is the last."""

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
    """Yield one try after the other until one has not failed: `for turn in turns(): with turn as pace: …`."""
    for pace in PACES:
        turn = Turn(pace)
        yield turn
        if not turn.failed:
            return


@contextmanager
def takes(seconds: float) -> Iterator[None]:
    """What is in the block takes so long, or longer."""
    began = monotonic()
    yield
    assert monotonic() - began > 0.95 * seconds


def work() -> float:
    """Return the processor time of a fixed piece of work: what is compared with it does not depend on the machine."""
    began = process_time()
    sum(1 for _ in range(500_000))
    return process_time() - began
