"""The stages of a load test: how many stations run at which time, as on the command line (`50:30s,50:1m,0:30s`)."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mock_csms.protocol.records import Record
from mock_csms.settings import values

MOST = 100_000
"""The most stations in one process."""
_STAGE = r"\s*(?P<count>[0-9]+)\s*:\s*(?P<duration>[0-9]\S*)\s*"
_DURATION = r"((?P<h>[0-9.]+)h)?((?P<m>[0-9.]+)m)?((?P<s>[0-9.]+)s?)?"


class Stage(Record):
    """A part of a run, in which the number of stations changes evenly to `count`."""

    count: int
    seconds: float


class Shift(Record):
    """A time during which a station runs, in seconds after the beginning of the run."""

    begin: float
    end: float | None
    """None if the station runs until it is done."""


def duration(text: str) -> float:
    """Parse a duration, such as `90`, `30s` or `1m30s`. Raises ValueError."""
    found = re.fullmatch(_DURATION, text)
    if not text or found is None:
        raise ValueError(f"{text!r} is not a duration, such as 30s or 1m30s")
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(values.number()(found[unit]) * factor for unit, factor in units.items() if found[unit])


def stages(text: str) -> tuple[Stage, ...]:
    """Parse `N:DURATION,N:DURATION`. Raises ValueError."""
    parsed: list[Stage] = []
    for part in text.split(","):
        found = re.fullmatch(_STAGE, part)
        if found is None:
            raise ValueError(f"{part!r} is not N:DURATION, such as 50:30s")
        parsed.append(Stage(values.integer(0, MOST)(found["count"]), duration(found["duration"])))
    if not any(stage.count for stage in parsed):
        raise ValueError(f"{text!r} has no stage with stations")
    return tuple(parsed)


def highest(stages_: Sequence[Stage]) -> int:
    """Return the greatest number of stations."""
    return max(stage.count for stage in stages_)


def total(stages_: Sequence[Stage]) -> float:
    """Return how many seconds all stages take."""
    return sum(stage.seconds for stage in stages_)


def wanted(stages_: Sequence[Stage], at: float) -> float:
    """Return how many stations must run at a time, in seconds from the beginning; a fraction during a change."""
    before = 0
    for stage in stages_:
        if at < stage.seconds:
            return before + (stage.count - before) * at / stage.seconds
        before, at = stage.count, at - stage.seconds
    return before


def shifts(stages_: Sequence[Stage], number: int) -> list[Shift]:
    """Return when the station with this number (from 1) runs: while more than `number` - 0.5 stations must run."""
    level = number - 0.5
    times = [*_crossings(stages_, level)]
    if len(times) % 2:
        times.append(total(stages_))
    return [Shift(begin, end) for begin, end in zip(times[::2], times[1::2], strict=True)]


def _crossings(stages_: Sequence[Stage], level: float) -> Iterator[float]:
    """Yield the times at which the number of stations crosses a level; it never stays at the level."""
    began = 0.0
    for before, stage in pairwise((Stage(0, 0.0), *stages_)):
        change = stage.count - before.count
        if min(before.count, stage.count) < level < max(before.count, stage.count):
            yield began + stage.seconds * (level - before.count) / change
        began += stage.seconds
