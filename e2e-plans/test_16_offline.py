"""OCPP 1.6, sessions while the station is offline, and power failures (3.5.4, 3.7, 4.9, 4.10)."""

from mock_csms.plans import Station, each, one_of, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status
from mock_csms.plans.v16.states import offline
from mock_csms.plans.v16.states.sessions import NEEDS, stop

LOST = {"forgets-offline": "sent no StartTransaction"}


@case(
    "TC_036_CS",
    use_case="Meter Values",
    requirement="3.7, 4.7, 9.1.17",
    needs=NEEDS,
    fails_with={"forgets-offline": "sent no MeterValues"},
)
async def test_16_connection_loss(station: Station) -> None:
    """If the connection is lost, the transaction goes on; the meter values of that time are sent later."""
    timeouts = station.profile.timeouts
    await keys.put(station, "MeterValueSampleInterval", f"{max(1, int(timeouts.interval))}")
    started = await station.prepare(states.charging)
    begin = station.mark()
    then = await station.prepare(offline.acts, [], 2.5 * timeouts.interval)
    await station.let_in()
    values = says("MeterValues", transactionId=started.id, meterValue=each(timestamp=then))
    await station.expect(values, after=begin, within=timeouts.boot)
    await station.expect_nothing(says("StopTransaction"), after=begin)


@case(
    "TC_037_1_CS",
    use_case="Start Transaction",
    requirement="3.5, 3.7, 4.8, 9.1.10",
    needs=NEEDS,
    fails_with=LOST,
)
async def test_16_offline_start(station: Station) -> None:
    """A known card starts a transaction offline; the station reports it later, and the transaction goes on."""
    started = await offline.starts(station)
    await station.known.until(lambda: states.is_plugged(station), station.profile.timeouts.message)
    await station.expect_nothing(says("StopTransaction"), after=started.start.number)


@case(
    "TC_037_2_CS",
    use_case="Start Transaction, Status Notification",
    requirement="3.5.4, 3.7, 9.1.24",
    needs=NEEDS,
    fails_with={**LOST, "hides-suspended": r"sent no StatusNotification\[connectorId=1,status=SuspendedEVSE"},
)
async def test_16_offline_start_invalid(station: Station) -> None:
    """If StopTransactionOnInvalidId is false, a refused transaction gets no energy, but is not stopped."""
    await keys.put(station, "StopTransactionOnInvalidId", "false")
    await keys.prefer(station, "MaxEnergyOnInvalidId", "0")
    started = await offline.starts(station, is_refused=True)
    await station.expect(status("SuspendedEVSE", station.evse), after=started.start.number)
    await station.expect_nothing(says("StopTransaction"), after=started.start.number)


@case(
    "TC_037_3_CS",
    use_case="Start Transaction, Stop Transaction",
    requirement="3.5.4, 3.7, 7.36, 9.1.24",
    needs=NEEDS,
    fails_with={
        **LOST,
        "no-stop@2": "sent no StopTransaction",
        "no-reason@2": "reason: expected DeAuthorized, got nothing",
    },
)
async def test_16_offline_start_invalid_stops(station: Station) -> None:
    """If StopTransactionOnInvalidId is true, the station stops a refused transaction, with the reason DeAuthorized."""
    await keys.put(station, "StopTransactionOnInvalidId", "true")
    await keys.prefer(station, "MaxEnergyOnInvalidId", "0")
    started = await offline.starts(station, is_refused=True)
    await station.expect(stop(started, "DeAuthorized"), after=started.start.number)


@case(
    "TC_038_CS",
    use_case="Stop Transaction",
    requirement="3.7, 4.10",
    needs=NEEDS,
    fails_with={"forgets-offline": "sent no StopTransaction", "no-stop": "sent no StopTransaction"},
)
async def test_16_offline_stop(station: Station) -> None:
    """A transaction that the driver has stopped offline is reported as stopped later."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.prepare(offline.acts, ["card"])
    await station.let_in()
    await station.expect(stop(started, "Local"), after=begin, within=station.profile.timeouts.boot)
    await station.prepare(states.unplugged)


@case(
    "TC_039_CS",
    use_case="Start Transaction, Stop Transaction",
    requirement="3.5, 3.7, 4.8, 4.10, 9.1.10",
    needs=NEEDS,
    fails_with={**LOST, "no-stop@2": "sent no StopTransaction"},
)
async def test_16_offline_transaction(station: Station) -> None:
    """A whole transaction that took place offline is reported later, in order."""
    started = await offline.starts(station, stops=True)
    await station.expect(stop(started, "Local"), after=started.start.number)


@case(
    "TC_034_CS",
    use_case="Change Availability, Status Notification",
    requirement="4.2, 4.9, 5.2",
    needs=("reboot",),
    fails_with={"hides-unavailable@2": r"sent no StatusNotification\[connectorId=1,status=Unavailable"},
)
async def test_16_power_failure_unavailable(station: Station) -> None:
    """A connector that was set Inoperative is still Unavailable after a power failure."""
    await station.prepare(states.unavailable, station.evse)
    await station.act("reboot")
    await states.comes_up(station, of=(station.evse,))


async def stops_at_a_power_failure(station: Station, *, is_before: bool) -> None:
    """Switch the station off and on during a transaction: it reports the end, before or after it was off."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.act("reboot")
    boot = await station.expect(says("BootNotification"), within=station.profile.timeouts.boot, after=begin)
    stopped = await station.expect(stop(started, one_of("PowerLoss", "Reboot")), after=begin)
    if (stopped.number < boot.number) is not is_before:
        station.skip(
            f"the station stops its transactions {'after' if is_before else 'before'} it goes down", applies=False
        )


POWER = (*NEEDS, "reboot")


@case(
    "TC_032_1_CS",
    use_case="Stop Transaction",
    requirement="3.7, 4.10, 7.36",
    needs=POWER,
    fails_with={"no-stop": "sent no StopTransaction", "no-reason": "reason: expected PowerLoss or Reboot, got nothing"},
)
async def test_16_power_failure_stops_before(station: Station) -> None:
    """A station that can do so reports the end of its transaction before it loses power, with the reason."""
    await stops_at_a_power_failure(station, is_before=True)


@case(
    "TC_032_2_CS",
    use_case="Stop Transaction",
    requirement="3.7, 4.10, 7.36",
    needs=POWER,
    fails_with={"--variable HasBackupPower=false --misbehave no-stop": "sent no StopTransaction"},
)
async def test_16_power_failure_stops_after(station: Station) -> None:
    """A station that loses power during a transaction reports the end when it has power again, with the reason."""
    await stops_at_a_power_failure(station, is_before=False)
