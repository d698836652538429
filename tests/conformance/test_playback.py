"""The checks report the same for the events of a run and for the trace of these events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO

import pytest

from mock_csms.commands.tracereading import Reading
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.exercised import Exercised
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.occasions import EXERCISES, is_in_a_trace
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.station.state import Habit
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.frames import Frames
from mock_csms.watch.trace import Trace
from tests.conformance.forge import Forge
from tests.conformance.live import perform
from tests.conformance.witness import OF_201, TERMS
from tests.station.performances import EVERY_KIND, SCENARIOS, scenarios_of

SEEN = [check for check in CHECKS.values() if is_in_a_trace(check)]


class Tape(Sink):
    """A sink that keeps everything in memory."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.data = b""

    def write(self, piece: bytes) -> None:
        """Keep the bytes."""
        self.data += piece


def recorded(events: Iterable[Event]) -> bytes:
    """Return the trace of events."""
    tape, bus = Tape(), Bus()
    Trace(bus, Frames(bus), tape)
    for event in events:
        bus.publish(event)
    return tape.data


def read(data: bytes) -> list[Event]:
    """Return the events in a trace; reading must raise no complaint."""
    complaints: list[str] = []
    events = list(Reading("trace", complaints.append).events(BytesIO(data)))
    assert complaints == []
    return events


def found(events: Iterable[Event]) -> Counter[tuple[str, tuple[str, ...]]]:
    """Return the checks that report something, with the message of each finding, and their number."""
    inspector = Inspector(SEEN, TERMS)
    return Counter((each.check, each.messages) for event in events for each in inspector.look_at(event))


def to_the_last_frame(events: Sequence[Event]) -> Sequence[Event]:
    """Return events up to the last frame: a trace does not have the silence after it."""
    last = max((at for at, event in enumerate(events) if isinstance(event, Received | Sent)), default=-1)
    return events[: last + 1]


@EVERY_KIND
def test_a_misbehaviour_is_found_in_its_trace(kind: str) -> None:
    """For the trace of a misbehaviour the checks report the same as for its events, up to the last frame."""
    for scenario in scenarios_of(kind)[:1]:
        events = to_the_last_frame(perform(scenario, Habit(kind)).events)
        assert found(read(recorded(events))) == found(events)


# Which checks are exercised.


def exercised(events: Iterable[Event]) -> set[str]:
    """Return the checks that events exercise."""
    watched = Exercised()
    inspector = Inspector(CHECKS.values(), TERMS, exercised=watched)
    for event in events:
        inspector.look_at(event)
    return watched.ids


@EVERY_KIND
def test_a_finding_exercises_its_check(kind: str) -> None:
    """A check that reports something counts as exercised, even if the table does not say so."""
    for scenario in scenarios_of(kind)[:1]:
        events = perform(scenario, Habit(kind)).events
        assert {id_ for id_, _ in found(events)} <= exercised(events)


def test_the_table_is_about_checks() -> None:
    """Each row of the table belongs to a check that exists."""
    assert EXERCISES.keys() - CHECKS.keys() == set()


def test_good_stations_exercise_most_checks() -> None:
    """The scenarios of a good station exercise at least three quarters of the checks."""
    ids = {id_ for name in SCENARIOS for id_ in exercised(perform(name).events)}
    assert len(ids) >= 0.75 * len(OF_201), sorted(CHECKS.keys() - ids)


@pytest.mark.parametrize("seed", range(20))
def test_random_events_raise_no_error(seed: int) -> None:
    """Random events raise no error while the exercised checks are recorded, and recording changes no finding."""
    events = list(Forge(seed).events(150))
    assert exercised(events) <= CHECKS.keys()
    plain = Inspector(CHECKS.values(), TERMS)
    watched = Inspector(CHECKS.values(), TERMS, exercised=Exercised())
    for event in events:
        assert list(plain.look_at(event)) == list(watched.look_at(event))
