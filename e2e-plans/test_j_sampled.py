"""Block J, meter values: sampled values at the start of a transaction, periodically, and at its end (J02)."""

from mock_csms.plans import Station, case, transaction_event
from mock_csms.plans.v2 import meters, points, sessions, states


@case(
    "TC_J_09_CS",
    use_case="J02",
    requirement="J02.FR.11",
    needs=("C-40", *sessions.NEEDS),
    fails_with={
        "wrong-sample-context": "sent no TransactionEvent",
        "no-periodic-values@2": "sent no TransactionEvent",
        "fewer-measurands": "sent no .* of 20",
    },
)
async def test_j_09_periodic_values(station: Station) -> None:
    """A transaction has periodic values of the configured measurands, one interval apart."""
    wanted = await meters.measurands(station, meters.SAMPLED, "TxUpdatedMeasurands")
    await meters.every_interval(station, meters.SAMPLED, "TxUpdatedInterval")
    running = await sessions.charging(station)
    found = await meters.series(station, meters.periodic_event(running.id), meters.PERIODIC)
    meters.check_series(station, found, wanted)


@case(
    "TC_J_10_CS",
    use_case="J02, E06",
    requirement="J02.FR.11, E06.FR.11",
    needs=("C-40", *sessions.NEEDS),
    fails_with={
        "no-end-values": "sent values of 0 times, expected at least 2",
        "only-last-values": "sent values of 0 times, expected at least 2",
        "no-last-values": "sent Ended with 0 values of Transaction.End, expected 1",
    },
)
async def test_j_10_values_at_the_end(station: Station) -> None:
    """The event that ends a transaction has the values that were collected during it, and those of the end."""
    wanted = await meters.measurands(station, meters.SAMPLED, "TxEndedMeasurands")
    _, ended = await meters.collected(station, meters.SAMPLED)
    meters.check_series(station, meters.readings([ended], meters.PERIODIC), wanted)
    meters.check_once(station, ended, meters.END, wanted)


@case(
    "TC_J_07_CS",
    use_case="J02, E01",
    requirement="E01.FR.09",
    needs=("C-40", "C-51 or not C-09.6", *sessions.NEEDS),
    fails_with={
        "no-begin-values": "sent Started with 0 values of Transaction.Begin, expected 1",
        "no-evse": "evse.id: expected 1, got nothing",
    },
)
async def test_j_07_values_at_the_start(station: Station) -> None:
    """If the EVSE is known when a transaction starts, the Started event has the values of the start."""
    wanted = await meters.measurands(station, meters.SAMPLED, "TxStartedMeasurands")
    await points.start_at_evse(station)
    begin = station.mark()
    await station.act("plug")
    await station.settle()
    await sessions.authorize(station)
    started = await station.expect(transaction_event("Started"), after=begin)
    station.check(started, transaction_event(evse={"id": station.evse}))
    meters.check_once(station, started, meters.BEGIN, wanted)


@case(
    "TC_J_08_CS",
    use_case="J02, E01",
    requirement="E01.FR.09",
    needs=("C-40", "not AQ-8", "C-09.2 or C-09.6", "HFS-8", sessions.LOCAL_START, *sessions.NEEDS),
    fails_with={
        "no-begin-values": "with 0 values of Transaction.Begin, expected 1",
        "no-evse": r"sent no TransactionEvent\[.*evse.id=1",
    },
)
async def test_j_08_values_of_the_start_come_later(station: Station) -> None:
    """If the EVSE is not known when a transaction starts, the first event that names it has the values of the start."""
    wanted = await meters.measurands(station, meters.SAMPLED, "TxStartedMeasurands")
    await points.start_before_the_cable(station)
    begin = station.mark()
    if await states.has_bays(station):
        await station.act("drive-in")
        await station.settle()
    await station.act("card", token="valid")
    started = await station.expect(transaction_event("Started"), after=begin)
    await station.settle()
    await station.act("plug")
    place = transaction_event(evse={"id": station.evse})
    first = started if "evse" in started.payload else await station.expect(place, after=begin)
    station.check(first, place)
    meters.check_once(station, first, meters.BEGIN, wanted)
