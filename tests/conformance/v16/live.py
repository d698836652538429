"""The scenarios of OCPP 1.6 over real sockets; one with the same habits runs once."""

from contextlib import ExitStack
from functools import cache
from typing import Any

from mock_csms.station.state import Habit
from tests.conformance.live import Run, run_of
from tests.conformance.v16.rig import Rig16
from tests.conformance.v16.scenarios import SCENARIOS


@cache
def perform(scenario: str, *habits: Habit) -> Run:
    """Let a 1.6 station with these habits perform a scenario at the running mock."""
    rigs: list[Rig16] = []
    with ExitStack() as stack:

        def begin(*csms: Any, **keys: Any) -> Rig16:
            rigs.append(stack.enter_context(Rig16(habits, *csms, **keys)))
            return rigs[-1]

        SCENARIOS[scenario](begin)
    return run_of(*rigs)
