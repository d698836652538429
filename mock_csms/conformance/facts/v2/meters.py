"""What is known of the meters of a station: what they are to tell, and what their registers showed last."""

from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, Record, bounded, field
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.transactions import evse_in

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

METERS = Subject("meters")
REGISTER = "Energy.Active.Import.Register"
PERIODIC = "Sample.Periodic"
_MOST = 500
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

    registers: Bounded[Place, MeterReading] = bounded(_MOST)
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

    def settings(self, known: "Known") -> MeterSettings:
        """Return what the station is to tell."""
        if self.cached is None:
            self.cached = _settings(known)
        return self.cached

    def interval(self, known: "Known") -> float | None:
        """Return TxUpdatedInterval, where there are values to be told with it."""
        settings = self.settings(known)
        return settings.interval if settings.updated else None


def _settings(known: "Known") -> MeterSettings:
    variables, sampled, aligned = known.variables, "SampledDataCtrlr", "AlignedDataCtrlr"

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


@METERS.learn(call("NotifyReport"), result("GetVariables", "SetVariables"))
def changed(seen: Seen, known: "Known") -> None:
    """Variables are told or set: what is wanted is read anew."""
    known.meters.cached = None
    if seen.action == "SetVariables":
        known.meters.retimed_at = seen.at


def samples_of(payload: Json, known: "Known") -> Samples:
    """Return the kinds of values in a message."""
    meters = known.meters
    if meters.payload is payload:
        return meters.samples
    values = payload.get("meterValue")
    if not values:
        return NO_SAMPLES
    meters.payload, meters.readings = payload, None
    return kinds_in(values, meters)


def is_of_clock(payload: Json, known: "Known") -> bool:
    """Whether all values of a message are clock-aligned."""
    return samples_of(payload, known).contexts == ONLY_CLOCK


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


def registers_of(seen: Seen, known: "Known") -> MeterReadings:
    """Return the registers in a message; without an EVSE it is not known whose they are."""
    payload, meters = seen.payload, known.meters
    which = samples_of(payload, known).registers
    if not which:
        return ()
    if meters.readings is None:
        values = payload["meterValue"]
        if seen.action == "MeterValues":
            meters.readings = registers_in(values, which, payload["evseId"], "")
        else:
            evse = evse_in(payload, known)
            id_ = payload["transactionInfo"]["transactionId"]
            meters.readings = registers_in(values, which, evse, id_) if evse is not None else ()
    return meters.readings


@METERS.learn(call("TransactionEvent", "MeterValues"))
def shown(seen: Seen, known: "Known") -> None:
    """Registers were told; what is older than what is known, be it told late, changes nothing."""
    if "meterValue" not in seen.payload:
        return
    registers, aligned = known.meters.registers, known.meters.aligned
    if seen.action == "MeterValues" and (len(aligned) < _MOST or seen.payload["evseId"] in aligned):
        aligned[seen.payload["evseId"]] = seen.payload["meterValue"][0]["timestamp"]
    for place, reading in registers_of(seen, known):
        last = registers.get(place)
        if last is None or is_later(reading.stamp, last.stamp):
            registers[place] = reading
    known.meters.payload = known.meters.readings = None
