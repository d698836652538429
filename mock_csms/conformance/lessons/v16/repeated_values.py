"""A fast path for heartbeats of OCPP 1.6 in which no check can find anything, and for their answers.

A test runs all checks on these messages too, and compares the findings.
"""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.judging import Courses
from mock_csms.conformance.lessons.heartbeats import beats, note_time
from mock_csms.protocol.actions import HEARTBEAT, Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Sent


def is_expected(call: Call, at: float, station: KnownStation16, _: Courses) -> bool:
    """Return whether no check can find anything in a call that came at `at`; if so, note its facts.

    The call has no violations, and came as text. The caller notes that it is open (`connections.calls`).
    """
    # R18, R20, 6R11: a typed heartbeat is empty, and is no null
    return call.typed is not None and call.action == HEARTBEAT and not station.asked.open and beats(call, at, station)


def is_acknowledged(event: Sent, station: KnownStation16) -> bool:
    """Return whether a message answers a heartbeat; if so, note the answer."""
    answers, message = event.answers, event.message
    if answers is None or answers.action != HEARTBEAT or event.fault or event.violations or station.unsound:
        return False
    if type(message) is not Result:
        return False
    station.connections.calls.pop(answers.id, None)
    note_time(event.at, message.payload, station)
    return True


def is_acknowledgement(call: Call, _: Json, __: KnownStation16) -> bool:
    """Return whether no check can find anything in an answer without violations."""
    return call.action == HEARTBEAT


def note_acknowledgement(_: Call, at: float, payload: Json, station: KnownStation16) -> None:
    """Learn from such an answer, sent at `at`."""
    note_time(at, payload, station)
