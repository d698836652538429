"""The results of a load test as a table of figures, and the thresholds that decide whether the test has passed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import actions
from mock_csms.settings import values
from mock_csms.station.figures import BOOT, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.times import Times

PERCENTS = (50, 95, 99)
SHOWN = {BOOT: "boot"}
"""The names of durations in the results, if they differ from the measured names."""
ERRORS = "errors"
_COUNTS = ("connections", "connections_per_second", "messages", "messages_per_second", ERRORS)
_TIME = re.compile(r"(?P<what>\w+)_ms\.p(?P<percent>\d+)")


class Threshold(Record):
    """The highest or lowest allowed value of a figure."""

    figure: str
    bound: float
    is_greatest: bool

    def value(self, summed: Mapping[str, Any]) -> float | None:
        """Return the figure in these results; None if nothing was measured."""
        name, _, part = self.figure.partition(".")
        found = summed.get(name)
        if self.figure == ERRORS:
            return float(sum(summed[ERRORS].values()))
        return found[part] if part and found else found

    def is_met(self, summed: Mapping[str, Any]) -> bool:
        """Return whether these results meet the threshold."""
        value = self.value(summed)
        return value is not None and (value <= self.bound if self.is_greatest else value >= self.bound)

    @property
    def demand(self) -> str:
        """The requirement in words."""
        return f"{'at most' if self.is_greatest else 'at least'} {self.bound:g}"


_NO_ERROR = Threshold(ERRORS, 0.0, is_greatest=True)


def greatest(value: Sequence[str]) -> tuple[Threshold, ...]:
    """Parse the highest allowed values of figures, each `FIGURE=N`. Raises ValueError."""
    return tuple(_threshold(item, is_greatest=True) for item in value)


def smallest(value: Sequence[str]) -> tuple[Threshold, ...]:
    """Parse the lowest allowed values of figures, each `FIGURE=N`. Raises ValueError."""
    return tuple(_threshold(item, is_greatest=False) for item in value)


def _threshold(item: str, *, is_greatest: bool) -> Threshold:
    figure, equals, bound = map(str.strip, item.partition("="))
    if not equals:
        raise ValueError(f"{item!r} is not FIGURE=N")
    _check(figure)
    return Threshold(figure, values.number()(bound), is_greatest)


def _check(figure: str) -> None:
    """Raise ValueError for the name of a figure that no results have."""
    timed = (CONNECT, CLOSE, *SHOWN.values(), *actions(Sender.STATION))
    found = _TIME.fullmatch(figure)
    if figure in _COUNTS or (found and found["what"] in timed and int(found["percent"]) in PERCENTS):
        return
    known = [*_COUNTS, *(f"{what}_ms.p{percent}" for what in timed for percent in PERCENTS)]
    hint = did_you_mean(figure, known)
    raise ValueError(f"{figure!r} is not a figure, such as {CONNECT}_ms.p95 or messages_per_second{hint}")


def thresholds(given: Sequence[Threshold]) -> list[Threshold]:
    """Return the thresholds of a run; a later one replaces an earlier one. By default no error is allowed."""
    return [*{(each.figure, each.is_greatest): each for each in (_NO_ERROR, *given)}.values()]


def shortcomings(summed: Mapping[str, Any], thresholds_: Sequence[Threshold]) -> Iterator[str]:
    """Yield a line for each threshold that was not met, and for each kind of problem."""
    for each in thresholds_:
        if not each.is_met(summed) and each.figure != ERRORS:
            value = each.value(summed)
            yield f"{each.figure} is {'unknown' if value is None else f'{value:g}'}; it must be {each.demand}"
        elif not each.is_met(summed):
            yield from (f"{times} x {problem}" for problem, times in summed[ERRORS].items())


def summary(count: int, figures: Figures) -> dict[str, Any]:
    """Return all figures by name, times in milliseconds. `count` is the greatest number of stations."""
    seconds = figures.seconds or 1e-9
    errors: dict[str, int] = {}
    for (_, _, problem), times in figures.errors.items():
        errors[problem] = errors.get(problem, 0) + times
    return {
        "stations": count,
        "seconds": round(figures.seconds, 3),
        "connections": figures.connections,
        "connections_per_second": round(figures.connections / seconds, 1),
        "messages": figures.messages.total(),
        "messages_per_second": round(figures.messages.total() / seconds, 1),
        ERRORS: errors,
        **{f"{SHOWN.get(name, name)}_ms": _percentiles(figures.took(name)) for name in figures.names()},
        "ocpp_versions": {version: _of_version(version, figures) for version in sorted({v for v, _ in figures.times})},
        "timeline": [*_timeline(figures)],
    }


def _percentiles(times: Times) -> dict[str, float | None]:
    return {f"p{percent}": value for percent, value in zip(PERCENTS, times.percentiles(PERCENTS), strict=True)}


def _of_version(version: str, figures: Figures) -> dict[str, Any]:
    """Return what the stations of one version of OCPP have measured."""
    own = {name: figures.times[version, name] for name in figures.names() if (version, name) in figures.times}
    return {
        "connections": own[CONNECT].count if CONNECT in own else 0,
        "messages": figures.messages[version],
        ERRORS: sum(count for (each, _, _), count in figures.errors.items() if each == version),
        **{f"{SHOWN.get(name, name)}_ms": _percentiles(times) for name, times in own.items()},
    }


def _timeline(figures: Figures) -> Iterator[dict[str, Any]]:
    """Yield the figures of each part of the run, in the order of time."""
    began = 0.0
    for sample in figures.samples:
        seconds = max(sample.at - began, 1e-9)
        yield {
            "second": round(sample.at, 1),
            "wanted": round(sample.wanted, 1),
            "connected": sample.connected,
            "connections_per_second": round(sample.connections / seconds, 1),
            "messages_per_second": round(sample.messages / seconds, 1),
            ERRORS: sample.errors,
            **{f"{SHOWN.get(name, name)}_ms": _percentiles(times) for name, times in sample.times.items()},
        }
        began = sample.at
