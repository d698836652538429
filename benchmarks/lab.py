"""Where the measuring happens: a temporary folder, two cores, and how big the runs are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The repository."""


class NotRun(Exception):
    """Something could not be measured here; the text says why."""


class NotYet(NotRun):
    """The mock does not have yet what was to be measured."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How big the runs are: seconds that a rate is measured for, and before that, and numbers of stations."""

    seconds: float
    warm_up: float
    idle: int
    fleet: int


FULL = Scale(seconds=0.5, warm_up=0.5, idle=1000, fleet=5000)
QUICK = Scale(seconds=0.3, warm_up=0.1, idle=200, fleet=1000)


@dataclass(frozen=True, slots=True)
class Lab:
    """What a probe works with: a folder that is removed afterwards, the scale, and the load generator if any."""

    folder: Path
    scale: Scale
    load_program: Path | None


def held_up(process: int) -> float:
    """Return how many seconds a process has waited for its core while other programs had it; 0 where nobody counts."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Start processes on one core only, where there are two and the system can do it: servers on 0, load on 1."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(allowed) < 2:
        yield
        return
    os.sched_setaffinity(0, {allowed[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
