"""Stations at a mock that loses messages in both directions, in virtual time: no station is accused of these losses."""

import os
from contextlib import ExitStack
from typing import Any

import pytest

from mock_csms.settings import Config
from mock_csms.station.state import Habit
from mock_csms.twin.events import Event, Lost, Spoiled
from tests.station.performances import SCENARIOS
from tests.station.rig import Rig

SEEDS = (1, 2, 3) if "MATRIX" in os.environ else (1,)
"""Which messages are lost; `task scenarios` tries several."""


class Lossy(Rig):
    """A test rig: a station at a mock that loses one message in five."""

    seed = 1

    def configured(self, **more: Any) -> Config:
        """Return the settings of the mock."""
        return super().configured(loss="20", seed=self.seed, **more)

    async def begin(self) -> None:
        """Count the lost messages."""
        await super().begin()
        self.lost: list[Event] = []
        self.mock.bus.subscribe(self.lost.append, Lost, Spoiled)


def perform(scenario: str, seed: int, *habits: Habit) -> list[Lossy]:
    """Let a station perform a scenario at a lossy mock; return all rigs of the scenario."""
    stands: list[Lossy] = []
    with ExitStack() as stack:

        def begin(*csms: Any, **settings: Any) -> Lossy:
            rig = Lossy(habits, *csms, learns=False, **settings)
            rig.seed = seed
            stands.append(stack.enter_context(rig))
            return stands[-1]

        SCENARIOS[scenario](begin)  # type: ignore[arg-type] # a rig has everything that scenarios need of a stage
    return stands


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_lost_messages_cause_no_finding(scenario: str) -> None:
    """No check reports a good station, whatever messages are lost."""
    stands = [stand for seed in SEEDS for stand in perform(scenario, seed)]
    assert [str(found) for stand in stands for found in stand.found] == []
    assert [accident for stand in stands for accident in stand.accidents] == []
    assert {type(event) for stand in stands for event in stand.lost} <= {Lost, Spoiled}
    assert any(stand.lost for stand in stands)


@pytest.mark.parametrize(
    ("habit", "check"),
    [("wrong-clock", "R18"), ("wrong-message-type", "R02"), ("seqno-repeated", "X03"), ("wrong-start-trigger", "X09")],
)
def test_a_wrong_message_is_reported_despite_losses(habit: str, check: str) -> None:
    """A wrong message that arrives is reported, although other messages are lost."""
    stands = (stand for scenario in SCENARIOS for stand in perform(scenario, 1, Habit(habit)))
    assert any(found.check == check for stand in stands for found in stand.found)
