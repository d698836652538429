"""A fast path for heartbeats and periodic values of OCPP 1.6 in which no check finds anything, and for their answers.

The conditions for values say when the checks find nothing. Those that do not depend on digits are tested once, and hold
for all later values of the transaction that differ only in digits, until another message comes (`PeriodicValues`). A
test runs all checks on these messages too, and compares the findings.
"""

import re

import orjson

from mock_csms.conformance.facts.message_ids import NO_MARK
from mock_csms.conformance.facts.v16.registers import Register
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.judging import Courses
from mock_csms.conformance.lessons.heartbeats import beats, note_time
from mock_csms.conformance.lessons.v16.registers import ENERGY, PERIODIC, factor_of, units_of
from mock_csms.protocol.actions import HEARTBEAT, Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.outlines import outline_of
from mock_csms.protocol.records import Record
from mock_csms.protocol.times import usual_seconds_of
from mock_csms.twin.events import Sent
from mock_csms.twin.transactions import Transaction

_METER = "MeterValues"
_is_plain = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII).fullmatch
_QUOTES = 4
"""The number of quotes that a call has around its id and its action."""


class PeriodicValues(Record):
    """What all periodic values of a transaction have in common, until another message of the station comes."""

    outline: bytes
    """The outline of the messages."""
    connector: int
    registers: tuple[tuple[int, Register, float], ...]
    """The position of each register among the values, its place, and how many Wh or varh its unit has."""
    main: int | None
    """Which of the registers shows the energy of the transaction."""
    transaction: Transaction | None
    """The transaction that the values name, if it runs."""
    running: Transaction | None
    """The transaction that runs at the connector."""


def is_expected(call: Call, at: float, station: KnownStation16, courses: Courses) -> bool:
    """Return whether no check can find anything in a call that came at `at`; if so, note its facts.

    The call has no violations, and came as text. The caller notes that it is open (`connections.calls`).
    """
    if call.typed is None or station.asked.open:  # R18, R20, 6R11: a typed heartbeat is empty, and is no null
        return False
    if call.action == _METER:
        return _follow(call, at, station, courses)
    return call.action == HEARTBEAT and beats(call, at, station)


def _follow(call: Call, at: float, station: KnownStation16, courses: Courses) -> bool:
    """Return whether periodic values continue a course without errors; if so, learn from them."""
    typed, text, connections = call.typed, call.text, station.connections
    id_, stamp = typed.transactionId, typed.meterValue[0].timestamp
    if not text.isascii() or connections.calls or usual_seconds_of(stamp) is None:  # T11, R06, R18
        return False
    outline, course = outline_of(call), courses.get(id_)
    if course is None or course.outline != outline or course.connector != typed.connectorId:
        course = courses[id_] = _course_of(call, outline, station)
    if course is None:
        return False
    samples, shown = typed.meterValue[0].sampledValue, station.meters.shown
    readings = [float(samples[number].value) * factor for number, _, factor in course.registers]
    least = (course.transaction.register if course.transaction else None) or 0.0
    for (_, place, _), reading in zip(course.registers, readings, strict=True):
        before = shown.get(place)
        if reading < least or (before is not None and reading < before[0]):  # 6M04
            return False
    if not station.exchanges.ids.add(call.id, NO_MARK):  # R05
        return False
    for (_, place, _), reading in zip(course.registers, readings, strict=True):
        shown[place] = reading, stamp, str(id_)
    if course.running is not None:
        station.meters.sampled_at.renew(course.running.id, at)
    if course.transaction is not None and course.main is not None:
        course.transaction.meter = readings[course.main]
    connections.heard_at = at
    station.exchanges.note(at)
    return True


def _course_of(call: Call, outline: bytes, station: KnownStation16) -> PeriodicValues | None:
    """Return the course of a message; None if anything except the numbers may be wrong."""
    payload, text = call.payload, call.text
    number, id_, boots = payload["connectorId"], payload.get("transactionId"), station.boots
    samples, running = payload["meterValue"][0]["sampledValue"], station.running_at(number)
    if (
        boots.due  # B01
        or boots.status != "Accepted"  # B02, B03
        or text.count(b'"') != orjson.dumps(payload).count(b'"') + _QUOTES  # R20
        or len(payload["meterValue"]) != 1
        or number <= 0  # 6B06, 6M08
        or station.is_unknown(number)
        or id_ in (None, -1)  # 6X03, 6M08
        or not (str(id_) in station.trail.given or _may_be_older(station, running))  # 6X02
        or not all(_is_usual(sample) for sample in samples)
        or not _is_complete(samples, station)  # 6M03
    ):
        return None
    return _with_registers(outline, number, samples, station.transactions.running.get(str(id_)), running)


def _with_registers(
    outline: bytes, number: int, samples: list[Json], transaction: Transaction | None, running: Transaction | None
) -> PeriodicValues | None:
    """Return a course with the registers among the samples; None if phases tell some of them apart."""
    registers: list[tuple[int, Register, float]] = []
    main: int | None = None
    for position, sample in enumerate(samples):
        name, location = sample.get("measurand", ENERGY), sample.get("location", "Outlet")
        if not name.endswith(".Register"):
            continue
        if "phase" in sample:  # it ends with a digit
            return None
        if (name, location) == (ENERGY, "Outlet"):
            main = len(registers)
        registers.append((position, (number, name, "", location), factor_of(sample)))
    return PeriodicValues(outline, number, tuple(registers), main, transaction, running)


def _may_be_older(station: KnownStation16, running: Transaction | None) -> bool:
    """Return whether a transaction with an unknown id may have begun before this run of the mock."""
    free = [station.places.free_at.get(number) for number in station.numbers]
    return running is None and (not free or None in free)


def _is_usual(sample: Json) -> bool:
    """Return whether a sampled value is a plain periodic one, whose unit fits (6M02, 6M04, 6M06, 6M07, 6M09)."""
    unit, units = sample.get("unit"), units_of(sample.get("measurand", ENERGY))
    return (
        sample.get("context", PERIODIC) == PERIODIC
        and sample.get("format", "Raw") == "Raw"
        and _is_plain(sample["value"]) is not None
        and (unit is None or units is None or unit in units)
    )


def _is_complete(samples: list[Json], station: KnownStation16) -> bool:
    """Return whether the values have the measurands that are configured, as far as that is known."""
    wanted = station.names("MeterValuesSampledData")
    return not wanted or {sample.get("measurand", ENERGY) for sample in samples} == wanted


def is_acknowledged(event: Sent, station: KnownStation16) -> bool:
    """Return whether a message is a usual answer to a heartbeat or to values; if so, note the answer."""
    answers, message = event.answers, event.message
    if answers is None or event.fault or event.violations or station.unsound or type(message) is not Result:
        return False
    if not is_acknowledgement(answers, message.payload, station):
        return False
    station.connections.calls.pop(answers.id, None)
    note_acknowledgement(answers, event.at, message.payload, station)
    return True


def is_acknowledgement(call: Call, _: Json, __: KnownStation16) -> bool:
    """Return whether no check can find anything in an answer without violations."""
    return call.action in (HEARTBEAT, _METER)


def note_acknowledgement(call: Call, at: float, payload: Json, station: KnownStation16) -> None:
    """Learn from such an answer, sent at `at`."""
    if call.action == HEARTBEAT:
        note_time(at, payload["currentTime"], station)
    else:
        station.exchanges.called_at = at
