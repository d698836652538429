"""Scenarios over real sockets and the findings of the running mock; a scenario with the same habits runs once."""

from collections.abc import Set
from contextlib import ExitStack
from functools import cache
from typing import Any

from mock_csms.conformance.subject import BROKEN, Check
from mock_csms.protocol.records import Record
from mock_csms.station.state import Habit
from mock_csms.twin.events import Event, Finding
from mock_csms.twin.seen import Occasion, Seen, see
from tests.station.performances import SCENARIOS
from tests.station.rig import Rig, Stand

FAULTS: dict[str, Occasion] = {
    "malformed": ("call", "*"),
    "stray": ("result", "*"),
    "unanswered": ("result", "*"),
    "breached": ("connected", "*"),
}
"""Occasions that are faults, with the occasion that a good station has in their place."""


class Run(Record):
    """What happened in a scenario."""

    findings: tuple[Finding, ...]
    """What the checks reported."""
    events: tuple[Event, ...]
    """The events that the checks looked at."""
    accidents: tuple[str, ...]
    """The errors of the program itself."""

    @property
    def occasions(self) -> set[Occasion]:
        """The occasions for the checks in these events."""
        all_seen = [seen for event in self.events if (seen := see(event))]
        return {(seen.kind, name) for seen in all_seen for name in _names(seen)}

    @property
    def checks(self) -> set[str]:
        """The checks that reported something."""
        return {finding.check for finding in self.findings}

    def lines(self) -> list[str]:
        """Return the findings, one line each."""
        return [f"{each.check}: {each.problem}" for each in self.findings]


@cache
def perform(scenario: str, *habits: Habit, learns: bool = True) -> Run:
    """Let a station with these habits perform a scenario at the running mock."""
    stands: list[Stand] = []
    with ExitStack() as stack:

        def begin(*csms: Any, **settings: Any) -> Rig:
            stands.append(stack.enter_context(Rig(habits, *csms, learns=learns, **settings)))
            return stands[-1]  # type: ignore[return-value] # every Stand in this list is a Rig

        SCENARIOS[scenario](begin)  # type: ignore[arg-type] # a rig has what scenarios need of a stage
    return run_of(*stands)


def run_of(*stands: Stand) -> Run:
    """Return the findings, events and errors of some mocks that have stopped."""
    return Run(
        tuple(finding for stand in stands for finding in stand.found),
        tuple(event for stand in stands for event in stand.events),
        tuple(text for stand in stands for text in stand.accidents),
    )


def _names(seen: Seen) -> tuple[str, ...]:
    return seen.action, f"{seen.action}.{seen.detail}", f"{seen.action}.{seen.sort}", "*"


def is_exercised(check: Check, occasions: Set[Occasion]) -> bool:
    """Whether one of these occasions exercises this check.

    For a check of faults, a message of a good station counts if a bad station could have sent the fault instead.
    """
    right = [(kind.removeprefix(BROKEN), action) for kind, action in check.on]
    return any(FAULTS.get(occasion[0], occasion) in occasions for occasion in right)
