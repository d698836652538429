"""What is known of the meters of a station: what they are to tell, and what their registers showed last."""

from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from operator import itemgetter
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, Record, bounded, field
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.variables import Variables

REGISTER = "Energy.Active.Import.Register"
PERIODIC = "Sample.Periodic"
MOST_READINGS = 500
_WATT_HOURS: Json = {"unit": "Wh"}

Place: TypeAlias = tuple[int, str, str, str]
"""EVSE, measurand, phase and location."""


class MeterReading(Record, gc=False):
    """What a register showed: the value, whether it was in thousands of its unit, and in which transaction."""

    value: float
    is_kilo: bool
    stamp: str
    transaction: str


MeterReadings: TypeAlias = Sequence[tuple[Place, MeterReading]]
"""The registers in a message."""


class MeterSettings(Record):
    """What the variables say about meter values; None where that is not known, and nothing can be judged by it."""

    started: frozenset[str] | None
    updated: frozenset[str] | None
    ended: frozenset[str] | None
    aligned: frozenset[str] | None
    interval: float | None
    aligned_interval: float | None
    is_signed: bool | None
    is_aligned_signed: bool | None
    is_idle_only: bool | None
    public_key: str | None


Pair: TypeAlias = tuple[str | None, str | None]
"""The measurand and the context of a value, where they are told."""


class Samples(Record):
    """What kinds of values a message has: their contexts, their measurands, and which of them are registers."""

    pairs: Sequence[Pair]
    contexts: frozenset[str]
    measurands: frozenset[str]
    registers: tuple[int, ...]


ONLY_PERIODIC, ONLY_CLOCK = frozenset({PERIODIC}), frozenset({"Sample.Clock"})
_pair_of = itemgetter("measurand", "context")
NO_SAMPLES = Samples([], frozenset(), frozenset(), ())


class Meters(Mutable):
    """What the meters are to tell, and what they told last."""

    registers: Bounded[Place, MeterReading] = bounded(MOST_READINGS)
    """The last reading of each register."""
    retimed_at: float = 0.0
    """When a variable was set last."""
    aligned: dict[int, str] = field(default_factory=dict)
    """The time of the last MeterValues of each EVSE."""
    cached: MeterSettings | None = None
    """What is to be told, as long as no variable changes."""
    payload: Any = None
    """The message whose samples and readings are worked out, once for all checks."""
    samples: Samples = NO_SAMPLES
    readings: MeterReadings | None = None

    def settings(self, variables: Variables) -> MeterSettings:
        """Return what the station is to tell."""
        if self.cached is None:
            self.cached = _settings(variables)
        return self.cached

    def interval(self, variables: Variables) -> float | None:
        """Return TxUpdatedInterval, where there are values to be told with it."""
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
    """Return the kinds of values in a `meterValue`: most often those of the message before."""
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
    """Return the kinds of values; one and the same for all stations that tell the same ones."""
    names = [measurand or REGISTER for measurand, _ in pairs]
    registers = tuple(number for number, name in enumerate(names) if name.endswith(".Register"))
    contexts = frozenset(context or PERIODIC for _, context in pairs)
    return Samples([*pairs], contexts, frozenset(names), registers)


def registers_in(values: list[Json], which: tuple[int, ...], evse: int, transaction: str) -> MeterReadings:
    """Return the registers in a `meterValue`, by their places among all samples."""
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


def _power(unit: Json) -> int:
    """Return the power of ten of a unit; what is out of all bounds is taken for none."""
    power: int = unit.get("multiplier", 0) + (3 if unit.get("unit", "Wh")[:1] == "k" else 0)
    return power if -30 < power < 30 else 0


def is_later(one: str, two: str) -> bool:
    """Whether a time is surely not before another one; what is no time is not."""
    if len(one) == len(two) and one[-1:] == two[-1:] == "Z":
        return one >= two
    first, second = seconds_of(one), seconds_of(two)
    return first is not None and second is not None and first >= second
