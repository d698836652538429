"""Every check finds what it is about, and nothing else: stations on the stage, good ones and bad ones."""

from collections.abc import Iterable, Mapping
from functools import cache

import pytest

from mock_csms.conformance import CHECKS
from mock_csms.station.device import Habit
from mock_csms.station.misbehaviours import KINDS
from tests.conformance.witness import findings
from tests.station.performances import SCENARIOS, play, wrong

BY_HAND: Mapping[str, str] = {
    **dict.fromkeys(("T04", "T09", "T10"), "test_transport.py: test_requests"),
    "T16": "test_transport.py: test_credentials_are_not_left_out_again",
    "T22": "test_transport.py: test_a_second_connection",
    "R16": "test_rpc.py: test_unknown_types",
    "R19": "test_rpc.py: test_signed_messages",
    "M09": "test_metering.test_a_register_that_falls_to_that_of_another_evse_is_not_its_own",
    "M13": "test_metering.test_who_tells_the_phases_once_tells_them_each_time",
    "V19": "test_variables.py: test_more_items_than_the_station_takes",
    "B17": "test_provisioning.test_after_a_short_outage_only_changes_are_reported",
    "G04": "test_availability.test_connectors_follow_their_evse",
}
"""The checks that no misbehaviour of the station triggers, with the test that does."""

FOR_PLANS = {"stays-with-url"}
"""Kinds that nobody can see who only watches; a case of the test plans does, because it knows what it has asked for."""


@cache
def found(scenario: str, *habits: Habit) -> tuple[str, ...]:
    """Return the findings of a scenario, a line each."""
    return tuple(f"{each.check}: {each.problem}" for stage in play(scenario, habits) for each in findings(stage))


def ids(lines: Iterable[str]) -> set[str]:
    """Return the checks that found something."""
    return {line.partition(":")[0] for line in lines}


def kinds_of(check: str) -> list[str]:
    """Return the misbehaviours that a check must see."""
    return [kind for kind, row in KINDS.items() if check in row.checks]


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


@pytest.mark.parametrize("kind", KINDS)
def test_every_misbehaviour_has_its_check(kind: str) -> None:
    """One that finds it, or a case of the plans where nobody can see it who only watches."""
    assert bool(KINDS[kind].checks) is (kind not in FOR_PLANS)


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_its_trigger(check: str) -> None:
    """A misbehaviour, or a test of its own where the station cannot be so wrong."""
    assert kinds_of(check) or check in BY_HAND
