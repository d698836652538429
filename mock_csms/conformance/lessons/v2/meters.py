"""Learns about the meters of a station: the required meter values, and the last values of the registers."""

from mock_csms.conformance.facts.v2.meters import (
    MOST_READINGS,
    NO_SAMPLES,
    ONLY_CLOCK,
    MeterReadings,
    Samples,
    is_later,
    kinds_in,
    registers_in,
)
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.transactions import evse_in

METERS = Subject("meters")


@METERS.learn(call("NotifyReport"), result("GetVariables", "SetVariables"))
def changed(seen: Seen, station: KnownStation) -> None:
    """Note that variables were reported or set, so that the settings must be read again."""
    station.meters.cached = None
    if seen.action == "SetVariables":
        station.meters.retimed_at = seen.at


def samples_of(payload: Json, station: KnownStation) -> Samples:
    """Return the kinds of values in a message."""
    meters = station.meters
    if meters.payload is payload:
        return meters.samples
    values = payload.get("meterValue")
    if not values:
        return NO_SAMPLES
    meters.payload, meters.readings = payload, None
    return kinds_in(values, meters)


def is_of_clock(payload: Json, station: KnownStation) -> bool:
    """Whether all values of a message are clock-aligned."""
    return samples_of(payload, station).contexts == ONLY_CLOCK


def registers_of(seen: Seen, station: KnownStation) -> MeterReadings:
    """Return the readings of the registers in a message; empty if the EVSE is not known."""
    payload, meters = seen.payload, station.meters
    which = samples_of(payload, station).registers
    if not which:
        return ()
    if meters.readings is None:
        values = payload["meterValue"]
        if seen.action == "MeterValues":
            meters.readings = registers_in(values, which, payload["evseId"], "")
        else:
            evse = evse_in(payload, station)
            id_ = payload["transactionInfo"]["transactionId"]
            meters.readings = registers_in(values, which, evse, id_) if evse is not None else ()
    return meters.readings


@METERS.learn(call("TransactionEvent", "MeterValues"))
def shown(seen: Seen, station: KnownStation) -> None:
    """Note the registers that the station reports. A reading that is older than the last one changes nothing."""
    if "meterValue" not in seen.payload:
        return
    registers, aligned = station.meters.registers, station.meters.aligned
    if seen.action == "MeterValues" and (len(aligned) < MOST_READINGS or seen.payload["evseId"] in aligned):
        aligned[seen.payload["evseId"]] = seen.payload["meterValue"][0]["timestamp"]
    for place, reading in registers_of(seen, station):
        last = registers.get(place)
        if last is None or is_later(reading.stamp, last.stamp):
            registers[place] = reading
    station.meters.payload = station.meters.readings = None
