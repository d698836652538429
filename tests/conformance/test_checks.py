"""Every check finds what it is about, and nothing else: stations on the stage, good ones and bad ones."""

from collections.abc import Iterable
from functools import cache

import pytest

from mock_csms.conformance import CHECKS
from mock_csms.station.device import Habit
from mock_csms.station.misbehaviours import KINDS
from tests.conformance.witness import findings
from tests.station.performances import SCENARIOS, play, wrong

FOR_PLANS = {"stays-with-url"}
"""Kinds that nobody can see who only watches; a case of the test plans does, because it knows what it has asked for."""


@cache
def found(scenario: str, *habits: Habit) -> tuple[str, ...]:
    """Return the findings of a scenario, a line each."""
    return tuple(f"{each.check}: {each.problem}" for stage in play(scenario, habits) for each in findings(stage))


def ids(lines: Iterable[str]) -> set[str]:
    """Return the checks that found something."""
    return {line.partition(":")[0] for line in lines}


def implied_by(kind: str) -> set[str]:
    """Return the checks that a kind may trigger: its own, and those that they imply."""
    own = set(KINDS[kind].checks)
    return own | {implied for check in own for implied in CHECKS[check].implies}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_good_station_is_found_fault_with_by_no_check(scenario: str) -> None:
    """All checks look at the whole scenario, and say nothing."""
    assert found(scenario) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_misbehaviour_is_found_by_its_checks_and_by_no_others(kind: str) -> None:
    """In some scenario each of its checks finds it; what else is found is what these imply."""
    told = {line for scenario in wrong(kind) for line in found(scenario, Habit(kind))}
    missing = set(KINDS[kind].checks) - ids(told)
    others = sorted(line for line in told if line.partition(":")[0] not in implied_by(kind))
    assert (missing, others[:5]) == (set(), [])


@pytest.mark.parametrize("kind", KINDS)
def test_an_occasion_that_never_comes(kind: str) -> None:
    """A station with a habit that waits for it is a good one."""
    for scenario in list(wrong(kind))[:2]:
        assert found(scenario, Habit(kind, 10**6)) == ()


def test_habits_come_together() -> None:
    """A station can have several; each changes what those before it have left."""
    several = ("seqno-repeated", "no-token", "binary-frames")
    assert ids(found("sessions", *map(Habit, several))) == {"X03", "X12", "T11"}


def test_every_misbehaviour_has_its_check() -> None:
    """One that finds it, or a case of the plans where nobody can see it who only watches."""
    assert {kind for kind, row in KINDS.items() if not row.checks} == FOR_PLANS
