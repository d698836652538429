"""A fast path for heartbeats and periodic values in which no check can find anything.

These are most of the messages of a station; values may also come again unchanged. The conditions here say when certain
checks find nothing. If one does not hold, all checks look at the message. Most conditions concern more than numbers:
they are tested once, for a `Course`, and then hold for all later values that differ only in digits, until another
message comes. The other conditions are tested each time. A test runs all checks on these messages too, and compares the
findings.
"""

import re
from typing import Any

import orjson

from mock_csms.conformance.facts.message_ids import NO_MARK
from mock_csms.conformance.facts.v2.meters import (
    ONLY_PERIODIC,
    MeterReadings,
    Samples,
    kinds_in,
    typed_place,
    typed_reading,
)
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.heartbeats import beats
from mock_csms.conformance.lessons.v2.memory import use
from mock_csms.protocol.actions import HEARTBEAT, Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.outlines import outline_of
from mock_csms.protocol.records import Mutable
from mock_csms.protocol.times import seconds_of, usual_seconds_of
from mock_csms.twin.transactions import ReportedEvent, Transaction
from mock_csms.twin.v2.details import TRANSACTION_EVENT
from mock_csms.twin.v2.energy import register_in
from mock_csms.twin.v2.transactions import PERIODIC

_HEARTBEAT_AGAIN = ("F01", ("again", HEARTBEAT))
"""The deadline of check F01 for a heartbeat that may have come before the answer to its trigger."""
_DIGITS = b"0."
"""Digits and the dot, as they are in an outline."""
_has_braces = re.compile(rb"\{\}").search
_PAYLOAD = b",{"
_OLD = 86_400.0
"""If repeated values are older than so many seconds, the checks look at their age."""
_QUOTES = 4
"""The number of quotes that a call has around its id and its action."""
_RARE = {"stoppedReason", "remoteStartId", "numberOfPhasesUsed", "reservationId"}
"""Fields that few events have, but that checks learn from."""


class Course(Mutable):
    """What all periodic values of a transaction have in common, until another message of the station comes."""

    transaction: Transaction
    """The transaction."""
    outline: bytes
    """The outline of the last message."""
    shape: bytes
    """The outline of the messages without digits and dots."""
    evse: Any
    """The typed evse in the messages; UNSET if they have none."""
    samples: Samples
    """The kinds of their values."""
    interval: float
    """The seconds from one message to the next; 0 if not known."""
    second: str = ""
    """The last timestamp, up to its seconds."""
    second_at: float = 0.0
    """That timestamp as seconds since 1970."""


def is_expected(call: Call, at: float, station: KnownStation, courses: dict[str, Course]) -> bool:
    """Return whether no check can find anything in a call that came at `at`; if so, note its facts.

    The call has no violations, and came as text. The caller notes that it is open (`connections.calls`). `courses` has
    the courses of the station by transactionId; the owner clears them at every message except heartbeats, periodic
    values and the answers to them.
    """
    if call.typed is None:  # R18, R20: a typed heartbeat is empty
        return False
    if call.action == TRANSACTION_EVENT:
        return _follow(call, at, station, courses)
    return call.action == HEARTBEAT and _beat(call, at, station)


def _beat(call: Call, at: float, station: KnownStation) -> bool:
    """Return whether a heartbeat comes from an accepted station while nothing is open; if so, note its facts."""
    if station.triggers.open or station.deadlines.get(_HEARTBEAT_AGAIN) or not beats(call, at, station):  # F01
        return False
    if station.memory.fresh is not None:
        use(call.id, NO_MARK, station)
    return True


def _follow(call: Call, at: float, station: KnownStation, courses: dict[str, Course]) -> bool:
    """Return whether periodic values continue a course without errors; if so, learn from them."""
    typed = call.typed
    id_, number = typed.transactionInfo.transactionId, typed.seqNo
    transaction = station.transactions.by_id.get(id_)
    if transaction is None:  # X01
        return False
    is_new = number == transaction.highest + 1  # X03
    if not (is_new or _repeats_the_last(call, transaction)):
        return False
    course, outline = courses.get(id_), outline_of(call)
    if course is None or course.evse != typed.evse or (outline != course.outline and not _is_like(outline, course)):
        course = _course_of(call, outline, station)
        if course is None:
            return False
        courses[id_] = course
    if not (_is_next(course, call, at, station) if is_new else _is_in_time(course, call, at, station)):
        return False
    readings = _rising_in(typed, course, station)
    if readings is None or not station.exchanges.ids.add(call.id, number):  # R05
        return False
    _go_on(course, call, at, station)
    registers = station.meters.registers
    for place, reading in readings:
        dict.__setitem__(registers, place, reading)  # the key exists already, so the bounded dict need not drop another
    return True


def _repeats_the_last(call: Call, transaction: Transaction) -> bool:
    """Whether an event repeats the last event of its transaction unchanged.

    Such a repeat is allowed, and only the fact that it came is noted (`ReportedEvent.attempts`). After the mock has
    refused an event, the checks look at all repeats: `_is_usual`, X18.
    """
    text, number = call.text, call.typed.seqNo
    last = transaction.events.get(number) if number == transaction.highest else None
    return last is not None and last.text.endswith(text[text.find(_PAYLOAD) :])


def _is_like(outline: bytes, course: Course) -> bool:
    """Whether a message differs from the others of its course in digits only, in their values or their number."""
    if outline.translate(None, _DIGITS) != course.shape:
        return False
    course.outline = outline
    return True


def _course_of(message: Call, outline: bytes, station: KnownStation) -> Course | None:
    """Return the course of a message; None if anything except its numbers may be wrong."""
    payload = message.payload
    info, values, meters = payload["transactionInfo"], payload.get("meterValue", ()), station.meters
    transaction = station.transactions.by_id[info["transactionId"]]
    if not (_is_going_on(transaction, payload, info) and _is_usual(message.text, payload, station)):  # X01
        return None
    settings = meters.settings(station.variables)
    if len(values) != 1 or settings.is_signed:  # M08, M11
        return None
    samples = kinds_in(values, meters)
    if samples.contexts != ONLY_PERIODIC or (settings.updated and samples.measurands != settings.updated):
        return None  # M03, M04, M06
    interval = settings.interval if settings.updated else None
    shape = outline.translate(None, _DIGITS)
    return Course(transaction, outline, shape, message.typed.evse, samples, interval or 0.0)


def _is_going_on(transaction: Transaction, payload: Json, info: Json) -> bool:
    """Whether periodic values belong to a running transaction, and nothing is new in them except meter values."""
    state = info.get("chargingState")
    return not (
        payload["eventType"] != "Updated"
        or payload["triggerReason"] != PERIODIC
        or transaction.ended_by is not None  # X05
        or transaction.connector is None  # X13
        or (transaction.register is None and register_in(payload) is not None)  # the twin learns it
        or ("evse" in payload and not _is_at(transaction, payload["evse"]))  # X15
        or (state is not None and (state != transaction.charging_state or state == "SuspendedEVSE"))  # M13, X19
        or payload.get("offline")
        or not _RARE.isdisjoint(info)  # X07
        or "idToken" in payload
        or not _RARE.isdisjoint(payload)
    )


def _is_at(transaction: Transaction, place: Json) -> bool:
    here = transaction.connector
    return bool(place["id"] == transaction.evse and place.get("connectorId", here) == here)


def _is_usual(text: bytes, payload: Json, station: KnownStation) -> bool:
    """Whether a message is written in the usual way, and no check waits for another message of the station."""
    boots = station.boots
    return not (
        not text.isascii()  # T11, also the next line
        or b"\\" in text
        or text.count(b'"') != orjson.dumps(payload).count(b'"') + _QUOTES  # R20
        or _has_braces(text)  # R11
        or boots.due  # B01
        or (boots.status != "Accepted" and (boots.count or boots.status))  # B02, B03
        or station.triggers.open
        or station.transactions.trouble_at  # X18
    )


def _is_next(course: Course, call: Call, at: float, station: KnownStation) -> bool:
    """Whether values are current, and are the next ones of their course."""
    typed, transaction, connections, terms = call.typed, course.transaction, station.connections, station.terms
    stamp, tolerance, offset = typed.timestamp, terms.tolerance, terms.clock_offset
    taken = _seconds_of(stamp, course)
    return not (
        taken is None
        or stamp < transaction.stamp  # X04, also the next line
        or len(stamp) != len(transaction.stamp)
        or typed.meterValue[0].timestamp != stamp  # M08
        or not -tolerance <= at - taken + offset <= tolerance  # R18
        or taken - offset < connections.opened_at  # X16, X17
        or connections.calls  # R06
        or not call.id.isascii()  # T11
        or (course.interval and not _is_due(course, taken, tolerance))
    )


def _is_in_time(course: Course, call: Call, at: float, station: KnownStation) -> bool:
    """Whether repeated values come at a time at which no check is interested in them. They keep their old timestamp."""
    typed, connections, terms = call.typed, station.connections, station.terms
    taken, tolerance = _seconds_of(typed.timestamp, course), terms.tolerance
    return not (
        taken is None
        or typed.meterValue[0].timestamp != typed.timestamp  # M08
        or not -tolerance <= at - taken + terms.clock_offset <= _OLD  # R18
        or connections.is_outage(taken - terms.clock_offset, tolerance)  # X16
        or ("X17", course.transaction.id) in station.deadlines
        or connections.calls  # R06
        or not call.id.isascii()  # T11
    )


def _seconds_of(stamp: str, course: Course) -> float | None:
    """Return a timestamp as `usual_seconds_of` does. Its second is parsed only once for all messages within it."""
    if stamp[:19] == course.second and len(stamp) == 24 and stamp[20:23].isdecimal():  # the outline has dot and Z
        return course.second_at + int(stamp[20:23]) / 1000
    at = usual_seconds_of(stamp)
    if at is not None:
        course.second, course.second_at = stamp[:19], usual_seconds_of(f"{stamp[:19]}Z") or 0.0
    return at


def _is_due(course: Course, at: float, tolerance: float) -> bool:
    """Whether the interval has just passed (M03)."""
    since = seconds_of(course.transaction.sampled or "")
    return since is not None and -tolerance <= at - since - course.interval <= tolerance


def _rising_in(typed: Any, course: Course, station: KnownStation) -> MeterReadings | None:
    """Return the readings of the registers if none is lower than before; else None."""
    stamp, before, transaction = typed.timestamp, station.meters.registers, course.transaction
    samples, readings = typed.meterValue[0].sampledValue, []
    for number in course.samples.registers:
        reading = typed_reading(samples[number], stamp, transaction.id)
        place = typed_place(samples[number], transaction.evse or 0)
        last = before.get(place)
        if last is None or reading.value < last.value or stamp < last.stamp:  # M07, M09
            return None
        if len(stamp) != len(last.stamp) or last.stamp[-1] != "Z":
            return None
        readings.append((place, reading))
    return readings


def _go_on(course: Course, call: Call, at: float, station: KnownStation) -> None:
    """Note that a transaction continues."""
    typed, transaction, connections, is_offline = call.typed, course.transaction, station.connections, False
    number, stamp, id_ = typed.seqNo, typed.timestamp, call.id
    connections.heard_at = at
    station.exchanges.note(at)
    if station.memory.fresh is not None:
        use(id_, number, station)
    station.meters.samples = course.samples
    told = ReportedEvent(stamp, "Updated", PERIODIC, is_offline, id_, call.text, at, connections.opened)
    before = transaction.events.get(number) if number == transaction.highest else None
    if before is not None and before.connection == connections.opened:
        told.attempts = before.attempts + 1
    transaction.events[number] = told
    transaction.highest, transaction.stamp, transaction.sampled = number, stamp, stamp
