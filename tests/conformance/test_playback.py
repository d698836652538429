"""A trace is judged as its run was: what the checks find in the events, they find in the trace of the events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO

import pytest

from mock_csms.commands.tracereading import Reading
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.v2.occasions import EXERCISES, is_in_a_trace
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.station.state import Habit
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.frames import Frames
from mock_csms.watch.trace import Trace
from tests.conformance.forge import Forge
from tests.conformance.live import perform
from tests.conformance.witness import TERMS
from tests.station.performances import EVERY_KIND, SCENARIOS, scenarios_of

SEEN = [check for check in CHECKS.values() if is_in_a_trace(check)]


class Tape(Sink):
    """Keeps in memory what is written."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.data = b""

    def write(self, piece: bytes) -> None:
        """Keep it."""
        self.data += piece


def recorded(events: Iterable[Event]) -> bytes:
    """Return the trace of events."""
    tape, bus = Tape(), Bus()
    Trace(bus, Frames(bus), tape)
    for event in events:
        bus.publish(event)
    return tape.data


def read(data: bytes) -> list[Event]:
    """Return the events in a trace, which has nothing wrong in it."""
    complaints: list[str] = []
    events = list(Reading("trace", complaints.append).events(BytesIO(data)))
    assert complaints == []
    return events


def found(events: Iterable[Event]) -> Counter[tuple[str, tuple[str, ...]]]:
    """Return the checks that find something in events, with the messages concerned."""
    inspector = Inspector(SEEN, TERMS)
    return Counter((each.check, each.messages) for event in events for each in inspector.look_at(event))


def to_the_last_frame(events: Sequence[Event]) -> Sequence[Event]:
    """Return events without the silence at their end, which is not in a trace."""
    last = max((at for at, event in enumerate(events) if isinstance(event, Received | Sent)), default=-1)
    return events[: last + 1]


@EVERY_KIND
def test_a_misbehaviour_is_found_in_its_trace(kind: str) -> None:
    """All that the checks find up to the last frame, they find again, and nothing else."""
    for scenario in scenarios_of(kind)[:2]:
        events = to_the_last_frame(perform(scenario, Habit(kind)).events)
        assert found(read(recorded(events))) == found(events)


# What exercises a check.


def exercised(events: Iterable[Event]) -> set[str]:
    """Return the checks that events exercise."""
    watched = Exercised()
    inspector = Inspector(CHECKS.values(), TERMS, exercised=watched)
    for event in events:
        inspector.look_at(event)
    return watched.ids


@EVERY_KIND
def test_a_finding_exercises_its_check(kind: str) -> None:
    """A check that finds something has judged something; the row of the table cannot say otherwise."""
    for scenario in scenarios_of(kind)[:1]:
        events = perform(scenario, Habit(kind)).events
        assert {id_ for id_, _ in found(events)} <= exercised(events)


def test_the_table_is_about_checks() -> None:
    """Each row is that of a check."""
    assert EXERCISES.keys() - CHECKS.keys() == set()


def test_good_stations_exercise_most_checks() -> None:
    """In all scenarios together most checks look at what they could object to: the table is not too narrow."""
    ids = {id_ for name in SCENARIOS for id_ in exercised(perform(name).events)}
    assert len(ids) >= 0.75 * len(CHECKS), sorted(CHECKS.keys() - ids)


@pytest.mark.parametrize("seed", range(20))
def test_no_event_is_an_accident(seed: int) -> None:
    """Whatever happens, somebody can tell what it exercises; the findings are the same."""
    events = list(Forge(seed).events(150))
    assert exercised(events) <= CHECKS.keys()
    plain = Inspector(CHECKS.values(), TERMS)
    watched = Inspector(CHECKS.values(), TERMS, exercised=Exercised())
    for event in events:
        assert list(plain.look_at(event)) == list(watched.look_at(event))
