"""The tables of docs/scale.md: figures that `benchmarks.replicas` has measured, and estimates made from them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

RESULTS = Path(__file__).parent.parent / "benchmarks" / "replicas.json"
_BASIS = "all checks"
"""The measurements from which the sizes are estimated."""
_SECONDS_PER_CALL = 30
"""How often a station of the table of sizes sends a call: once in so many seconds."""
_SHARE = 0.5
"""The share of a core that a replica should need at most; the rest is for reconnects and commands."""
_UNEVEN = 1.2
"""By how much the share of a replica may be greater than the mean."""
_PER_HAPROXY = 400_000
"""How many stations one HAProxy can have: two descriptors for each, of 1,048,576 that a process can have."""
_RESERVE = 1000
"""The descriptors of a process that are not for stations."""
_SIZES = (30_000, 100_000, 300_000, 1_000_000)

Row: TypeAlias = Mapping[str, Any]
"""A measurement."""


class Size(NamedTuple):
    """What a number of stations needs."""

    stations: int
    is_measured: bool
    calls: float
    """Calls per second."""
    replicas: int
    cores: float
    """How many cores all replicas keep busy."""
    memory: float
    """The memory of all replicas in kB."""
    share: int
    """The stations of the replica that has most."""
    balancers: int
    """How many HAProxy processes."""
    balancer_cores: float
    balancer_memory: float
    """In kB, of all of them."""

    @property
    def per_balancer(self) -> int:
        """The stations of one HAProxy."""
        return ceil(self.stations / self.balancers)


def sizes(rows: Sequence[Row]) -> Iterator[Size]:
    """Yield what was measured with two replicas, and estimates made from the measurement with most stations."""
    alike = [row for row in rows if row["mode"] == _BASIS]
    measured = [row for row in alike if row["haproxy"] and row["replicas"] == 2]
    for row in measured:
        yield _size(row, row["stations"], 2, is_measured=True)
    basis, most = max(measured, key=_stations), max(map(_stations, alike))
    for stations in _SIZES:
        by_cpu = ceil(stations / _SECONDS_PER_CALL * basis["mock_us"] / 1e6 / _SHARE)
        yield _size(basis, stations, max(by_cpu, ceil(stations * _UNEVEN / most)), is_measured=False)


def _stations(row: Row) -> int:
    return int(row["stations"])


def _size(row: Row, stations: int, replicas: int, *, is_measured: bool) -> Size:
    calls = stations / _SECONDS_PER_CALL
    return Size(
        stations,
        is_measured,
        calls,
        replicas,
        calls * row["mock_us"] / 1e6,
        stations * row["mock_kb"] + replicas * row["start_kb"],
        ceil(stations * _UNEVEN / replicas),
        ceil(stations / _PER_HAPROXY),
        calls * row["haproxy_us"] / 1e6,
        stations * row["haproxy_kb"],
    )


# The tables.


def _results() -> Any:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def scale_run() -> Iterable[tuple[str, ...]]:
    """Return a row about the machine, and when it measured."""
    about = _results()
    yield "when", "load average before", "processor", "cores", "Python", "HAProxy"
    busy = ", ".join(f"{load:.1f}" for load in about["load average"])
    yield about["at"], busy, about["processor"], str(about["cores"]), about["python"], about["haproxy"]


def scale_calls() -> Iterable[tuple[str, ...]]:
    """Return a row for each measured rate."""
    yield "checks", "replicas", "HAProxy", "stations", "calls per second", "CPU per call", "… of HAProxy", "busy cores"
    for row in [row for row in _results()["rows"] if "calls" in row]:
        busy = row["mock_cores"] + row["haproxy_cores"] + row["load_cores"]
        costs = (f"{row['mock_us']:.0f} µs", f"{row['haproxy_us']:.0f} µs" if row["haproxy"] else "-")
        yield *_layout(row), f"{row['calls']:,.0f}", *costs, f"{busy:.1f}"


def scale_memory() -> Iterable[tuple[str, ...]]:
    """Return a row with memory per station for each measurement with many stations."""
    yield (
        "checks",
        "replicas",
        "HAProxy",
        "stations",
        "idle",
        "after many calls",
        "in HAProxy",
        "CPU to connect and boot",
    )
    for row in _results()["rows"]:
        if row["stations"] > 1000:
            in_haproxy = f"{row['haproxy_kb']:.0f} kB" if row["haproxy"] else "-"
            after = f"{row['mock_kb']:.0f} kB" if "mock_kb" in row else "-"
            memory = (f"{row['kb']:.0f} kB", after, in_haproxy)
            yield *_layout(row), *memory, f"{row['connect_us']:.0f} µs"


def _layout(row: Row) -> tuple[str, ...]:
    return row["mode"], str(row["replicas"]), "yes" if row["haproxy"] else "no", f"{row['stations']:,}"


def scale_sizes() -> Iterable[tuple[str, ...]]:
    """Return a row for each number of stations: those that were connected here, and others that are estimated."""
    yield (
        "stations",
        "",
        "calls per second",
        "replicas",
        "their cores",
        "their memory",
        "HAProxy",
        "its cores",
        "its memory",
    )
    for size in sizes(_results()["rows"]):
        yield (
            f"{size.stations:,}",
            "measured" if size.is_measured else "estimated",
            f"{size.calls:,.0f}",
            str(size.replicas),
            _short(size.cores),
            f"{_short(size.memory / 1e6)} GB",
            str(size.balancers),
            _short(size.balancer_cores),
            f"{_short(size.balancer_memory / 1e6)} GB",
        )


def scale_limits() -> Iterable[tuple[str, ...]]:
    """Return a row for each number of stations with what must be set."""
    yield "stations", "stations of a replica", "its `ulimit -n`", "`maxconn` of HAProxy", "its `ulimit -Hn`"
    for size in sizes(_results()["rows"]):
        limits = (size.share + _RESERVE, size.per_balancer, 2 * size.per_balancer + _RESERVE)
        yield f"{size.stations:,}", f"{size.share:,}", *(f"{_up(limit):,}" for limit in limits)


def _short(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:.0f}"


def _up(number: int) -> int:
    """Return a number that is rounded up to two digits."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return ceil(number / step) * step
