"""Checks of the times of meter values: too early, too late, missing, or not aligned to the clock (M03 to M05, M08)."""

from math import gcd

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.meters import PERIODIC
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import may_wait
from mock_csms.conformance.lessons.v2.meters import is_of_clock, samples_of
from mock_csms.conformance.subject import ERROR, INFO, CheckResult, Wrong
from mock_csms.conformance.v2.metering import CLOCK, METERING, is_asked_for
from mock_csms.conformance.v2.transaction_order import times_rise
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.transactions import transaction_in

_STARTED, _UPDATED, _ENDED = (call(f"TransactionEvent.{kind}") for kind in ("Started", "Updated", "Ended"))
_VALUES = call("MeterValues")
_SAMPLED = {PERIODIC, CLOCK}
_TAKES = {"Charging", "SuspendedEV"}
_MAY_HAVE_CHANGED = "the station may have changed its interval by itself"


@METERING.check(
    "M03", "J02.FR.11", ERROR, "periodic meter values come every TxUpdatedInterval", _UPDATED, _ENDED, implies=("X17",)
)
def periodic_values(seen: Seen, station: KnownStation) -> CheckResult:
    """Report periodic values with a wrong context, before their interval is over, or missing while a vehicle charges.

    M04 reports clock-aligned values with the trigger for periodic ones.
    """
    is_periodic = seen.payload["triggerReason"] == "MeterValuePeriodic"
    if seen.detail == "Updated" and (not is_periodic or is_of_clock(seen.payload, station)):
        return None
    if is_periodic and "meterValue" in seen.payload:
        others = samples_of(seen.payload, station).contexts - _SAMPLED
        if others:
            return f"periodic values of the context {' and '.join(sorted(others))}"
    interval, transaction = station.meters.interval(station.variables), transaction_in(seen.payload, station)
    if not interval or transaction is None or not transaction.is_next(seen.payload["seqNo"]):
        return None
    return _spacing(seen, station, transaction, interval)


def _spacing(seen: Seen, station: KnownStation, transaction: Transaction, interval: float) -> CheckResult:
    """Judge the time since the last periodic values, or since the start, within one connection.

    If the CSMS did not set the interval, the finding is an info: somebody may have changed it at the station.
    """
    last, tolerance = transaction.sampled or transaction.started, station.terms.tolerance
    at, since = mock_time_of(seen.payload["timestamp"], station), mock_time_of(last or "", station)
    if at is None or since is None or interval - tolerance <= at - since <= interval + tolerance:
        return None
    if at == since or since < station.meters.retimed_at + tolerance:
        return None
    text = f"{at - since:.0f} s after {last}, but TxUpdatedInterval is {interval:.0f} s"
    severity = None if station.variables.is_given("SampledDataCtrlr", "TxUpdatedInterval") else INFO
    if at - since < interval:
        is_early = transaction.sampled and seen.detail == "Updated"
        return Wrong(f"periodic values {text}", severity=severity, why=_MAY_HAVE_CHANGED) if is_early else None
    if transaction.charging_state not in _TAKES or transaction.evse is None:
        return None
    online_since = max(station.connections.opened_at, station.boots.accepted_at or 0.0)
    is_of_line = since > online_since and not seen.payload.get("offline")
    return Wrong(f"no periodic values until {text}", severity=severity, why=_MAY_HAVE_CHANGED) if is_of_line else None


@METERING.check(
    "M04",
    "J01.FR.14, J01.FR.22, J02.FR.11",
    ERROR,
    "clock-aligned meter values come at multiples of the interval, with the right context",
    _UPDATED,
    _VALUES,
)
def aligned_values(seen: Seen, station: KnownStation) -> CheckResult:
    """Report clock-aligned values with another context or trigger, or at a time that is no multiple of the interval.

    MeterValues of the context Sample.Periodic are always wrong: periodic values come in TransactionEvents (J02.FR.11).
    Other contexts name another occasion than the clock, which is allowed (J01.FR.08).
    """
    payload, is_alone = seen.payload, seen.action == "MeterValues"
    if not payload.get("meterValue") or is_asked_for(seen, station):
        return None
    found = samples_of(payload, station).contexts
    if is_alone:
        return f"MeterValues of the context {PERIODIC}" if PERIODIC in found else _boundary(seen, station)
    if payload["triggerReason"] == "MeterValueClock":
        others = " and ".join(sorted(found))
        return _boundary(seen, station) if CLOCK in found else f"clock-aligned values of the context {others}"
    is_both = payload["triggerReason"] == "MeterValuePeriodic" and PERIODIC in found  # one event has one trigger
    is_wrong = CLOCK in found and not is_both
    return f"values of the context {CLOCK} with the trigger {payload['triggerReason']}" if is_wrong else None


def _boundary(seen: Seen, station: KnownStation) -> CheckResult:
    """Judge the times by boundaries that hold in every time zone: time zones differ by whole quarters of an hour."""
    interval, tolerance = station.meters.settings(station.variables).aligned_interval, station.terms.tolerance
    step = gcd(int(interval), 900) if interval else 0
    if step <= 2 * tolerance:
        return None
    for value in seen.payload.get("meterValue", ()):
        at = mock_time_of(value["timestamp"], station)
        is_aligned = any(each.get("context") == CLOCK for each in value["sampledValue"])
        if at is None or not is_aligned or at < station.meters.retimed_at + tolerance:
            continue
        if tolerance < (at + station.terms.clock_offset) % step < step - tolerance:
            is_given = station.variables.is_given("AlignedDataCtrlr", "Interval")  # if not, it may have changed since
            text = f"{value['timestamp']} is not aligned to {interval:.0f} s"
            return Wrong(text, severity=None if is_given else INFO, why=_MAY_HAVE_CHANGED)
    return None


@METERING.check(
    "M05",
    "J01.FR.20",
    ERROR,
    "with SendDuringIdle no clock-aligned values during a transaction",
    call("TransactionEvent.Changed"),
    _VALUES,
)
def only_when_idle(seen: Seen, station: KnownStation) -> CheckResult:
    """Report clock-aligned values while a transaction runs, if SendDuringIdle is true."""
    payload = seen.payload
    if not station.meters.settings(station.variables).is_idle_only or not payload.get("meterValue"):
        return None
    if seen.action != "MeterValues":
        return "clock-aligned values in a transaction" if payload["triggerReason"] == "MeterValueClock" else None
    if CLOCK not in samples_of(payload, station).contexts or may_wait(station, seen.at):
        return None
    at = mock_time_of(payload["meterValue"][0]["timestamp"], station)
    for each in station.transactions.open_at():
        began = mock_time_of(each.started or "", station)
        if at is not None and began is not None and began + station.terms.tolerance < at:
            return f"clock-aligned values of EVSE {payload['evseId']} while {each.id} runs"
    return None


@METERING.check(
    "M08", "J02.FR.10", ERROR, "meter values in an event carry the event's time", _STARTED, _UPDATED, implies=("M07",)
)
def values_of_now(seen: Seen, station: KnownStation) -> CheckResult:
    """Report values that are newer than their event, or older than one interval if the event has several values."""
    stamp, values = seen.payload["timestamp"], seen.payload.get("meterValue")
    if not values or (len(values) == 1 and values[0]["timestamp"] == stamp) or times_rise(seen, station):
        return None  # X04 reports the event: its own time is wrong
    event, tolerance = mock_time_of(stamp, station), station.terms.tolerance
    interval = station.meters.interval(station.variables) if len(values) > 1 else None
    for value in values:
        at = mock_time_of(value["timestamp"], station)
        if at is None or event is None:
            continue
        if at > event + tolerance:
            return f"values of {value['timestamp']} in an event of {stamp}"
        if interval and at <= event - interval - tolerance:
            return f"values of {value['timestamp']}, which is more than {interval:.0f} s before the event"
    return None
