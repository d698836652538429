"""Series of meter values: which values belong to one time, and what they must contain (J01, J02)."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import pairwise

from mock_csms.plans.messages import Message, absent, one_of, says, some
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import sessions
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field
from mock_csms.protocol.times import seconds_of
from mock_csms.watch.inbox import Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

CLOCK, PERIODIC, BEGIN, END = "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End"
"""The contexts of meter values."""
SAMPLED, ALIGNED = "SampledDataCtrlr", "AlignedDataCtrlr"
_REGISTER = "Energy.Active.Import.Register"
_OF_THE_VEHICLE = "SoC"
"""The measurand that may be missing, because only some vehicles report it."""


class TimedValues(Record):
    """All values of one time."""

    stamp: str
    samples: list[Json] = field(default_factory=list)

    @property
    def at(self) -> float:
        """Its time, in seconds since 1970."""
        return seconds_of(self.stamp) or 0.0

    @property
    def measurands(self) -> frozenset[str]:
        """The measurands of its values."""
        return frozenset(sample.get("measurand", _REGISTER) for sample in self.samples)


# What is configured.


async def measurands(station: Station, controller: str, variable: str) -> frozenset[str]:
    """Return the measurands that a variable lists; skip the case if it lists none, which is allowed (E01.FR.09)."""
    listed = await station.get(controller, variable)
    if not listed:
        station.skip(f"{controller}.{variable} is empty", applies=False)
    return frozenset(listed.split(",")) - {_OF_THE_VEHICLE}


async def every_interval(station: Station, controller: str, variable: str) -> None:
    """Set an interval of meter values to `timeouts.interval`."""
    await station.set(controller, variable, f"{station.profile.timeouts.interval:g}")


async def collected(station: Station, controller: str) -> tuple[Sequence[Json], Taken]:
    """Play a transaction in which values for its end are due at least three times.

    Returns the payloads of its events, and the Ended event.
    """
    await every_interval(station, controller, "TxEndedInterval")
    running = await sessions.charging(station)
    await asyncio.sleep(3 * station.profile.timeouts.interval + station.profile.timeouts.settle)
    before = dict(running.events)  # of a transaction that has ended only the last events are kept
    ended = await sessions.end(station)
    return [event.payload for event in (before | dict(running.events)).values()], ended


# Which messages have meter values.


def clock_values(evse: int | None = None) -> Wanted:
    """Describe a MeterValues with clock-aligned values: of an EVSE or of the main meter, or of any."""
    part = {} if evse is None else {"evseId": one_of(evse, 0)}
    return says("MeterValues", meterValue=some(sampledValue=some(context=CLOCK)), **part)


def clock_event(transaction: str | None = None) -> Wanted:
    """Describe an event with clock-aligned values, of one transaction or of any."""
    part = {} if transaction is None else {"transactionInfo": {"transactionId": transaction}}
    values = some(sampledValue=some(context=CLOCK))
    return transaction_event("Updated", triggerReason="MeterValueClock", meterValue=values, **part)


def periodic_event(transaction: str) -> Wanted:
    """Describe an event of a transaction with periodic values; values without a context are periodic."""
    values = some(sampledValue=some(context=one_of(PERIODIC, absent)))
    info = {"transactionId": transaction}
    return transaction_event("Updated", triggerReason="MeterValuePeriodic", meterValue=values, transactionInfo=info)


# The values in messages.


def readings(messages: Iterable[Taken], context: str) -> Sequence[TimedValues]:
    """Return the values with a context in messages, by time: several messages may have values of one time."""
    found: dict[str, TimedValues] = {}
    for message in messages:
        for value in message.payload.get("meterValue", ()):
            samples = [each for each in value["sampledValue"] if each.get("context", PERIODIC) == context]
            if samples:
                found.setdefault(value["timestamp"], TimedValues(value["timestamp"])).samples.extend(samples)
    return sorted(found.values(), key=lambda reading: reading.at)


async def series(station: Station, message: Message, context: str, count: int = 3) -> Sequence[TimedValues]:
    """Wait for messages until the values of `count` successive times are complete; return them in order."""
    timeouts, taken = station.profile.timeouts, list[Taken]()
    while len(readings(taken, context)) <= count:
        taken.append(await station.expect(message, within=timeouts.interval + timeouts.message))
    return readings(taken, context)[:count]


# What the values must be.


def check_series(station: Station, found: Sequence[TimedValues], wanted: frozenset[str]) -> None:
    """Check that there are at least two readings, each with these measurands, and that they are an interval apart."""
    interval, tolerance = station.profile.timeouts.interval, station.profile.timeouts.tolerance
    if len(found) < 2:
        raise AssertionError(f"{station.identity} sent values of {len(found)} times, expected at least 2")
    for reading in found:
        check_measurands(station, reading, wanted)
    for one, two in pairwise(found):
        if abs(two.at - one.at - interval) > tolerance:
            raise AssertionError(f"values of {one.stamp} are followed by those of {two.stamp}, expected {interval:g} s")


def check_measurands(station: Station, reading: TimedValues, wanted: frozenset[str]) -> None:
    """Check that a reading has a value of each of these measurands."""
    missing = wanted - reading.measurands
    if missing:
        raise AssertionError(f"{station.identity} sent no {', '.join(sorted(missing))} of {reading.stamp}")


def check_once(station: Station, message: Taken, context: str, wanted: frozenset[str]) -> None:
    """Check that a message has the values of exactly one time with a context, with these measurands."""
    found = readings([message], context)
    if len(found) != 1:
        kind = message.payload["eventType"]
        raise AssertionError(f"{station.identity} sent {kind} with {len(found)} values of {context}, expected 1")
    check_measurands(station, found[0], wanted)
