"""The order of the tests in a run with several workers: those that wait longest begin first, on half of the workers.

Otherwise the last minute of a run is a few tests that wait, with all other workers idle. xdist gives each worker an
equal part of the list, and later lets idle workers take the end of another's part. So the long tests are dealt to some
workers one by one, and each of them begins with its own. The other workers have something to compute meanwhile.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

LONG = (
    "tests/test_long_way.py",
    "tests/test_memory.py",
    "tests/test_plans_interop.py",
    "tests/test_start.py",
    "tests/plans/test_recovery.py",
    "tests/plans/test_preparing.py",
    "tests/plans/test_both_ways.py",
    "tests/test_plans.py",
    "tests/test_tls_faults.py::test_hang_and_reset",
    "tests/test_tls_faults.py::test_a_slow_handshake_succeeds",
    "tests/test_security_page.py",
    "tests/test_station_faults.py",
    "tests/test_accused_stations.py",
    "tests/test_station_fleet.py",
    "tests/test_attempts.py",
    "tests/test_ci_page.py",
)
"""The beginnings of the ids of tests that take long, the longest first; most of that time they wait."""

T = TypeVar("T")


def dealt(tests: Sequence[T], ids: Sequence[str], workers: int) -> list[T]:
    """Return the tests in an order in which half of some workers begin with their share of the long ones."""
    waiting = (workers + 1) // 2
    ranks = [next((rank for rank, long in enumerate(LONG) if id_.startswith(long)), len(LONG)) for id_ in ids]
    ranked = sorted(zip(ranks, range(len(tests)), strict=True))
    long = [tests[place] for rank, place in ranked if rank < len(LONG)]
    others = iter([tests[place] for rank, place in ranked if rank == len(LONG)])
    found: list[T] = []
    for worker in range(workers):
        size = (len(tests) - len(found)) // (workers - worker)  # as xdist divides them
        own = long[worker::waiting] if worker < waiting else []
        found += [*own, *islice(others, max(0, size - len(own)))]
    return [*found, *others]
