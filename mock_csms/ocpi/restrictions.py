"""Finds the PriceComponent of a Tariff that is active at a moment: the first element whose restrictions all match.

The components of a dimension are looked up separately, so the one for energy and the one for time may come from
different elements. Values that are not known match no restriction about them.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from mock_csms.ocpi.decimals import decimal
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record

Clock: TypeAlias = Callable[[float], datetime]
"""Returns the local time at a Location, from the seconds since 1970."""

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
EXPIRES = "RESERVATION_EXPIRES"


class PeriodStart(Record):
    """The beginning of a charging period, and what restrictions may ask about the period."""

    local: datetime
    """The local time."""
    elapsed: float
    """The seconds since the start of the session."""
    consumed: Decimal
    """The kWh before this period."""
    length: float
    """The length of the period in seconds."""
    volumes: Mapping[str, Decimal]
    """By CdrDimensionType: the volume in the period."""
    reservation: str = ""
    """RESERVATION or RESERVATION_EXPIRES for reserved time; empty for a charging session."""

    def range_of(self, name: str) -> tuple[Decimal, Decimal] | None:
        """Return the lowest and the highest POWER or CURRENT in the period; None if it is not known."""
        mean = self.volumes.get(name)
        if mean is None and name == "POWER" and "ENERGY" in self.volumes and self.length > 0:
            mean = self.volumes["ENERGY"] * 3600 / Decimal(repr(self.length))
        low, high = self.volumes.get(f"MIN_{name}", mean), self.volumes.get(f"MAX_{name}", mean)
        if low is None or high is None:
            known = low if low is not None else high
            return None if known is None else (known, known)
        return low, high


def _is_at_least(name: str, value: Any, moment: PeriodStart) -> bool:
    known = moment.range_of(name)
    return known is not None and known[0] >= decimal(value)


def _is_below(name: str, value: Any, moment: PeriodStart) -> bool:
    known = moment.range_of(name)
    return known is not None and known[1] < decimal(value)


_MATCHES: Mapping[str, Callable[[Any, PeriodStart], bool]] = {
    "start_date": lambda value, moment: moment.local.date() >= date.fromisoformat(value),
    "end_date": lambda value, moment: moment.local.date() < date.fromisoformat(value),
    "min_kwh": lambda value, moment: moment.consumed >= decimal(value),
    "max_kwh": lambda value, moment: moment.consumed < decimal(value),
    "min_current": lambda value, moment: _is_at_least("CURRENT", value, moment),
    "max_current": lambda value, moment: _is_below("CURRENT", value, moment),
    "min_power": lambda value, moment: _is_at_least("POWER", value, moment),
    "max_power": lambda value, moment: _is_below("POWER", value, moment),
    "min_duration": lambda value, moment: moment.elapsed >= value,
    "max_duration": lambda value, moment: moment.elapsed < value,
    "day_of_week": lambda value, moment: not value or DAYS[moment.local.weekday()] in value,
}
"""By name of a restriction: whether a moment meets it. The times of day are read together."""


def _suits_time_of_day(restrictions: Json, now: time) -> bool:
    """Whether a time of day is between start_time and end_time, which may be on the next day; 00:00 ends the day."""
    start, end = (restrictions.get(name) for name in ("start_time", "end_time"))
    since = start is None or now >= time.fromisoformat(start)
    before = end is None or now < time.fromisoformat(end)
    if start is None or end is None:
        return since and (before or end == "00:00")
    return since and before if end > start else since or before


def component_of(tariff: Json, dimension: str, moment: PeriodStart) -> Json | None:
    """Return the active PriceComponent of a dimension; None if the dimension costs nothing.

    For an expired reservation, elements about that come before those about any reservation.
    """
    wanted = (EXPIRES, "RESERVATION") if moment.reservation == EXPIRES else (moment.reservation,)
    for kind in wanted:
        for element in tariff["elements"]:
            restrictions = element.get("restrictions") or {}
            found = [each for each in element["price_components"] if each["type"] == dimension]
            if found and restrictions.get("reservation", "") == kind and _suits(restrictions, moment):
                component: Json = found[0]
                return component
    return None


def _suits(restrictions: Json, moment: PeriodStart) -> bool:
    named = (_MATCHES[name](value, moment) for name, value in restrictions.items() if name in _MATCHES)
    return _suits_time_of_day(restrictions, moment.local.time()) and all(named)
