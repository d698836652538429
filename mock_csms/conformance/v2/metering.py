"""Checks of meter values: their measurands, contexts and registers (checks M01, M02, M06, M07, M09 to M13).

The checks of their times are in metering_times.
"""

from collections.abc import Iterable

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.meters import PERIODIC, MeterReading, Place, is_later
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.meters import registers_of, samples_of
from mock_csms.conformance.subject import ERROR, INFO, WARNING, CheckResult, Done, Due, Later, Subject, Wrong
from mock_csms.conformance.v2.transactions import once
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.v2.transactions import transaction_in

METERING = Subject("metering")
CLOCK, TRIGGERED = "Sample.Clock", "Trigger"
_MEANT = {CLOCK, TRIGGERED, PERIODIC}
"""The contexts of the values that AlignedDataCtrlr.Measurands configures; values without a context are periodic."""

_EVENT, _VALUES = call("TransactionEvent"), call("MeterValues")
_STARTED, _UPDATED, _ENDED = (call(f"TransactionEvent.{kind}") for kind in ("Started", "Updated", "Ended"))


@METERING.check("M01", "E01.FR.09", ERROR, "Started has meter values with the context Transaction.Begin", _STARTED)
@once
def begin_values(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a Started on a known EVSE without values of Transaction.Begin, if TxStartedMeasurands lists any."""
    is_wanted = "evse" in seen.payload and station.meters.settings(station.variables).started
    if not is_wanted or "Transaction.Begin" in samples_of(seen.payload, station).contexts:
        return None
    return "Started without meter values of the context Transaction.Begin"


@METERING.check("M02", "E06.FR.11", ERROR, "Ended has meter values with the context Transaction.End", _ENDED)
@once
def end_values(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an Ended on a known EVSE without values of Transaction.End, if TxEndedMeasurands lists any."""
    transaction = transaction_in(seen.payload, station)
    is_somewhere = "evse" in seen.payload or (transaction is not None and transaction.evse is not None)
    if (
        not is_somewhere
        or not station.meters.settings(station.variables).ended
        or "Transaction.End" in samples_of(seen.payload, station).contexts
    ):
        return None
    return "Ended without meter values of the context Transaction.End"


@METERING.check("M06", "J02.FR.11", ERROR, "meter values have the configured measurands", _UPDATED, _VALUES)
def configured_measurands(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a measurand that is not configured, or a configured one that all messages of the same time lack."""
    payload, settings = seen.payload, station.meters.settings(station.variables)
    if seen.action == "MeterValues":
        names = settings.aligned if _MEANT & samples_of(payload, station).contexts else None
    else:
        names = settings.updated if payload["triggerReason"] == "MeterValuePeriodic" else None
    if not names or not payload.get("meterValue"):
        return None
    sent = samples_of(payload, station).measurands
    return None if sent == names else _others(seen, station, sent, names)


@METERING.deadline("M06")
def measurand_is_missing(due: Due, _: KnownStation) -> CheckResult:
    """Report the missing measurands."""
    return Wrong(due.text, severity=WARNING, why="the station may not be able to measure it there")


def _others(seen: Seen, station: KnownStation, sent: frozenset[str], names: frozenset[str]) -> CheckResult:
    """Judge a set of measurands that is not the configured one.

    Values of one time may be split over several messages (J02.FR.14).
    """
    payload = seen.payload
    stamp = payload["meterValue"][0]["timestamp"]
    at = mock_time_of(stamp, station)
    if at is None or at < station.meters.retimed_at + station.terms.tolerance:
        return None
    if sent - names:
        return f"{', '.join(sorted(sent - names))} is not a configured measurand"
    if seen.action == "MeterValues":
        place, last = payload["evseId"], station.meters.aligned.get(payload["evseId"])
    else:
        transaction = transaction_in(payload, station)
        place, last = payload["transactionInfo"]["transactionId"], transaction.sampled if transaction else None
    if last == stamp or place == 0:
        return Done((place, stamp))
    return Later(f"no values of {', '.join(sorted(names - sent))}", station.terms.patience, (place, stamp))


def _is_odd(seen: Seen, station: KnownStation) -> bool:
    """Whether a message needs a closer look: it has several values, or a register is lower or older than before."""
    registers = station.meters.registers
    for place, reading in registers_of(seen, station):
        last = registers.get(place)
        if last is not None and (reading.value < last.value or reading.stamp < last.stamp):
            return True
    return len(seen.payload["meterValue"]) > 1


def _falls(seen: Seen, station: KnownStation) -> Iterable[tuple[Place, MeterReading, MeterReading]]:
    """Yield each register that is lower than in an earlier reading or higher than in a later one, with both readings.

    If only one of the two was sent in kWh, it may be rounded and gets more tolerance.
    """
    within: dict[Place, MeterReading] = {}
    for place, reading in registers_of(seen, station):
        last = within.get(place) or station.meters.registers.get(place)
        within[place] = reading
        if last is None or last.stamp == reading.stamp:
            continue
        slack = 10.0 if last.is_kilo is not reading.is_kilo else 0.01
        one, two = (last, reading) if is_later(reading.stamp, last.stamp) else (reading, last)
        if two.value < one.value - slack and is_later(two.stamp, one.stamp):
            yield place, one, two


@METERING.check("M07", "J02.FR.16-17", ERROR, "energy registers do not go back", _EVENT, _VALUES)
def registers_rise(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a register that is lower than before, within one transaction or outside of all transactions (J02.FR.16).

    A register that starts again with another transaction is only an info: J02.FR.17 advises against it but allows it.
    So is a lower value in MeterValues after one in a transaction, or before one: MeterValues name no transaction.
    """
    if "meterValue" not in seen.payload or not _is_odd(seen, station):
        return None
    return [_fall(*each) for each in _falls(seen, station)]


def _fall(place: Place, one: MeterReading, two: MeterReading) -> Wrong:
    text = f"{place[1]} of EVSE {place[0]} fell from {one.value:g} to {two.value:g}"
    if one.transaction != two.transaction:
        named = one.transaction and two.transaction
        text += (
            ": it starts again with another transaction" if named else ", once in a transaction and once in MeterValues"
        )
        return Wrong(text, severity=INFO, why="J02.FR.17 advises against it, but allows it")
    return Wrong(text if one.is_kilo is two.is_kilo else f"{text}; only one of the two was sent in kWh")


@METERING.check("M09", "J02.FR.22", INFO, "meter values are those of the transaction's own EVSE", _EVENT)
def own_meter(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a register that drops to the value of the same register of another EVSE."""
    if "meterValue" not in seen.payload or len(station.meters.registers) < 2 or not _is_odd(seen, station):
        return None
    for (evse, *what), _, two in _falls(seen, station):
        for (other, *its), last in station.meters.registers.items():
            if other != evse and its == what and 0 < last.value <= two.value <= last.value * 1.01:
                return f"{what[0]} of EVSE {evse} is {two.value:g}, the value of EVSE {other}"
    return None


@METERING.check(
    "M10",
    "F06.FR.06",
    ERROR,
    "triggered meter values have the context Trigger",
    _VALUES,
    call("TransactionEvent.Changed"),
)
def triggered_context(seen: Seen, station: KnownStation) -> CheckResult:
    """Report triggered values with another context than Trigger; clock-aligned MeterValues are right too."""
    found = {*samples_of(seen.payload, station).contexts} if is_asked_for(seen, station) else set()
    if seen.action == "MeterValues":
        found.discard(CLOCK)
    found.discard(TRIGGERED)
    return f"triggered values of the context {' and '.join(sorted(found))}" if found else None


def is_asked_for(seen: Seen, station: KnownStation) -> bool:
    """Whether these values answer a TriggerMessage: they are the first ones of their EVSE since then."""
    if seen.action != "MeterValues":
        return bool(seen.payload["triggerReason"] == "Trigger")
    given = station.commands.agreed.get("TriggerMessage")
    settings = station.triggers.open.get("MeterValues")
    if given is None or given.request.get("requestedMessage") != "MeterValues" or settings is None:
        return False
    return seen.at - given.at < station.terms.patience and seen.payload["evseId"] not in settings.places


@METERING.check("M11", "J02.FR.21", ERROR, "meter values are signed if SignReadings is true", _EVENT, _VALUES)
def values_signed(seen: Seen, station: KnownStation) -> CheckResult:
    """Report values without signedMeterValue, or with a publicKey against PublicKeyWithSignedMeterValue.

    Silent unless SignReadings is known to be true.
    """
    payload, settings = seen.payload, station.meters.settings(station.variables)
    is_aligned = seen.action == "MeterValues" or payload["triggerReason"] == "MeterValueClock"
    if not (settings.is_aligned_signed if is_aligned else settings.is_signed) or not payload.get("meterValue"):
        return None
    samples = [sample for value in payload["meterValue"] for sample in value["sampledValue"]]
    signed = [sample["signedMeterValue"] for sample in samples if "signedMeterValue" in sample]
    if not signed:
        return "no signedMeterValue, although SignReadings is true"
    has_key = any(each.get("publicKey") for each in signed)
    if (settings.public_key == "Never" and has_key) or (settings.public_key == "EveryMeterValue" and not has_key):
        return f"{'a' if has_key else 'no'} publicKey, although PublicKeyWithSignedMeterValue is {settings.public_key}"
    return None


@METERING.check("M12", "J01.FR.02", WARNING, "meter values name an existing EVSE, or 0", _VALUES)
def known_meter(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the values of an EVSE that the station has never reported.

    Silent until the station should have reported all EVSEs after the boot, or a full report has listed them.
    """
    evse, statuses, boots = seen.payload["evseId"], station.connectors.statuses, station.boots
    if evse == 0 or (evse, 1) in statuses or not statuses or evse in station.connectors.evses:
        return None
    is_sure = station.reports.is_trusted or seen.at - (boots.accepted_at or seen.at) > station.terms.patience
    return f"there is no EVSE {evse}" if is_sure else None


@METERING.check("M13", "E02.FR.18", INFO, "numberOfPhasesUsed is reported when charging starts", _UPDATED, _STARTED)
@once
def phases_are_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a missing numberOfPhasesUsed when charging starts.

    Silent about stations that have never sent it.
    """
    if not station.transactions.tells_phases:
        return None
    info, transaction = seen.payload["transactionInfo"], transaction_in(seen.payload, station)
    if info.get("chargingState") != "Charging" or "numberOfPhasesUsed" in seen.payload:
        return None
    if transaction is None or (transaction.charging_state != "Charging" and transaction.is_next(seen.payload["seqNo"])):
        return f"transaction {info['transactionId']} charges without numberOfPhasesUsed"
    return None
