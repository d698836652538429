"""Where the measurements run: a temporary folder, two cores, and the scale of the runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The repository."""


class NotRun(Exception):
    """Something could not be measured on this machine; the text says why."""


class NotYet(NotRun):
    """The mock does not have the measured feature yet."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How big the runs are."""

    seconds: float
    """For how many seconds a rate is measured."""
    warm_up: float
    """The seconds of load before the measurement starts.

    It is more than one second: timestamps of messages have whole seconds, so those of the first second seem to be older
    than their connection, and the checks take longer for them.
    """
    idle: int
    """How many idle stations are connected to measure memory."""
    fleet: int
    """How many stations are connected to measure the cost of a message in a large fleet."""
    identities: int
    """The number of identities that connect and disconnect when the growth of memory is measured."""
    messages: int
    """The number of messages when the growth of memory is measured."""


FULL = Scale(seconds=0.5, warm_up=1.3, idle=1000, fleet=5000, identities=100_000, messages=1_000_000)
QUICK = Scale(seconds=0.3, warm_up=1.3, idle=200, fleet=1000, identities=2000, messages=20_000)


@dataclass(frozen=True, slots=True)
class Lab:
    """What a probe needs to run."""

    folder: Path
    """A temporary folder, which is removed at the end."""
    scale: Scale
    load_program: Path | None
    """The compiled load generator; None if it could not be built."""


def held_up(process: int) -> float:
    """Return how many seconds a process has waited for its core; 0 if the system does not count that."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Make processes that are started during the block run on this core only: servers on 0, load on 1.

    It does nothing if the system has one core only, or cannot assign processes to cores.
    """
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(allowed) < 2:
        yield
        return
    os.sched_setaffinity(0, {allowed[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
