"""Cables that are not plugged in in time, and cables that are taken out of the vehicle (E03, E09, E10)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mock_csms.plans.messages import Message, one_of
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import points, sessions, states
from mock_csms.plans.v2.messages import connector_reports, transaction_event
from mock_csms.plans.v2.variables import prefer
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEEDS = (*sessions.NEEDS, "unplug-ev", "ev-pause")
"""The actions of a case in which a vehicle that has suspended charging loses its cable."""


async def wait_for_cables(station: Station, seconds: float) -> None:
    """Set how long the station waits for the cable of an authorized driver (EVConnectionTimeOut)."""
    await station.set("TxCtrlr", "EVConnectionTimeOut", f"{seconds:g}")


async def wait_for_one(station: Station, authorized: Callable[[Station], Awaitable[None]]) -> None:
    """Set EVConnectionTimeOut to `timeouts.interval`, and bring the station into a state without a cable: authorized.

    If there is a parking bay, the vehicle is in it.
    """
    await wait_for_cables(station, station.profile.timeouts.interval)
    if await states.has_bays(station):
        await states.parking_bay_occupied(station)
    await authorized(station)


async def gives_up_waiting(station: Station) -> None:
    """EVConnectionTimeOut, which is `timeouts.interval`, passes without a cable: a running transaction reports that."""
    timeouts = station.profile.timeouts
    if station.known.transaction_at(station.evse) is None:
        await asyncio.sleep(2 * timeouts.interval)  # no message shows that it has given up
    else:
        await station.expect(await given_up(station), within=timeouts.interval + timeouts.message)


async def given_up(station: Station) -> Message:
    """Describe the event of a transaction that waited too long for the cable.

    It must end if Authorized is a TxStopPoint. Otherwise it may end too (E03.FR.05), or wait until the vehicle leaves
    the bay (E03.FR.15).
    """
    ended = transaction_event("Ended", triggerReason="EVConnectTimeout", stopped="Timeout")
    if "Authorized" in await states.stop_points(station):
        return ended
    return ended | transaction_event("Updated", triggerReason="EVConnectTimeout")


async def suspended(station: Station, *, stops: bool, unlocks: bool | None = None) -> None:
    """Bring the station into EnergyTransferSuspended.

    `stops` and `unlocks` are StopTxOnEVSideDisconnect and UnlockOnEVSideDisconnect, as far as they can be set.
    """
    await prefer(station, "TxCtrlr", "StopTxOnEVSideDisconnect", f"{stops}".lower())
    if unlocks is not None:
        await prefer(station, "OCPPCommCtrlr", "UnlockOnEVSideDisconnect", f"{unlocks}".lower())
    await sessions.authorizes(station)
    await states.energy_transfer_suspended(station)


async def unplug_at_the_vehicle(station: Station, kind: Any, *reasons: Any) -> int:
    """Take the cable out of the vehicle: the transaction reports that, unless it has ended before.

    `kind` and `reasons` are the eventType and the allowed stoppedReasons. Returns the position before it.
    """
    begin, running = station.mark(), station.known.transaction_at(station.evse)
    await station.act("unplug-ev")
    reason = one_of(*reasons) if reasons else None
    if running is not None:
        lost = transaction_event(kind, triggerReason="EVCommunicationLost", charging="Idle", stopped=reason)
        await station.expect(lost, after=begin)
    return begin


async def ends_when_unplugged(station: Station, point: str, *reasons: str) -> None:
    """Take the cable out of the vehicle that has suspended charging: the transaction ends at this TxStopPoint.

    `reasons` are the allowed stoppedReasons.
    """
    await points.stop_at(station, point)
    await station.prepare(suspended, stops=False)
    await unplug_at_the_vehicle(station, "Ended", *reasons)


async def is_detachable(station: Station) -> bool:
    """Whether the cable of the connector in use can be taken out of the station: its ConnectorType is a socket."""
    place = {"id": station.evse, "connectorId": station.connector}
    asked: Json = {"component": {"name": "Connector", "evse": place}, "variable": {"name": "ConnectorType"}}
    answer = await station.command("GetVariables", {"getVariableData": [asked]})
    kind: str = answer["getVariableResult"][0].get("attributeValue", "")
    return kind.startswith("s") if kind else station.profile.has("HFS-1")


async def becomes_available(station: Station, after: int, *, is_locked: bool) -> None:
    """Expect that the connector is Available after a position; take a detachable cable out of the station for that.

    The driver presents the card before, if the cable is locked (E09.FR.03).
    """
    if await is_detachable(station):
        if is_locked:
            await station.act("card", token=VALID)
        after = station.mark()
        await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector), after=after)
