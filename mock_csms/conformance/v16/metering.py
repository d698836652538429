"""Checks of meter values of OCPP 1.6 (checks 6M)."""

import re
from collections.abc import Iterator
from math import gcd

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.lessons.v16.registers import ENERGY, PERIODIC, readings_in, units_of
from mock_csms.conformance.subject import ERROR, INFO, OF_V16, WARNING, CheckResult, Done, Due, Later, Subject, Wrong
from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, response, result

METERING = Subject("metering", OF_V16, "v16")
METER, START, STOP = "MeterValues", "StartTransaction", "StopTransaction"
CHARGING = ("Charging", "SuspendedEV", "SuspendedEVSE", None)
"""The statuses during a transaction; None if there is none."""
CLOCK, TRIGGER = "Sample.Clock", "Trigger"
_DECIMAL = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_QUARTER = 900
"""All time zones differ from UTC by a multiple of this, in seconds."""


def samples_in(payload: Json) -> Iterator[Json]:
    """Yield all sampled values of MeterValues, or of the transactionData of a StopTransaction."""
    for value in payload.get("meterValue") or payload.get("transactionData") or ():
        yield from value["sampledValue"]


def contexts_in(payload: Json) -> set[str]:
    """Return the contexts of all sampled values."""
    return {sample.get("context", PERIODIC) for sample in samples_in(payload)}


def _interval(station: KnownStation16) -> float:
    """Return the interval of periodic values; 0 if they are not sent, or it is not known."""
    return (station.number("MeterValueSampleInterval") or 0.0) if station.names("MeterValuesSampledData") else 0.0


@METERING.check(
    "6M01", "1.6 errata 3.15", ERROR, "periodic values come at MeterValueSampleInterval during a transaction",
    response(START), call(STOP),
)  # fmt: skip
def samples_regularly(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a transaction without periodic values in an interval plus the set time. Silent if its keys are unknown."""
    id_, interval = str(seen.payload["transactionId"]), _interval(station)
    if seen.kind == "call":
        return Done(id_)
    return (
        Later("", interval + station.terms.patience, id_)
        if interval and station.trail.refused.get(id_) is None
        else None
    )


@METERING.deadline("6M01")
def did_not_sample(due: Due, station: KnownStation16) -> CheckResult:
    """Judge whether values came in the last interval, and set the next deadline."""
    interval, transaction = _interval(station), station.transactions.running.get(due.key)
    if not interval or transaction is None or transaction.seems_over:
        return None
    if station.status_of(transaction.evse or 0) not in CHARGING:
        return None
    limit, last = interval + station.terms.patience, station.meters.sampled_at.get(due.key, 0.0)
    if last + limit > due.at:
        return Later("", last + limit - due.at, due.key)
    told = due.text == "told" or station.is_unclear
    text = f"no periodic values of transaction {due.key} came for more than {interval:g} s"
    return [Later("told", limit, due.key), *([] if told else [text])]


@METERING.check(
    "6M02", "1.6 3.16.2", ERROR, "clock-aligned values are taken at multiples of ClockAlignedDataInterval", call(METER)
)
def is_aligned(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report clock-aligned values whose time is not a multiple of the interval after midnight."""
    interval = station.number("ClockAlignedDataInterval")
    if not interval or interval != int(interval) or interval < 1:
        return None
    step = gcd(int(interval), _QUARTER)  # midnight of the station's time zone counts
    for value in seen.payload["meterValue"]:
        at = seconds_of(value["timestamp"])
        is_of_clock = any(sample.get("context") == CLOCK for sample in value["sampledValue"])
        off = None if at is None else min(at % step, step - at % step)
        if is_of_clock and off is not None and off > station.terms.tolerance:
            return f"{value['timestamp'][:40]} is no multiple of {interval:g} s"
    return None


@METERING.check(
    "6M03", "1.6 9.1.17", ERROR, "periodic values have the measurands of MeterValuesSampledData", call(METER)
)
def has_its_measurands(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a measurand that is in no configured list; a missing measurand is a warning."""
    wanted, aligned = station.names("MeterValuesSampledData"), station.names("MeterValuesAlignedData")
    if not wanted or contexts_in(seen.payload) != {PERIODIC} or "transactionId" not in seen.payload:
        return None
    sent = {sample.get("measurand", ENERGY) for sample in samples_in(seen.payload)}
    others = sent - wanted - (aligned or set())
    if others and aligned is not None:
        return f"not configured: {', '.join(sorted(others)[:5])}"
    missing = ", ".join(sorted(wanted - sent)[:5])
    return Wrong(f"missing: {missing}", severity=WARNING, why="it may not be measurable now") if missing else None


@METERING.check("6M04", "1.6 7.31", ERROR, "registers do not fall within a transaction", call(METER))
def registers_do_not_fall(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a register below its last value, or below meterStart, in the same transaction."""
    id_ = str(seen.payload.get("transactionId", ""))
    transaction = station.transactions.running.get(id_)
    for place, value, stamp in readings_in(seen.payload):
        before, at, of = station.meters.shown.get(place, (value, stamp, ""))
        is_later = (seconds_of(stamp) or 0.0) > (seconds_of(at) or 0.0)
        if id_ and of == id_ and is_later and value < before:
            return f"{place[1]} falls from {before:g} to {value:g} in transaction {id_}"
        is_main = transaction is not None and place[1:] == (ENERGY, "", "Outlet")
        if is_main and transaction is not None and value + 1 < (transaction.register or 0.0):
            return f"{place[1]} is {value:g}, but meterStart was {transaction.register:g}"
    return None


@METERING.check(
    "6M05", "1.6 3.16.5, errata 3.14", ERROR,
    "transactionData has the values of StopTxnSampledData and StopTxnAlignedData",
    call(STOP),
)  # fmt: skip
def has_its_data(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report transactionData although both lists are empty; a warning if values of begin or end are missing."""
    sampled, aligned = station.names("StopTxnSampledData"), station.names("StopTxnAlignedData")
    if sampled is None or aligned is None:
        return None
    if not sampled and not aligned:
        return "transactionData is sent, but both lists are empty" if seen.payload.get("transactionData") else None
    missing = {"Transaction.Begin", "Transaction.End"} - contexts_in(seen.payload) if sampled else set()
    text = f"transactionData has no values of {' and '.join(sorted(missing))}"
    return Wrong(text, severity=WARNING, why="they are only recommended") if missing else None


@METERING.check(
    "6M06", "1.6 5.17, 7.35", WARNING, "triggered values have the context Trigger",
    result("TriggerMessage", "ExtendedTriggerMessage"), call(METER),
)  # fmt: skip
def says_it_was_triggered(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report MeterValues after an accepted trigger if none of them has the context Trigger."""
    if seen.kind == "call":
        return Done() if TRIGGER in contexts_in(seen.payload) else None
    is_it = seen.request["requestedMessage"] == METER and seen.payload["status"] == "Accepted"
    return Later(str(seen.at), station.terms.patience) if is_it else None


@METERING.deadline("6M06")
def was_not_said(due: Due, station: KnownStation16) -> CheckResult:
    """Judge the contexts, if values came right after the answer; 6F01 reports missing values.

    Later values may be periodic ones.
    """
    asked = station.asked.open.get(METER)
    is_soon = asked is not None and bool(asked.came) and asked.came_at - float(due.text) <= station.terms.tolerance
    return "MeterValues came after the trigger, but none with the context Trigger" if is_soon else None


@METERING.check("6M07", "1.6 7.42, 7.43", ERROR, "values are decimal numbers, or signed data in hex", call(METER, STOP))
def values_are_numbers(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report a value that is not a number. For signed data that is not hex it is a warning: many vendors send texts."""
    for sample in samples_in(seen.payload):
        value, is_signed = sample["value"], sample.get("format") == "SignedData"
        if not is_signed and not _DECIMAL.fullmatch(value):
            return f"the value is {value[:40]!r}"
        if is_signed and set(value) - set("0123456789abcdefABCDEF"):
            return Wrong(f"signed data is {value[:20]!r}", severity=WARNING, why="the form of signed data differs")
    return None


@METERING.check(
    "6M08", "1.6 4.7, errata 3.16", WARNING, "MeterValues have the transactionId of a running transaction", call(METER)
)
def names_the_transaction(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report values without a transactionId while a transaction runs, and values of connector 0 with one."""
    number, id_ = seen.payload["connectorId"], seen.payload.get("transactionId")
    if number == 0:
        return None if id_ is None else f"connector 0 has the transactionId {id_}"
    running = station.running_at(number)
    if id_ is not None or running is None or contexts_in(seen.payload) != {PERIODIC}:
        return None
    return f"transactionId is absent, but transaction {running.id} runs at connector {number}"


@METERING.check(
    "6M09", "1.6 7.45, OCPP-J 1.6 errata 2.1", WARNING, "the unit of a value fits its measurand", call(METER, STOP)
)
def units_fit(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report a unit that does not fit the measurand. The old spelling Celcius is an info."""
    for sample in samples_in(seen.payload):
        name, unit = sample.get("measurand", ENERGY), sample.get("unit")
        units = units_of(name)
        if unit == "Celcius":
            return Wrong("the unit is Celcius", severity=INFO, why="an old schema spells it so")
        if unit is not None and units is not None and unit not in units:
            return f"{name} has the unit {unit}"
    return None
