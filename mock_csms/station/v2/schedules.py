"""The limit that one charging profile sets at a time, and when it changes (K01).

Times in a profile are cut to whole seconds, so every change falls on a whole second.
"""

from collections.abc import Mapping, Sequence
from math import floor, inf
from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.times import read_time
from mock_csms.station.v2.device import PHASES, VOLTAGE

_RECURS: Mapping[str, float] = {"Daily": 86_400.0, "Weekly": 604_800.0}


class Limit(Record):
    """A charging limit."""

    amount: float
    """In A per phase, or in W for all phases together."""
    unit: str = "W"
    """`A` or `W`."""
    phases: int = PHASES
    """How many phases may be used."""

    def watts(self, phases: int | None = None) -> float:
        """Return the limit in W for a number of phases; by default for the phases of the limit."""
        return self.amount if self.unit == "W" else self.amount * VOLTAGE * (phases or self.phases)


Stretch: TypeAlias = tuple[Limit | None, float]
"""The limit (None if there is none), and the time until which it holds, in seconds since 1970."""


def second_of(text: str) -> float:
    """Return a timestamp in whole seconds since 1970. Raises ValueError."""
    return float(floor(read_time(text)))


def validity(profile: Json) -> tuple[float, float]:
    """Return the begin and the end of a profile's validity, in seconds since 1970."""
    since, until = profile.get("validFrom"), profile.get("validTo")
    return (-inf if since is None else second_of(since)), (inf if until is None else second_of(until))


def limit_at(profile: Json, now: float, since: float) -> Stretch:
    """Return the limit of a profile at a time; a Relative profile counts from `since`."""
    valid_from, valid_to = validity(profile)
    if now < valid_from:
        return None, valid_from
    if now >= valid_to:
        return None, inf
    limit, until = _scheduled(profile, now, float(floor(since)))
    return limit, min(until, valid_to)


def _scheduled(profile: Json, now: float, since: float) -> Stretch:
    schedule = profile["chargingSchedule"][0]
    kind = profile["chargingProfileKind"]
    if kind == "Dynamic":  # K28 of OCPP 2.1: one period, without an end
        return _limit_of(schedule, schedule["chargingSchedulePeriod"][0]), inf
    start, again = since if kind == "Relative" else second_of(schedule["startSchedule"]), inf
    if now < start:
        return None, start
    if kind == "Recurring":
        every = _RECURS[profile["recurrencyKind"]]
        start += (now - start) // every * every
        again = start + every
    end = min(start + schedule.get("duration", inf), again)
    if now >= end:
        return None, again
    starts = [start + period["startPeriod"] for period in schedule["chargingSchedulePeriod"]]
    number = sum(begins <= now for begins in starts)
    period = schedule["chargingSchedulePeriod"][number - 1]
    return _limit_of(schedule, period), min([*starts[number : number + 1], end])


def _limit_of(schedule: Json, period: Json) -> Limit | None:
    """Return the limit of a period; None if it has no limit yet."""
    if "limit" not in period:
        return None
    return Limit(period["limit"], schedule["chargingRateUnit"], period.get("numberPhases", PHASES))


def highest(profiles: Sequence[Json], now: float, since: float) -> Stretch:
    """Return the limit of the profile with the highest stack level that has a limit at a time (K01)."""
    until = inf
    for profile in sorted(profiles, key=lambda each: -each["stackLevel"]):
        limit, changes = limit_at(profile, now, since)
        until = min(until, changes)
        if limit is not None:
            return limit, until
    return None, until


def lowest(limits: Sequence[Limit]) -> Limit:
    """Return the limit that satisfies all of these: the fewest phases, and the least power on them (K01)."""
    phases = min(limit.phases for limit in limits)
    return Limit(min(limit.watts(phases) for limit in limits), "W", phases)


def amount(limit: Limit, unit: str) -> float:
    """Return a limit in A or W, rounded to one decimal, as OCPP requires."""
    watts = limit.watts()
    return round(watts if unit == "W" else watts / VOLTAGE / limit.phases, 1)
