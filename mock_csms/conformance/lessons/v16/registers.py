"""Learns the values that meters have reported."""

from collections.abc import Iterator, Sequence
from math import isfinite

from mock_csms.conformance.facts.v16.registers import Register
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call

REGISTERS = Subject("registers")
ENERGY = "Energy.Active.Import.Register"
PERIODIC = "Sample.Periodic"
_FACTORS = {"Wh": 1.0, "kWh": 1000.0, "varh": 1.0, "kvarh": 1000.0}
_UNITS = {
    "Energy.Active": ("Wh", "kWh"),
    "Energy.Reactive": ("varh", "kvarh"),
    "Power.Active": ("W", "kW"),
    "Power.Reactive": ("var", "kvar"),
    "Power.Offered": ("W", "kW", "VA", "kVA", "A"),
    "Current": ("A",),
    "Voltage": ("V",),
    "SoC": ("Percent",),
    "Temperature": ("Celsius", "Celcius", "Fahrenheit", "K"),
}
"""The units of measurands, by the beginning of their names."""


def units_of(measurand: str) -> Sequence[str] | None:
    """Return the units of a measurand; None if the measurand has no defined unit."""
    return next((units for kind, units in _UNITS.items() if measurand.startswith(kind)), None)


def factor_of(sample: Json) -> float:
    """Return how many Wh or varh the unit of a register has."""
    return _FACTORS.get(sample.get("unit", "Wh"), 1.0)


def readings_in(payload: Json) -> Iterator[tuple[Register, float, str]]:
    """Yield the readings of registers in MeterValues: place, value in Wh or varh, and timestamp; others are skipped."""
    for value in payload["meterValue"]:
        for sample in value["sampledValue"]:
            name, number = sample.get("measurand", ENERGY), _number(sample)
            if name.endswith(".Register") and number is not None and "." in name:
                place = (payload["connectorId"], name, sample.get("phase", ""), sample.get("location", "Outlet"))
                yield place, number * factor_of(sample), value["timestamp"]


def _number(sample: Json) -> float | None:
    if sample.get("format", "Raw") != "Raw":
        return None
    try:
        value = float(sample["value"])
    except ValueError:
        return None
    return value if isfinite(value) else None


@REGISTERS.learn(call("MeterValues"))
def shown(seen: Seen, station: KnownStation16) -> None:
    """Note meter values."""
    meters, id_ = station.meters, str(seen.payload.get("transactionId", ""))
    for place, value, stamp in readings_in(seen.payload):
        meters.shown[place] = value, stamp, id_
    samples = (sample for value in seen.payload["meterValue"] for sample in value["sampledValue"])
    running = station.running_at(seen.payload["connectorId"])
    if running is not None and any(sample.get("context", PERIODIC) == PERIODIC for sample in samples):
        meters.sampled_at.renew(running.id, seen.at)


@REGISTERS.learn(call("StopTransaction"))
def ended(seen: Seen, station: KnownStation16) -> None:
    """Note the meter reading at the end of a transaction."""
    transaction = station.transactions.by_id.get(str(seen.payload["transactionId"]))
    if transaction is not None and transaction.evse is not None:
        station.meters.stopped[transaction.evse] = seen.payload["meterStop"]
