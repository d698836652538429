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
    "tests/plans/test_plans_page.py",
    "tests/plans/test_report.py",
    "tests/plans/test_authorization_both_ways.py",
    "tests/plans/test_both_ways.py",
    "tests/plans/test_certificates_both_ways.py",
    "tests/plans/test_files_both_ways.py",
    "tests/plans/test_remote_both_ways.py",
    "tests/plans/test_sessions_both_ways.py",
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

TOGETHER = ("tests/plans/test_report.py",)
"""Those of them whose tests share what their module prepares once, so that one worker runs them all."""

T = TypeVar("T")


def dealt(tests: Sequence[T], ids: Sequence[str], workers: int) -> list[T]:
    """Return the tests in an order in which half of some workers begin with their share of the long ones."""
    waiting = (workers + 1) // 2
    ranks = [next((rank for rank, long in enumerate(LONG) if id_.startswith(long)), len(LONG)) for id_ in ids]
    ranked = sorted(zip(ranks, range(len(tests)), strict=True))
    long = _groups([place for rank, place in ranked if rank < len(LONG)], ids)
    others = iter([tests[place] for rank, place in ranked if rank == len(LONG)])
    found: list[T] = []
    for worker in range(workers):
        size = (len(tests) - len(found)) // (workers - worker)  # as xdist divides them
        own = [tests[place] for group in long[worker::waiting] for place in group] if worker < waiting else []
        found += [*own, *islice(others, max(0, size - len(own)))]
    return [*found, *others]


def _groups(places: Sequence[int], ids: Sequence[str]) -> list[list[int]]:
    """Return the places of long tests in groups for one worker each."""
    found: dict[object, list[int]] = {}
    for place in places:
        shared = next((file for file in TOGETHER if ids[place].startswith(file)), place)
        found.setdefault(shared, []).append(place)
    return [*found.values()]
