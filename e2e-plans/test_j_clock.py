"""Block J, meter values: clock-aligned values, idle and in transactions (J01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import meters, sessions
from mock_csms.plans.v2.variables import prefer

IDLE_ONLY = meters.ALIGNED, "SendDuringIdle"


@case(
    "TC_J_01_CS",
    use_case="J01",
    requirement="J01.FR.14",
    needs=("C-40",),
    fails_with={
        "wrong-clock-context": r"sent no MeterValues\[",
        "fewer-measurands": "sent no .* of 20",
        "skips-clock-values": "are followed by those of .*, expected 1 s",
    },
)
async def test_j_01_clock_values_while_idle(station: Station) -> None:
    """An idle station sends clock-aligned values of the configured measurands, one interval apart."""
    wanted = await meters.measurands(station, meters.ALIGNED, "Measurands")
    await meters.every_interval(station, meters.ALIGNED, "Interval")
    found = await meters.series(station, meters.clock_values(station.evse), meters.CLOCK)
    meters.check_series(station, found, wanted)


@case(
    "TC_J_02_CS",
    use_case="J01",
    requirement="J01.FR.14, J01.FR.22",
    needs=("C-40", *sessions.NEEDS),
    fails_with={
        "wrong-clock-trigger": "triggerReason: expected MeterValueClock, got MeterValuePeriodic",
        "wrong-clock-context": "sent no MeterValues",
        "fewer-measurands": "sent no .* of 20",
        "skips-clock-values": "are followed by those of .*, expected 1 s",
    },
)
async def test_j_02_clock_values_in_a_transaction(station: Station) -> None:
    """A station that charges sends clock-aligned values in MeterValues or in TransactionEvents."""
    wanted = await meters.measurands(station, meters.ALIGNED, "Measurands")
    await prefer(station, *IDLE_ONLY, "false")
    await prefer(station, meters.SAMPLED, "TxUpdatedInterval", "0")
    running = await sessions.charging(station)
    await meters.every_interval(station, meters.ALIGNED, "Interval")
    message = meters.clock_values(station.evse) | meters.clock_event(running.id)
    meters.check_series(station, await meters.series(station, message, meters.CLOCK), wanted)


@case(
    "TC_J_06_CS",
    use_case="J01",
    requirement="J01.FR.19, J01.FR.20",
    needs=("C-28", *sessions.NEEDS),
    fails_with={
        "values-while-busy": "sent MeterValues, which must not come",
        "wrong-clock-context": r"sent no MeterValues\[",
    },
)
async def test_j_06_no_clock_values_in_a_transaction(station: Station) -> None:
    """With SendDuringIdle, clock-aligned values come before and after a transaction, and none while it runs."""
    await meters.measurands(station, meters.ALIGNED, "Measurands")
    await station.set(*IDLE_ONLY, "true")
    await meters.every_interval(station, meters.ALIGNED, "Interval")
    timeouts = station.profile.timeouts
    within = timeouts.interval + timeouts.message
    await station.expect(meters.clock_values(), within=within)
    await sessions.charging(station)
    await station.settle()
    begin = station.mark()
    any_values = meters.clock_values() | meters.clock_event()
    await station.expect_nothing(any_values, seconds=2.5 * timeouts.interval, after=begin)
    await sessions.end(station)
    await station.expect(meters.clock_values(), within=within)


@case(
    "TC_J_03_CS",
    use_case="J01, E06",
    requirement="J01.FR.14, E06.FR.11",
    needs=("C-40", *sessions.NEEDS),
    fails_with={
        "no-end-values": "sent values of 0 times, expected at least 2",
        "only-last-values": "sent values of 0 times, expected at least 2",
        "skips-clock-values": "are followed by those of .*, expected 1 s|sent values of 1 times",
    },
)
async def test_j_03_clock_values_at_the_end(station: Station) -> None:
    """The event that ends a transaction has the clock-aligned values that were collected during it."""
    wanted = await meters.measurands(station, meters.ALIGNED, "TxEndedMeasurands")
    _, ended = await meters.collected(station, meters.ALIGNED)
    meters.check_series(station, meters.readings([ended], meters.CLOCK), wanted)
