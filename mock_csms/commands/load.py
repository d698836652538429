"""Figures about a fleet of stations: a line while it runs, a table or JSON at the end, and the exit status."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from mock_csms.runtime.sink import Sink
from mock_csms.station.fleet import BOOT, Figures
from mock_csms.station.link import CLOSE, CONNECT

_EVERY = 1.0
_PERCENTILES = (50, 95, 99)
_NAMES = {CONNECT: "connect", BOOT: "boot", CLOSE: "close"}


async def show_progress(figures: Figures) -> None:
    """Print the progress of a fleet on stderr every second, until this is cancelled."""
    end = "\r" if sys.stderr.isatty() else "\n"
    sink = Sink(sys.stderr.fileno())
    try:
        while True:
            await asyncio.sleep(_EVERY)
            errors = figures.errors.total()
            line = f"{len(figures.took[CONNECT])} connections, {figures.messages} messages, {errors} errors"
            sink.write((line.ljust(60).rstrip("" if end == "\r" else " ") + end).encode())
            sink.flush()
    finally:
        sink.close()


def summary(count: int, figures: Figures) -> dict[str, Any]:
    """Return all figures by name, times in milliseconds."""
    seconds, connections = figures.seconds or 1e-9, len(figures.took[CONNECT])
    return {
        "stations": count,
        "seconds": round(figures.seconds, 3),
        "connections": connections,
        "connections_per_second": round(connections / seconds, 1),
        "messages": figures.messages,
        "messages_per_second": round(figures.messages / seconds, 1),
        "errors": dict(figures.errors),
    } | {
        f"{name}_ms": {f"p{percent}": _percentile(figures.took[what], percent) for percent in _PERCENTILES}
        for what, name in _NAMES.items()
    }


def as_table(summed: dict[str, Any]) -> str:
    """Return a summary for people."""
    return "\n".join(_rows(summed)) + "\n"


def as_json(summed: dict[str, Any]) -> str:
    """Return a summary for programs."""
    return orjson.dumps(summed, option=orjson.OPT_INDENT_2).decode() + "\n"


def shortcomings(
    summed: dict[str, Any], p95_connect: float | None, p95_close: float | None, min_rate: float | None
) -> Iterator[str]:
    """Yield the limits that were not met (latencies, connections per second), and everything that went wrong."""
    for name, most in (("connect", p95_connect), ("close", p95_close)):
        found = summed[f"{name}_ms"]["p95"]
        if most is not None and (found is None or found > most):
            yield f"p95 of {name} is {'unknown' if found is None else f'{found:g} ms'}; the limit is {most:g} ms"
    if min_rate is not None and summed["connections_per_second"] < min_rate:
        yield f"{summed['connections_per_second']:g} connections per second; the limit is at least {min_rate:g}"
    for problem, times in summed["errors"].items():
        yield f"{times} x {problem}"


def _rows(summed: dict[str, Any]) -> Iterator[str]:
    yield f"{'stations':12} {summed['stations']:>10,}"
    for what in ("connections", "messages"):
        yield f"{what:12} {summed[what]:>10,} {summed[f'{what}_per_second']:>12,.1f} a second"
    yield f"{'errors':12} {sum(summed['errors'].values()):>10,}"
    yield f"{'time in ms':12} {'p50':>10} {'p95':>10} {'p99':>10}"
    for name in _NAMES.values():
        figures = summed[f"{name}_ms"].values()
        yield f"{name:12} " + " ".join(f"{'-' if figure is None else f'{figure:.1f}':>10}" for figure in figures)


def _percentile(figures: Sequence[float], percent: int) -> float | None:
    """Return a percentile of times, in milliseconds."""
    if not figures:
        return None
    return round(1000 * sorted(figures)[max(0, -(-len(figures) * percent // 100) - 1)], 3)
