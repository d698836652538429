"""The scenarios played by stations with misbehaviours, each once, and which scenarios show a misbehaviour."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zlib import crc32

import pytest

from mock_csms.station.state import Habit
from mock_csms.station.v2.misbehaviours import KINDS
from tests.station import commanding, scenarios
from tests.station.stage import Log, Stage

SCENARIOS = {**scenarios.SCENARIOS, **commanding.SCENARIOS}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, scope="session")
"""Runs a test for each kind of misbehaviour. All tests of one kind run one after the other, across files, so that they
share the cached scenarios."""


def play(scenario: str, habits: tuple[Habit, ...]) -> list[Stage]:
    """Return the stations of a scenario after it has ended."""
    stages: list[Stage] = []

    def begin(*csms: Any, **settings: Any) -> Stage:
        stages.append(Stage(habits, *csms, **settings))
        return stages[-1]

    SCENARIOS[scenario](begin)
    return stages


def perform(scenario: str, *habits: Habit) -> Log:
    """Return the transcript of a scenario."""
    return [entry for stage in play(scenario, habits) for entry in stage.log]


DORMANT = tuple(Habit(kind, 10**6) for kind in KINDS)
"""All misbehaviours, each of which starts at an occasion that never comes."""


@cache
def occasions() -> Mapping[str, set[str]]:
    """Return, for each scenario, the misbehaviours that have an occasion in it.

    Each scenario is played once, with DORMANT misbehaviours.
    """
    played = {scenario: play(scenario, DORMANT) for scenario in SCENARIOS}
    return {
        scenario: {habit.kind for stage in stages for habit in stage.device.habits if habit.seen}
        for scenario, stages in played.items()
    }


@cache
def right(scenario: str) -> Log:
    """Return the transcript of a station without misbehaviours."""
    return perform(scenario)


@cache
def wrong(kind: str) -> dict[str, Log]:
    """Return the transcripts of a misbehaviour that differ from the right ones."""
    logs = {scenario: perform(scenario, Habit(kind)) for scenario, kinds in occasions().items() if kind in kinds}
    return {scenario: log for scenario, log in logs.items() if log != right(scenario)}


def scenarios_of(kind: str) -> list[str]:
    """Return the scenarios that a misbehaviour changes; each misbehaviour starts with a different one."""
    found = list(wrong(kind))
    first = crc32(kind.encode()) % max(1, len(found))
    return found[first:] + found[:first]
