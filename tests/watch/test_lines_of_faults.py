"""The console lines about faults: the effect of each, and all faults of one message."""

import pytest

from mock_csms.behavior.faults import FAULTS
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Spoiled
from mock_csms.watch.lines import describe

CALL = Call("1", "Heartbeat", {})


def line_of(fault: str) -> str:
    """Return the console line about an answer with this fault."""
    return describe(Spoiled(1.0, "CS-1", fault, Result("1", {}), CALL)).rest


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_has_its_words(kind: str) -> None:
    """The line of a fault has its effect, its attributes and its rule."""
    assert line_of(f"Heartbeat*1 {kind} seconds=1").endswith(" seconds=1 (rule Heartbeat*1)")


def test_all_faults_of_a_message_are_shown() -> None:
    """Several faults of a message are listed in order; --loss is shown as a loss by the mock itself."""
    line = line_of("Heartbeat delay seconds=1; * binary; --loss 5")
    assert line == "fault: delayed seconds=1 (rule Heartbeat); sent as binary (rule *); lost by the mock (--loss 5)"
