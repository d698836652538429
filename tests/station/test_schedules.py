"""The limit of a charging profile at a given time, and when it changes next (K01)."""

from math import inf
from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.v2.schedules import Limit, amount, highest, limit_at, lowest, second_of
from tests.station.driven import MIDNIGHT

DAY = 86_400.0
STEPS = [{"startPeriod": 0, "limit": 16}, {"startPeriod": 3600, "limit": 6, "numberPhases": 1}]


def profile(kind: str = "Absolute", start: float | None = 0, *, duration: int | None = None, **given: Any) -> Json:
    """Return a profile of two steps that starts a number of seconds after midnight."""
    schedule: Json = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": STEPS}
    schedule |= {} if start is None else {"startSchedule": rfc3339(MIDNIGHT + start)}
    schedule |= {} if duration is None else {"duration": duration}
    return {"id": 1, "stackLevel": 0, "chargingProfileKind": kind, "chargingSchedule": [schedule], **given}


@pytest.mark.parametrize(
    ("given", "now", "limit", "until"),
    [
        (profile(), -1, None, 0),
        (profile(), 0, 16, 3600),
        (profile(), 3599, 16, 3600),
        (profile(), 3600, 6, inf),
        (profile(), 1e9, 6, inf),
        (profile(duration=7200), 3600, 6, 7200),
        (profile(duration=7200), 7200, None, inf),
        (profile(duration=60), 0, 16, 60),
        (profile(validFrom=rfc3339(MIDNIGHT + 10)), 5, None, 10),
        (profile(validFrom=rfc3339(MIDNIGHT + 10)), 10, 16, 3600),
        (profile(validTo=rfc3339(MIDNIGHT + 10)), 5, 16, 10),
        (profile(validTo=rfc3339(MIDNIGHT + 10)), 10, None, inf),
        (profile("Relative", None), 100, 16, 3700),  # charging started at 100
        (profile("Relative", None), 3700, 6, inf),
        (profile("Recurring", recurrencyKind="Daily"), -1, None, 0),
        (profile("Recurring", recurrencyKind="Daily"), 5 * DAY + 10, 16, 5 * DAY + 3600),
        (profile("Recurring", recurrencyKind="Daily"), 5 * DAY + 3600, 6, 6 * DAY),
        (profile("Recurring", recurrencyKind="Daily", duration=7200), 7200, None, DAY),
        (profile("Recurring", recurrencyKind="Weekly"), 6 * DAY, 6, 7 * DAY),
        (profile("Recurring", recurrencyKind="Weekly"), 7 * DAY, 16, 7 * DAY + 3600),
    ],
)
def test_the_limit_of_a_profile_at_a_time(given: Json, now: float, limit: float | None, until: float) -> None:
    """Absolute, relative and recurring profiles have their limits while valid, each until the next one (K01)."""
    found, changes = limit_at(given, MIDNIGHT + now, MIDNIGHT + 100)
    assert (found and found.amount, changes - MIDNIGHT) == (limit, until)


def test_fractions_of_seconds_are_cut_off() -> None:
    """Limits change on whole seconds, also if a profile has fractions."""
    assert second_of("2025-06-16T00:00:00.999Z") == second_of("2025-06-16T02:00:00+02:00") == MIDNIGHT
    assert limit_at(profile("Relative", None), MIDNIGHT + 3600, MIDNIGHT + 0.7)[0] == Limit(6, "A", 1)


def test_the_highest_stack_level_with_a_limit_applies() -> None:
    """While a profile has no limit, the next lower stack level applies."""
    low = profile(stackLevel=1)
    high = profile(start=100, duration=50, stackLevel=2)
    high["chargingSchedule"][0]["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": 32}]
    seen = [highest([low, high], MIDNIGHT + now, 0) for now in (0, 100, 150)]
    assert [(limit and limit.amount, until - MIDNIGHT) for limit, until in seen] == [(16, 100), (32, 150), (16, 3600)]


@pytest.mark.parametrize(
    ("limits", "watts", "amperes"),
    [
        ([Limit(16, "A")], 11040, 16),
        ([Limit(16, "A", 1)], 3680, 16),
        ([Limit(16, "A"), Limit(32, "A", 1)], 3680, 16),
        ([Limit(6900)], 6900, 10),
        ([Limit(6900), Limit(32, "A", 1)], 6900, 30),
        ([Limit(0), Limit(32, "A")], 0, 0),
        ([Limit(1000)], 1000, 1.4),
    ],
)
def test_the_lowest_of_several_limits_applies(limits: list[Limit], watts: float, amperes: float) -> None:
    """The lowest of several limits applies, on the fewest phases; A are per phase, W for all phases."""
    assert (amount(lowest(limits), "W"), amount(lowest(limits), "A")) == (watts, amperes)
