"""Which meter values a station must report, and the last values of its registers."""

from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from operator import itemgetter
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import UNSET, Bounded, Mutable, Record, bounded, field
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.variables import Variables

REGISTER = "Energy.Active.Import.Register"
PERIODIC = "Sample.Periodic"
MOST_READINGS = 500
_WATT_HOURS: Json = {"unit": "Wh"}

Place: TypeAlias = tuple[int, str, str, str]
"""EVSE, measurand, phase and location of a register."""


class MeterReading(Record, gc=False):
    """The value of a register."""

    value: float
    """The value in the unit without its multiplier, for instance in Wh."""
    is_kilo: bool
    """Whether the station sent the value with another multiplier, for instance in kWh."""
    stamp: str
    """The timestamp of the value, as sent."""
    transaction: str
    """The id of its transaction; empty if it came in MeterValues."""


MeterReadings: TypeAlias = Sequence[tuple[Place, MeterReading]]
"""The readings of all registers in a message."""


class MeterSettings(Record):
    """The variables of a station about meter values; None for an unknown variable, so that no check uses it."""

    started: frozenset[str] | None
    """SampledDataCtrlr.TxStartedMeasurands."""
    updated: frozenset[str] | None
    """SampledDataCtrlr.TxUpdatedMeasurands."""
    ended: frozenset[str] | None
    """SampledDataCtrlr.TxEndedMeasurands."""
    aligned: frozenset[str] | None
    """AlignedDataCtrlr.Measurands."""
    interval: float | None
    """SampledDataCtrlr.TxUpdatedInterval, in seconds."""
    aligned_interval: float | None
    """AlignedDataCtrlr.Interval, in seconds."""
    is_signed: bool | None
    """SampledDataCtrlr.SignReadings."""
    is_aligned_signed: bool | None
    """AlignedDataCtrlr.SignReadings."""
    is_idle_only: bool | None
    """AlignedDataCtrlr.SendDuringIdle."""
    public_key: str | None
    """OCPPCommCtrlr.PublicKeyWithSignedMeterValue."""


Pair: TypeAlias = tuple[str | None, str | None]
"""The measurand and the context of a value, as sent; None for an absent field."""


class Samples(Record):
    """The kinds of values in a message."""

    pairs: Sequence[Pair]
    """The measurand and the context of each value."""
    contexts: frozenset[str]
    """All contexts."""
    measurands: frozenset[str]
    """All measurands."""
    registers: tuple[int, ...]
    """The positions of the registers among the values."""


ONLY_PERIODIC, ONLY_CLOCK = frozenset({PERIODIC}), frozenset({"Sample.Clock"})
_pair_of = itemgetter("measurand", "context")
NO_SAMPLES = Samples([], frozenset(), frozenset(), ())


class Meters(Mutable):
    """The meter values that the station must report, and the last values of its registers."""

    registers: Bounded[Place, MeterReading] = bounded(MOST_READINGS)
    """The last reading of each register."""
    retimed_at: float = 0.0
    """When a variable was last set."""
    aligned: dict[int, str] = field(default_factory=dict)
    """The timestamp of the last MeterValues of each EVSE."""
    cached: MeterSettings | None = None
    """The settings, until a variable changes."""
    payload: Any = None
    """The message that `samples` and `readings` were computed from; all checks share them."""
    samples: Samples = NO_SAMPLES
    """The kinds of values in that message."""
    readings: MeterReadings | None = None
    """The registers in that message; None until a check asks for them."""

    def settings(self, variables: Variables) -> MeterSettings:
        """Return the settings of the station for meter values."""
        if self.cached is None:
            self.cached = _settings(variables)
        return self.cached

    def interval(self, variables: Variables) -> float | None:
        """Return TxUpdatedInterval in seconds; None if it is not known, or no measurand is configured for it."""
        settings = self.settings(variables)
        return settings.interval if settings.updated else None


def _settings(variables: Variables) -> MeterSettings:
    sampled, aligned = "SampledDataCtrlr", "AlignedDataCtrlr"

    def measurands(component: str, variable: str) -> frozenset[str] | None:
        several = variables.several(component, variable)
        if variables.switch(component, "Enabled") is False or variables.switch(component, "Available") is False:
            return None
        return None if several is None else frozenset(several)

    return MeterSettings(
        measurands(sampled, "TxStartedMeasurands"),
        measurands(sampled, "TxUpdatedMeasurands"),
        measurands(sampled, "TxEndedMeasurands"),
        measurands(aligned, "Measurands"),
        variables.number(sampled, "TxUpdatedInterval"),
        variables.number(aligned, "Interval"),
        variables.switch(sampled, "SignReadings"),
        variables.switch(aligned, "SignReadings"),
        variables.switch(aligned, "SendDuringIdle"),
        variables.text("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue"),
    )


def kinds_in(values: list[Json], meters: Meters) -> Samples:
    """Return the kinds of values in a `meterValue`. Mostly they are those of the previous message, which are reused."""
    samples = values[0]["sampledValue"] if len(values) == 1 else [s for value in values for s in value["sampledValue"]]
    try:
        pairs = [*map(_pair_of, samples)]
    except KeyError:
        pairs = [(each.get("measurand"), each.get("context")) for each in samples]
    if pairs != meters.samples.pairs:
        meters.samples = _kinds(tuple(pairs))
    return meters.samples


@lru_cache(maxsize=256)
def _kinds(pairs: tuple[Pair, ...]) -> Samples:
    """Return the kinds of values; stations that send the same kinds share the result."""
    names = [measurand or REGISTER for measurand, _ in pairs]
    registers = tuple(number for number, name in enumerate(names) if name.endswith(".Register"))
    contexts = frozenset(context or PERIODIC for _, context in pairs)
    return Samples([*pairs], contexts, frozenset(names), registers)


def registers_in(values: list[Json], which: tuple[int, ...], evse: int, transaction: str) -> MeterReadings:
    """Return the values of the registers in a `meterValue`; `which` has their positions among all values."""
    samples = values[0]["sampledValue"] if len(values) == 1 else [s for value in values for s in value["sampledValue"]]
    stamps = None if len(values) == 1 else [value["timestamp"] for value in values for _ in value["sampledValue"]]
    found = []
    for number in which:
        sample, stamp = samples[number], stamps[number] if stamps else values[0]["timestamp"]
        unit = sample.get("unitOfMeasure", _WATT_HOURS)
        power = 0 if unit == _WATT_HOURS else _power(unit)
        shown = sample["value"] * 10.0**power if power else sample["value"]
        if isfinite(shown):
            place = (evse, sample.get("measurand", REGISTER), sample.get("phase", ""), sample.get("location", "Outlet"))
            found.append((place, MeterReading(shown, power != 0, stamp, transaction)))
    return found


def typed_place(sample: Any, evse: int) -> Place:
    """Return the place of a typed sampled value (`protocol/typed.py`) of a register."""
    measurand, phase, location = sample.measurand, sample.phase, sample.location
    return (
        evse,
        REGISTER if measurand is UNSET else measurand,
        "" if phase is UNSET else phase,
        "Outlet" if location is UNSET else location,
    )


def typed_reading(sample: Any, stamp: str, transaction: str) -> MeterReading:
    """Return the reading of a typed sampled value, in the same form as `registers_in`."""
    unit, power = sample.unitOfMeasure, 0
    if unit is not UNSET and (unit.unit != "Wh" or unit.multiplier is not UNSET):
        power = _bounded_power(
            0 if unit.multiplier is UNSET else unit.multiplier, "Wh" if unit.unit is UNSET else unit.unit
        )
    return MeterReading(sample.value * 10.0**power if power else sample.value, power != 0, stamp, transaction)


def _power(unit: Json) -> int:
    """Return the power of ten in a unit; 0 if it is absurdly large or small."""
    return _bounded_power(unit.get("multiplier", 0), unit.get("unit", "Wh"))


def _bounded_power(multiplier: int, unit: str) -> int:
    power = multiplier + (3 if unit[:1] == "k" else 0)
    return power if -30 < power < 30 else 0


def is_later(one: str, two: str) -> bool:
    """Whether the first timestamp is not before the second; False if one of them does not parse."""
    if len(one) == len(two) and one[-1:] == two[-1:] == "Z":
        return one >= two
    first, second = seconds_of(one), seconds_of(two)
    return first is not None and second is not None and first >= second
