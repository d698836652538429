"""Counts lines that the console does not show: lines that repeat, and lines that are too many for people to read."""

import re
from collections import Counter
from collections.abc import Iterator

from mock_csms.protocol.records import Mutable, Record
from mock_csms.watch.lines import INFO

OFTEN_ENOUGH = 3
"""How often the same line is shown."""
MOST_AT_ONCE = 20
"""How many counts are shown at once; the others wait."""
_MOST_KINDS = 10_000
"""How many different lines are remembered; at more, all counts are shown, and counting starts again."""
MOST_LINES = 50
"""How many ordinary lines are shown per second."""

_CHANGING = re.compile(r"(?<![^\s:;,])[^\s:;,\d]*+\d[^\s:;,]*")
"""Ids, times and numbers: lines that differ only in these are the same.

Each word is tried once, from its beginning; otherwise a word of a megabyte without digits would take hours.
"""
_LONGEST = 600
"""How many characters of a line are compared, and kept for its count; no line is shown longer."""


class RepeatCount(Record):
    """A count of lines that were not shown."""

    station: str
    level: int
    text: str
    way: str = ""
    """The way of the lines, if they are ordinary ones."""
    subject: str = ""
    """The subject of the lines, if they are ordinary ones."""


class _Kind(Mutable):
    """Lines that are the same: when the first one came, how many were shown, and how many were only counted."""

    station: str
    level: int
    name: str
    text: str
    first: float
    last: float
    shown: int = 0
    more: int = 0


class Repeats:
    """Counts lines that repeat: they differ only in ids, times and numbers."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str, str], _Kind] = {}
        self._unreported: dict[tuple[str, str, str], _Kind] = {}

    def is_shown(self, at: float, station: str, level: int, name: str, text: str) -> bool:
        """Whether to show a line; if it was shown often enough, it is counted under `name`."""
        text = text[:_LONGEST]
        key = (station, name[:_LONGEST], _CHANGING.sub("#", text))
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind(station, level, name[:_LONGEST], text, at, at)
        if kind.shown < OFTEN_ENOUGH:
            kind.shown += 1
            return True
        kind.more += 1
        kind.last = at
        self._unreported[key] = kind
        return False

    @property
    def has_unreported(self) -> bool:
        """Whether there are counts to show."""
        return bool(self._unreported)

    def tell(self, station: str | None = None, most: int | None = None) -> Iterator[RepeatCount]:
        """Yield the counts that have changed, at most so many, or those of one station."""
        keys = [key for key in self._unreported if station in (None, key[0])][:most]
        for key in keys:
            yield _counted(self._unreported.pop(key))
        if len(self._kinds) > _MOST_KINDS:
            self._kinds = dict(self._unreported)


def _counted(kind: _Kind) -> RepeatCount:
    times = "once" if kind.more == 1 else f"{kind.more:,} times"
    seconds = max(1, round(kind.last - kind.first))
    return RepeatCount(kind.station, kind.level, f"{kind.name} again, {times} in {seconds} s: {kind.text}")


class Crowd:
    """Counts ordinary lines while more come per second than people can read."""

    def __init__(self) -> None:
        self._second = 0
        self._shown = 0
        self.is_crowded = False
        """Whether lines are counted now."""
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def is_shown(self, at: float, station: str, way: str, subject: str) -> bool:
        """Whether to show an ordinary line; otherwise it is counted by station, way and subject."""
        if not self.is_crowded:
            second = int(at)
            if second != self._second:
                self._second, self._shown = second, 0
            self._shown += 1
            if self._shown <= MOST_LINES:
                return True
            self.is_crowded = True
        self._counts[station, way, subject] += 1
        return False

    def tell(self) -> Iterator[RepeatCount]:
        """Yield the counts by station and subject; if there are too many, by subject only."""
        counts, self._counts = self._counts, Counter()
        self.is_crowded = counts.total() > MOST_LINES
        self._shown = 0
        if len(counts) > MOST_AT_ONCE:
            yield from _by_subject(counts)
            return
        for (station, way, subject), times in sorted(counts.items()):
            yield RepeatCount(station, INFO, f"{times:,} more", way, subject)


def _by_subject(counts: Counter[tuple[str, str, str]]) -> Iterator[RepeatCount]:
    """Yield the sums over all stations, the greatest first."""
    stations, sums = Counter(kind[1:] for kind in counts), Counter[tuple[str, str]]()
    for (_, way, subject), times in counts.items():
        sums[way, subject] += times
    ranked = sums.most_common()
    for (way, subject), times in ranked[:MOST_AT_ONCE]:
        yield RepeatCount("", INFO, f"{times:,} more of {stations[way, subject]:,} stations", way, subject)
    if others := sum(times for _, times in ranked[MOST_AT_ONCE:]):
        yield RepeatCount("", INFO, f"{others:,} other lines more")
