"""Block E, transactions: the cable is taken out of the vehicle (E06, E09, E10)."""

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    one_of,
    transaction_event,
)
from mock_csms.plans.v2 import cables, points

NOT_IDLE = {"no-charging-state@3": "chargingState: expected Idle, got nothing"}
AUTHORIZED_OR_BAY = (
    "C-10.2 or C-10.5",
    *points.without("EVConnected", "PowerPathClosed", "EnergyTransfer"),
    *("C-06.1", "C-12.2", "AQ-9"),
)


@case(
    "TC_E_37_CS",
    use_case="E06",
    requirement="E06.FR.06, E06.FR.15",
    needs=(*cables.NEEDS, *points.stopping_at("PowerPathClosed", "EVConnected", "EnergyTransfer"), "AQ-9"),
    fails_with={**NOT_IDLE, "no-stopped-reason": "stoppedReason: expected EVDisconnected, got nothing"},
)
async def test_e_37_unplugged_at_power_path_closed(station: Station) -> None:
    """With TxStopPoint PowerPathClosed, a cable that is taken out of the vehicle ends the transaction."""
    await cables.ends_when_unplugged(station, "PowerPathClosed", "EVDisconnected")


@case(
    "TC_E_20_CS",
    use_case="E06, E10",
    requirement="E06.FR.02, E06.FR.15",
    needs=(
        *(*cables.NEEDS, *points.stopping_at("EVConnected", "PowerPathClosed", "EnergyTransfer")),
        *("C-06.1 or C-52 or not C-10.2", "AQ-9"),
    ),
    fails_with={**NOT_IDLE, "wrong-stopped-reason": "stoppedReason: expected EVDisconnected, got PowerLoss"},
)
async def test_e_20_unplugged_at_the_vehicle(station: Station) -> None:
    """With TxStopPoint EVConnected, a cable that is taken out of the vehicle ends the transaction."""
    await cables.ends_when_unplugged(station, "EVConnected", "EVDisconnected")


@case(
    "TC_E_54_CS",
    use_case="E06, E10",
    requirement="E06.FR.02, E06.FR.15",
    needs=(
        *(*cables.NEEDS, *points.stopping_at("EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")),
        "HFS-4",
    ),
    fails_with={"wrong-stopped-reason": "stoppedReason: expected StoppedByEV or EVDisconnected, got PowerLoss"},
)
async def test_e_54_unplugged_at_the_vehicle_with_direct_current(station: Station) -> None:
    """With direct current the vehicle may have stopped the transaction that ends with the cable."""
    await cables.ends_when_unplugged(station, "EVConnected", "StoppedByEV", "EVDisconnected")


@case(
    "TC_E_17_CS",
    use_case="E06",
    requirement="E06.FR.04, E06.FR.15",
    needs=(
        *cables.NEEDS,
        *points.stopping_at("Authorized", "EVConnected", "PowerPathClosed", "EnergyTransfer"),
        *("C-06.2", "AQ-9"),
    ),
    fails_with={
        "no-stopped-reason": "stoppedReason: expected EVDisconnected, got nothing",
        "no-connector-report@3": r"sent no StatusNotification\[connectorStatus=Available",
    },
)
async def test_e_17_deauthorized_when_unplugged(station: Station) -> None:
    """With TxStopPoint Authorized and StopTxOnEVSideDisconnect, unplugging at the vehicle ends the transaction."""
    await points.stop_at(station, "Authorized")
    await station.prepare(cables.suspended, stops=True, unlocks=False)
    begin = await cables.unplug_at_the_vehicle(station, "Ended", "EVDisconnected")
    await cables.becomes_available(station, begin, is_locked=True)


@case(
    "TC_E_25_CS",
    use_case="E09",
    requirement="E09.FR.01, E09.FR.03, E09.FR.04",
    needs=(*cables.NEEDS, "C-06.2", "C-12.2", "AQ-9"),
    fails_with={
        **NOT_IDLE,
        "no-connector-report@3": r"sent no StatusNotification\[connectorStatus=Available",
    },
)
async def test_e_25_unplugged_and_locked(station: Station) -> None:
    """Without UnlockOnEVSideDisconnect a detachable cable comes out of the station after the card is presented."""
    await station.prepare(cables.suspended, stops=True, unlocks=False)
    begin = await cables.unplug_at_the_vehicle(station, one_of("Updated", "Ended"))
    await cables.becomes_available(station, begin, is_locked=True)


@case(
    "TC_E_24_CS",
    use_case="E09",
    requirement="E09.FR.01, E09.FR.02, E09.FR.04",
    needs=(*cables.NEEDS, "HFS-1", "C-06.2", "C-12.1", "AQ-9"),
    fails_with={
        **NOT_IDLE,
        "no-connector-report@3": r"sent no StatusNotification\[connectorStatus=Available",
    },
)
async def test_e_24_unplugged_and_unlocked(station: Station) -> None:
    """With UnlockOnEVSideDisconnect a cable that was taken out of the vehicle can be taken out of the station too."""
    await station.prepare(cables.suspended, stops=True, unlocks=True)
    begin = await cables.unplug_at_the_vehicle(station, one_of("Updated", "Ended"))
    await cables.becomes_available(station, begin, is_locked=False)


async def stays_authorized(station: Station) -> int:
    """Take the cable out of the vehicle; the transaction stays authorized and continues. Return the position before."""
    await points.stop_at(station, "Authorized" if station.profile.has("C-10.2") else "ParkingBayOccupancy")
    await station.prepare(cables.suspended, stops=False, unlocks=False)
    detachable = await cables.is_detachable(station)
    begin = await cables.unplug_at_the_vehicle(station, "Updated")
    if not detachable:
        await station.expect(connector_reports("Available", station.evse, station.connector), after=begin)
    return begin


@case(
    "TC_E_26_CS",
    use_case="E10",
    requirement="E10.FR.01, E10.FR.03",
    needs=(*cables.NEEDS, *AUTHORIZED_OR_BAY),
    fails_with={
        **NOT_IDLE,
        "no-charging-state@4": "chargingState: expected EVConnected, got nothing",
    },
)
async def test_e_26_suspended_by_unplugging(station: Station) -> None:
    """Without StopTxOnEVSideDisconnect the transaction continues when the cable is plugged in again."""
    await stays_authorized(station)
    begin = station.mark()
    await station.act("plug")
    plugged = transaction_event("Updated", triggerReason="CablePluggedIn", charging="EVConnected")
    charges = transaction_event("Updated", triggerReason="ChargingStateChanged", charging="Charging")
    await station.expect_all(plugged, charges, after=begin)


@case(
    "TC_E_27_CS",
    use_case="E10",
    requirement="E10.FR.02, E10.FR.03",
    needs=(*cables.NEEDS, "HFS-2", *AUTHORIZED_OR_BAY),
    fails_with={"never-gives-up": "sent no .*triggerReason=EVConnectTimeout"},
)
async def test_e_27_not_plugged_in_again(station: Station) -> None:
    """Without StopTxOnEVSideDisconnect a transaction with a fixed cable is deauthorized after EVConnectionTimeOut."""
    await cables.wait_for_cables(station, station.profile.timeouts.interval)
    await stays_authorized(station)
    await cables.gives_up_waiting(station)
