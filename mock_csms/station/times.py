"""Many durations in little memory: each is rounded up to three digits, and only how often each occurs is kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from mock_csms.protocol.records import Mutable, field

_DIGITS = 3
_PER_MS, _PER_SECOND = 1_000_000, 1_000_000_000
_UNITS: list[int] = [10 ** max(0, digits - _DIGITS) for digits in range(30)]
"""The unit to which a number is rounded, by the number of its digits."""


class Times(Mutable):
    """Durations. Rounding never makes a duration shorter, so a percentile is never better than the measurement."""

    counts: Counter[int] = field(default_factory=Counter)
    """How often each rounded duration occurred, in nanoseconds."""
    total: float = 0.0
    """The sum of all, in seconds, without rounding."""

    def add(self, several: "Times") -> None:
        """Add other durations."""
        self.counts.update(several.counts)
        self.total += several.total

    @property
    def count(self) -> int:
        """How many durations there are."""
        return self.counts.total()

    def percentile(self, percent: float) -> float | None:
        """Return the shortest time in ms within which this percentage was done; None without durations."""
        found = self.percentiles((percent,))
        return found[0]

    def percentiles(self, percents: Sequence[float]) -> list[float | None]:
        """Return several percentiles, in ms."""
        ordered, count = sorted(self.counts.items()), self.count
        return [_reached(ordered, -(-count * percent // 100)) if ordered else None for percent in percents]

    def up_to(self, bounds: Iterable[float]) -> list[int]:
        """Return how many durations are not longer than each of these, in seconds with up to three digits."""
        limits = [round(bound * _PER_SECOND) for bound in bounds]
        return [sum(count for value, count in self.counts.items() if value <= limit) for limit in limits]


def times_of(seconds: Iterable[float]) -> Times:
    """Return these durations as `Times`."""
    durations = [*seconds]
    return Times(Counter(map(_rounded, durations)), sum(durations))


def merged(several: Iterable[Times]) -> Times:
    """Return several `Times` as one."""
    result = Times()
    for times in several:
        result.add(times)
    return result


def _rounded(seconds: float) -> int:
    """Return a duration in nanoseconds, rounded up to three digits."""
    nanoseconds = max(1, round(seconds * _PER_SECOND))
    unit = _UNITS[len(str(nanoseconds))]
    return -(-nanoseconds // unit) * unit


def _reached(ordered: Sequence[tuple[int, int]], rank: float) -> float:
    """Return the duration in ms of the item with a rank, counted from 1."""
    reached = accumulate(count for _, count in ordered)
    return next(value for (value, _), so_far in zip(ordered, reached, strict=True) if so_far >= rank) / _PER_MS
