"""The results of a load test on stdout: a table for people, or JSON for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mock_csms.station.summary import PERCENTS

_NAME, _NUMBER = 12, 10


def as_table(summed: Mapping[str, Any]) -> str:
    """Return results for people."""
    return "\n".join(_rows(summed)) + "\n"


def as_json(summed: Mapping[str, Any]) -> str:
    """Return results for programs."""
    return orjson.dumps(summed, option=orjson.OPT_INDENT_2).decode() + "\n"


def timed_in(summed: Mapping[str, Any]) -> dict[str, Mapping[str, float | None]]:
    """Return the percentiles of everything that was timed, by its name."""
    return {name.removesuffix("_ms"): value for name, value in summed.items() if name.endswith("_ms")}


def _rows(summed: Mapping[str, Any]) -> Iterator[str]:
    timed = timed_in(summed)
    width = max(_NAME, *map(len, timed))
    yield f"{'stations':{width}} {summed['stations']:>{_NUMBER},}"
    for what in ("connections", "messages"):
        yield f"{what:{width}} {summed[what]:>{_NUMBER},} {summed[f'{what}_per_second']:>12,.1f} a second"
    yield f"{'errors':{width}} {sum(summed['errors'].values()):>{_NUMBER},}"
    yield f"{'time in ms':{width}} " + " ".join(f"{f'p{percent}':>{_NUMBER}}" for percent in PERCENTS)
    yield from _times(timed, width)
    titles, *rows = by_version(summed)
    for row in [titles, *rows] if len(rows) > 1 else []:
        yield f"{row[0]:{width}} " + " ".join(
            f"{cell:>{max(_NUMBER, len(title))}}" for cell, title in zip(row[1:], titles[1:], strict=True)
        )


def by_version(summed: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return rows about each version of OCPP, after one with their titles: what it did, and 95th percentiles in ms."""
    times = ("connect", "boot", "close")
    rows = [("OCPP", "connections", "errors", *(f"{name} p95" for name in times))]
    for version, own in summed["ocpp_versions"].items():
        found = (own.get(f"{name}_ms", {}).get("p95") for name in times)
        shown = ("-" if value is None else f"{value:.1f}" for value in found)
        rows.append((version, f"{own['connections']:,}", f"{own['errors']:,}", *shown))
    return rows


def _times(timed: Mapping[str, Mapping[str, float | None]], width: int) -> Iterator[str]:
    for name, percentiles in timed.items():
        shown = (f"{'-' if value is None else f'{value:.1f}':>{_NUMBER}}" for value in percentiles.values())
        yield f"{name:{width}} " + " ".join(shown)
