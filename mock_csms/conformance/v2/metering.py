"""Wrong meter values: which values, of which context, and what registers show (checks M01, M02, M06, M07, M09 to M13).

Those about times are in metering_times.
"""

from collections.abc import Iterable

from mock_csms.conformance.facts import Known
from mock_csms.conformance.facts.clock import told_at
from mock_csms.conformance.facts.v2.meters import PERIODIC, MeterReading, Place, is_later, registers_of, samples_of
from mock_csms.conformance.subject import ERROR, INFO, WARNING, Done, Later, Said, Subject, Wrong
from mock_csms.conformance.v2.transactions import once
from mock_csms.twin.seen import Seen, call, when
from mock_csms.twin.v2.transactions import transaction_in

METERING = Subject("metering")
CLOCK, TRIGGERED = "Sample.Clock", "Trigger"
_MEANT = {CLOCK, TRIGGERED, PERIODIC}
"""The contexts of the values that AlignedDataCtrlr.Measurands is about; by default they are periodic."""

_EVENT, _VALUES = call("TransactionEvent"), call("MeterValues")
_STARTED, _UPDATED, _ENDED = (call(f"TransactionEvent.{kind}") for kind in ("Started", "Updated", "Ended"))


@METERING.check("M01", "E01.FR.09", ERROR, "Started has meter values with the context Transaction.Begin", _STARTED)
@once
def begin_values(seen: Seen, known: Known) -> Said:
    """A start on a known EVSE without values of Transaction.Begin, though TxStartedMeasurands wants some."""
    is_wanted = "evse" in seen.payload and known.meters.settings(known).started
    if not is_wanted or "Transaction.Begin" in samples_of(seen.payload, known).contexts:
        return None
    return "Started without meter values of the context Transaction.Begin"


@METERING.check("M02", "E06.FR.11", ERROR, "Ended has meter values with the context Transaction.End", _ENDED)
@once
def end_values(seen: Seen, known: Known) -> Said:
    """An end without values of Transaction.End, though TxEndedMeasurands wants some."""
    transaction = transaction_in(seen.payload, known)
    is_somewhere = "evse" in seen.payload or (transaction is not None and transaction.evse is not None)
    if (
        not is_somewhere
        or not known.meters.settings(known).ended
        or "Transaction.End" in samples_of(seen.payload, known).contexts
    ):
        return None
    return "Ended without meter values of the context Transaction.End"


@METERING.check(
    "M06", "J02.FR.11", ERROR, "meter values have the configured measurands", _UPDATED, _VALUES, when("due")
)
def configured_measurands(seen: Seen, known: Known) -> Said:
    """A measurand that nobody asked for; or one that is missing, and does not come with the same time either."""
    if seen.kind == "due":
        return Wrong(seen.request, severity=WARNING, why="it may be one that cannot be measured there")
    payload, wanted = seen.payload, known.meters.settings(known)
    if seen.action == "MeterValues":
        names = wanted.aligned if _MEANT & samples_of(payload, known).contexts else None
    else:
        names = wanted.updated if payload["triggerReason"] == "MeterValuePeriodic" else None
    if not names or not payload.get("meterValue"):
        return None
    sent = samples_of(payload, known).measurands
    return None if sent == names else _others(seen, known, sent, names)


def _others(seen: Seen, known: Known, sent: frozenset[str], names: frozenset[str]) -> Said:
    """Judge another set of measurands; values may be split over messages of one time (J02.FR.14)."""
    payload = seen.payload
    stamp = payload["meterValue"][0]["timestamp"]
    at = told_at(stamp, known)
    if at is None or at < known.meters.retimed_at + known.terms.tolerance:
        return None
    if sent - names:
        return f"{', '.join(sorted(sent - names))} is not one of the configured measurands"
    if seen.action == "MeterValues":
        place, last = payload["evseId"], known.meters.aligned.get(payload["evseId"])
    else:
        transaction = transaction_in(payload, known)
        place, last = payload["transactionInfo"]["transactionId"], transaction.sampled if transaction else None
    if last == stamp or place == 0:
        return Done((place, stamp))
    return Later(f"no values of {', '.join(sorted(names - sent))}", known.terms.patience, (place, stamp))


def _is_odd(seen: Seen, known: Known) -> bool:
    """Whether a message is worth a second look: registers that show more than before are not."""
    registers = known.meters.registers
    for place, reading in registers_of(seen, known):
        last = registers.get(place)
        if last is not None and (reading.value < last.value or reading.stamp < last.stamp):
            return True
    return len(seen.payload["meterValue"]) > 1


def _falls(seen: Seen, known: Known) -> Iterable[tuple[Place, MeterReading, MeterReading]]:
    """Yield the registers that show less than before, or more than later ones; rounded ones by more than that."""
    within: dict[Place, MeterReading] = {}
    for place, reading in registers_of(seen, known):
        last = within.get(place) or known.meters.registers.get(place)
        within[place] = reading
        if last is None or last.stamp == reading.stamp:
            continue
        slack = 10.0 if last.is_kilo is not reading.is_kilo else 0.01
        one, two = (last, reading) if is_later(reading.stamp, last.stamp) else (reading, last)
        if two.value < one.value - slack and is_later(two.stamp, one.stamp):
            yield place, one, two


@METERING.check("M07", "J02.FR.16-17", ERROR, "energy registers do not go back", _EVENT, _VALUES)
def registers_rise(seen: Seen, known: Known) -> Said:
    """A register that shows less than before in one transaction, or outside of them (J02.FR.16).

    That it begins anew with another transaction is not forbidden, and only advised against (J02.FR.17): an info.
    """
    if "meterValue" not in seen.payload or not _is_odd(seen, known):
        return None
    return [_fall(*each) for each in _falls(seen, known)]


def _fall(place: Place, one: MeterReading, two: MeterReading) -> Wrong:
    text = f"{place[1]} of EVSE {place[0]} fell from {one.value:g} to {two.value:g}"
    if one.transaction != two.transaction:
        why = "this is only advised against (J02.FR.17)"
        return Wrong(f"{text}: it begins anew with another transaction", severity=INFO, why=why)
    return Wrong(text if one.is_kilo is two.is_kilo else f"{text}; only one of them was told in thousands (kWh)")


@METERING.check("M09", "J02.FR.22", INFO, "meter values are those of the transaction's own EVSE", _EVENT)
def own_meter(seen: Seen, known: Known) -> Said:
    """A register that falls to what the meter of another EVSE shows."""
    if "meterValue" not in seen.payload or len(known.meters.registers) < 2 or not _is_odd(seen, known):
        return None
    for (evse, *what), _, two in _falls(seen, known):
        for (other, *its), last in known.meters.registers.items():
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
def triggered_context(seen: Seen, known: Known) -> Said:
    """Values of another context, soon after they were asked for."""
    found = {*samples_of(seen.payload, known).contexts} if is_asked_for(seen, known) else set()
    if seen.action == "MeterValues":
        found.discard(CLOCK)
    found.discard(TRIGGERED)
    return f"triggered values of the context {' and '.join(sorted(found))}" if found else None


def is_asked_for(seen: Seen, known: Known) -> bool:
    """Whether values are those that the CSMS triggered: the first ones of their EVSE since."""
    if seen.action != "MeterValues":
        return bool(seen.payload["triggerReason"] == "Trigger")
    given = known.commands.agreed.get("TriggerMessage")
    wanted = known.triggers.open.get("MeterValues")
    if given is None or given.request.get("requestedMessage") != "MeterValues" or wanted is None:
        return False
    return seen.at - given.at < known.terms.patience and seen.payload["evseId"] not in wanted.places


@METERING.check("M11", "J02.FR.21", ERROR, "meter values are signed if SignReadings is true", _EVENT, _VALUES)
def values_signed(seen: Seen, known: Known) -> Said:
    """No signedMeterValue, or a public key that is not as PublicKeyWithSignedMeterValue wants it."""
    payload, wanted = seen.payload, known.meters.settings(known)
    is_aligned = seen.action == "MeterValues" or payload["triggerReason"] == "MeterValueClock"
    if not (wanted.is_aligned_signed if is_aligned else wanted.is_signed) or not payload.get("meterValue"):
        return None
    samples = [sample for value in payload["meterValue"] for sample in value["sampledValue"]]
    signed = [sample["signedMeterValue"] for sample in samples if "signedMeterValue" in sample]
    if not signed:
        return "no signedMeterValue, although SignReadings is true"
    has_key = any(each.get("publicKey") for each in signed)
    if (wanted.public_key == "Never" and has_key) or (wanted.public_key == "EveryMeterValue" and not has_key):
        return f"{'a' if has_key else 'no'} publicKey, although PublicKeyWithSignedMeterValue is {wanted.public_key}"
    return None


@METERING.check("M12", "J01.FR.02", WARNING, "meter values name an existing EVSE, or 0", _VALUES)
def known_meter(seen: Seen, known: Known) -> Said:
    """The values of an EVSE that was never reported."""
    evse, statuses, boots = seen.payload["evseId"], known.connectors.statuses, known.boots
    if evse == 0 or (evse, 1) in statuses or not statuses or evse in known.connectors.evses:
        return None
    is_sure = known.reports.is_trusted or seen.at - (boots.accepted_at or seen.at) > known.terms.patience
    return f"there is no EVSE {evse}" if is_sure else None


@METERING.check("M13", "E02.FR.18", INFO, "numberOfPhasesUsed is reported when charging starts", _UPDATED, _STARTED)
@once
def phases_told(seen: Seen, known: Known) -> Said:
    """No numberOfPhasesUsed of a station that has told it before."""
    if not known.transactions.tells_phases:
        return None
    info, transaction = seen.payload["transactionInfo"], transaction_in(seen.payload, known)
    if info.get("chargingState") != "Charging" or "numberOfPhasesUsed" in seen.payload:
        return None
    if transaction is None or (transaction.charging_state != "Charging" and transaction.is_next(seen.payload["seqNo"])):
        return f"transaction {info['transactionId']} charges without numberOfPhasesUsed"
    return None
