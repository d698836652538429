"""Splits charging periods where a Tariff changes its price: at a time of day, after a duration, at an amount of energy.

OCPI wants a new charging period at each such moment. The energy until then is not measured, so it is interpolated.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812 - `time` is a dimension here
from decimal import Decimal

from mock_csms.ocpi.decimals import decimal
from mock_csms.ocpi.restrictions import Clock
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field

_MOST_DAYS = 400
"""The longest session, in days, that is split at times of day. The timestamps of a station may be years apart."""
_SMALLEST = Decimal("0.000001")
"""The interpolated energy is rounded to this part of a kWh, so that no sum of parts loses anything."""
_DAYS_CHANGE = {"start_date", "end_date", "day_of_week"}


class Stretch(Record):
    """A part of a session in which the vehicle does the same all the time."""

    start: int
    """In milliseconds since 1970."""
    end: int
    energy: Decimal
    """In kWh."""
    kind: str = ""
    """TIME, PARKING_TIME or RESERVATION_TIME; empty for time that has no price."""
    ranges: Mapping[str, Decimal] = field(default_factory=dict)
    """By CdrDimensionType: the lowest and highest power and current, if they are known."""

    def until(self, at: int, energy: Decimal) -> "tuple[Stretch, Stretch]":
        """Return the parts before and after a moment, with that energy before it."""
        return (
            Stretch(self.start, at, energy, self.kind, self.ranges),
            Stretch(at, self.end, self.energy - energy, self.kind, self.ranges),
        )


def split(tariff: Json, stretches: Sequence[Stretch], clock: Clock) -> Iterator[Stretch]:
    """Yield the stretches of a session, split where the tariff may change its price."""
    restrictions = [element.get("restrictions") or {} for element in tariff["elements"]]
    began = stretches[0].start if stretches else 0
    moments = sorted(
        {
            *_at_durations(restrictions, began),
            *_at_times_of_day(restrictions, began, stretches[-1].end if stretches else 0, clock),
        }
    )
    amounts = sorted({decimal(each[name]) for each in restrictions for name in ("min_kwh", "max_kwh") if name in each})
    consumed = Decimal(0)
    for stretch in stretches:
        for part in _split_at_moments(stretch, moments):
            yield from _split_at_amounts(part, [each - consumed for each in amounts])
            consumed += part.energy


def _split_at_moments(stretch: Stretch, moments: Sequence[int]) -> Iterator[Stretch]:
    rest = stretch
    for at in moments:
        if rest.start < at < rest.end:
            before = rest.energy * (at - rest.start) / (rest.end - rest.start)
            first, rest = rest.until(at, before.quantize(_SMALLEST))
            yield first
    yield rest


def _split_at_amounts(stretch: Stretch, amounts: Sequence[Decimal]) -> Iterator[Stretch]:
    rest, used = stretch, Decimal(0)
    for amount in amounts:
        left = amount - used
        if 0 < left < rest.energy:
            at = rest.start + int((rest.end - rest.start) * left / rest.energy)
            if rest.start < at < rest.end:
                first, rest = rest.until(at, left)
                used = amount
                yield first
    yield rest


def _at_durations(restrictions: Sequence[Json], began: int) -> Iterator[int]:
    for each in restrictions:
        for name in ("min_duration", "max_duration"):
            if name in each:
                yield began + int(each[name]) * 1000


def _at_times_of_day(restrictions: Sequence[Json], began: int, end: int, clock: Clock) -> Iterator[int]:
    times = {each[name] for each in restrictions for name in ("start_time", "end_time") if name in each}
    if any(not _DAYS_CHANGE.isdisjoint(each) for each in restrictions):
        times.add("00:00")
    if not times:
        return
    first, last = clock(began / 1000), clock(end / 1000)
    for days in range(min((last.date() - first.date()).days, _MOST_DAYS) + 1):
        for time in times:
            local = datetime.combine(first.date() + timedelta(days), TimeOfDay.fromisoformat(time), first.tzinfo)
            yield round(local.timestamp() * 1000)
