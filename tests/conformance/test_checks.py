"""Every check finds what it is about, and nothing else: stations on the stage, good ones and bad ones."""

from collections.abc import Mapping
from functools import cache

import pytest

from mock_csms.conformance import CHECKS
from mock_csms.station.device import Habit
from mock_csms.station.misbehaviours import KINDS
from tests.conformance.witness import findings
from tests.station.performances import SCENARIOS, play, wrong

BY_HAND: Mapping[str, str] = {}
"""The checks that no misbehaviour of the station triggers, with the test that does."""


@cache
def found(scenario: str, *habits: Habit) -> tuple[str, ...]:
    """Return the findings of a scenario, a line each."""
    return tuple(f"{each.check}: {each.problem}" for stage in play(scenario, habits) for each in findings(stage))


def ids(lines: tuple[str, ...]) -> set[str]:
    """Return the checks that found something."""
    return {line.partition(":")[0] for line in lines}


def kinds_of(check: str) -> list[str]:
    """Return the misbehaviours that a check must see."""
    return [kind for kind, row in KINDS.items() if check in row.checks]


def implied_by(kind: str) -> set[str]:
    """Return the checks that a kind may trigger: its own, and those that they imply."""
    own = {check for check in KINDS[kind].checks if check in CHECKS}
    return own | {implied for check in own for implied in CHECKS[check].implies}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_good_station_is_found_fault_with_by_no_check(scenario: str) -> None:
    """All checks look at the whole scenario, and say nothing."""
    assert found(scenario) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_misbehaviour_is_found_by_its_checks_and_by_no_others(kind: str) -> None:
    """In some scenario each of its checks finds it; what else is found is what these imply."""
    told = {line for scenario in wrong(kind) for line in found(scenario, Habit(kind))}
    missing = {check for check in KINDS[kind].checks if check in CHECKS} - ids(tuple(told))
    others = sorted(line for line in told if line.partition(":")[0] not in implied_by(kind))
    assert (missing, others[:5]) == (set(), [])


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_its_trigger(check: str) -> None:
    """A misbehaviour, or a test of its own where the station cannot be so wrong."""
    assert kinds_of(check) or check in BY_HAND
