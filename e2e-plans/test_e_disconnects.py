"""Block E, transactions: cables that are taken out of the vehicle, and drivers who lose their authorization (E06, E09,
E10).
"""

from typing import Any

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    one_of,
    transaction_event,
)
from mock_csms.plans.v2 import points, sessions, states
from mock_csms.plans.v2.variables import prefer
from mock_csms.protocol.actions import Json

AT_THE_VEHICLE = (*sessions.NEEDS, "unplug-ev", "ev-pause")
LOST: Json = {"triggerReason": "EVCommunicationLost", "charging": "Idle"}
LOCKS = "UnlockOnEVSideDisconnect is false: the driver has to present the card before the cable can be taken out"


async def suspended(station: Station, *, stops: bool, unlocks: bool | None = None) -> None:
    """Bring the station into EnergyTransferSuspended.

    `stops` and `unlocks` are StopTxOnEVSideDisconnect and UnlockOnEVSideDisconnect, as far as they can be set.
    """
    await prefer(station, "TxCtrlr", "StopTxOnEVSideDisconnect", f"{stops}".lower())
    if unlocks is not None:
        await prefer(station, "OCPPCommCtrlr", "UnlockOnEVSideDisconnect", f"{unlocks}".lower())
    await station.prepare(sessions.authorizes)
    await station.prepare(states.energy_transfer_suspended)


async def is_detachable(station: Station) -> bool:
    """Whether the cable of the connector in use can be taken out of the station (its ConnectorType is a socket)."""
    kind = await station.get("Connector", "ConnectorType", station.evse, station.connector)
    return station.profile.has("HFS-1") if kind is None else kind.startswith("s")


async def taken_out(station: Station, *, by_card: bool) -> None:
    """Take a detachable cable out of the station, after the card if it is locked; the connector becomes Available."""
    begin = station.opened()
    if await is_detachable(station):
        if by_card:
            await station.act("card", token="valid")
        begin = station.mark()
        await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector), after=begin)
