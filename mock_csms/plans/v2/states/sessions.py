"""The states of a session, from driving into the parking bay to driving out of it.

The facts about the station (`under_test.py`) decide which steps are still to be done; its TxStartPoint and TxStopPoint
decide which TransactionEvents must come.
"""

import asyncio
from typing import Any

from mock_csms.plans.messages import Message, absent, one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2.messages import connector_reports, transaction_event
from mock_csms.protocol.actions import Json
from mock_csms.twin.transactions import Transaction
from mock_csms.watch.inbox import Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

LOCKED = "AQ-2"
"""The feature of a station whose cable can only be plugged in after authorization."""
_BAY = "ParkingBayOccupancy"
_WITH_CABLE = frozenset({_BAY, "EVConnected"})
"""The start points at which a plugged-in cable implies a transaction: the vehicle is in the bay by then."""
_WITH_POWER = frozenset({"Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer"})
"""The start points at which a transaction starts when the driver is authorized, or at a later step."""
_UNKNOWN = frozenset({""})
"""The start points of a station without the variable, or without its value."""
_LATER = {"DataSigned": "SignedDataReceived", "EnergyTransfer": "ChargingStateChanged"}
"""The triggerReason of the Started event, if the start point comes later than the authorization."""
_REASONS = {"StopAuthorized": one_of("Local", absent), "RemoteStop": "Remote"}
"""The stoppedReason of a transaction that ends when it is stopped, or later, by the triggerReason of the stop."""


async def parking_bay_occupied(station: Station) -> None:
    """ParkingBayOccupied: a vehicle is in the bay; if that is a TxStartPoint, a transaction has started."""
    if station.evse in station.known.parked or is_plugged(station):
        return
    await station.act("drive-in")
    if _BAY in await start_points(station):
        await station.expect(transaction_event(one_of("Started", "Updated"), triggerReason="EVDetected"))


async def ev_connected(station: Station) -> None:
    """EVConnectedPreSession: a vehicle is plugged in; if that is a TxStartPoint, a transaction has started."""
    if is_plugged(station):
        return
    if await has_bays(station):
        await parking_bay_occupied(station)
    running, begin = _transaction(station), station.mark()
    await station.act("plug")
    due: list[Message] = [connector_reports("Occupied", station.evse, station.connector)]
    if running or await is_started_by_cable(station):
        states = ("EVConnected", "SuspendedEVSE", "SuspendedEV", "Charging")
        due.append(
            transaction_event(
                one_of("Started", "Updated"),
                charging=one_of(*states),
                evse={"id": station.evse, "connectorId": station.connector},
            )
        )
    await station.expect_all(*due, after=begin)


async def authorized(station: Station, token: str = VALID) -> None:
    """Authorized locally or remotely, depending on the profile."""
    await (authorized_remotely if station.profile.authorization == "remote" else authorized_locally)(station, token)


async def authorized_locally(station: Station, token: str = VALID) -> None:
    """Authorized A: a card was presented, authorized and accepted; if a transaction must run, it reports that."""
    if _is_authorized(station):
        return
    await station.act("card", token=token)
    if await station.get("AuthCtrlr", "Enabled") != "false":
        await station.expect_optional(
            says("Authorize", idToken=station.profile.tokens[token]), within=station.profile.timeouts.message
        )
    if await is_started_by_authorization(station):
        await station.expect(await authorization_event(station, "Authorized", token))


async def connected_and_authorized(station: Station, token: str = VALID) -> None:
    """EVConnectedPreSession and Authorized A, in the order that the station allows."""
    if station.profile.has(LOCKED):
        await authorized_locally(station, token)
        await ev_connected(station)
    else:
        await ev_connected(station)
        await authorized_locally(station, token)


async def authorized_remotely(station: Station, token: str = VALID) -> None:
    """Authorized B: started remotely; if a transaction must run, it reports the remoteStartId and the token."""
    if not _is_authorized(station):
        await start_remotely(station, token)


async def start_remotely(
    station: Station, token: str = VALID, number: int = 1, profile: Json | None = None
) -> Taken | None:
    """Start remotely, and return the event that reports it; None if no transaction must run yet.

    The answer names a transaction that runs already (F01.FR.13). The request may have a charging profile.
    """
    running = _transaction(station)
    payload = {"evseId": station.evse, "idToken": station.profile.tokens[token], "remoteStartId": number}
    payload |= {"chargingProfile": profile} if profile else {}
    named = {"transactionId": running.id} if running else {}
    await station.command("RequestStartTransaction", payload, status="Accepted", **named)
    if not await is_started_by_authorization(station):
        return None
    return await station.expect(await authorization_event(station, "RemoteStart", token, remoteStartId=number))


async def authorization_event(station: Station, why: str, token: str = VALID, **info: Any) -> Wanted:
    """Describe the TransactionEvent that reports the token; it may start the transaction for another triggerReason.

    `info` is a part of its transactionInfo.
    """
    points = await start_points(station)
    later = [reason for point, reason in _LATER.items() if point in points]
    return transaction_event(
        one_of("Started", "Updated"),
        triggerReason=one_of(why, *later),
        idToken=station.profile.tokens[token],
        transactionInfo=info,
    )


async def energy_transfer_started(station: Station, token: str = VALID) -> None:
    """EnergyTransferStarted: plugged in, authorized and charging."""
    await ev_connected(station)
    await authorized(station, token)
    await charges(station)


async def charges(station: Station) -> None:
    """Wait until a driver who is plugged in and authorized charges; nobody presents a card again."""
    if station.evse in station.known.paused:
        await station.act("ev-ready")
    running = _transaction(station)
    if running is None or running.charging_state != "Charging":
        await station.expect(transaction_event(one_of("Started", "Updated"), charging="Charging"))


async def energy_transfer_suspended(station: Station) -> None:
    """EnergyTransferSuspended: the vehicle has paused charging; the transaction reports it or ends."""
    running = _transaction(station)
    if running and running.charging_state == "SuspendedEV":
        return
    await energy_transfer_started(station)
    await asyncio.sleep(station.profile.timeouts.settle)
    await station.act("ev-pause")
    paused, why = one_of("SuspendedEV", "EVConnected"), "ChargingStateChanged"
    await station.expect(
        transaction_event("Updated", triggerReason=why, charging=paused)
        | transaction_event("Ended", triggerReason=why, charging=paused, stopped="StoppedByEV")
    )


# The end of a session.


async def stop_authorized(station: Station) -> Taken:
    """Stop locally or remotely, depending on the profile; return the event that reports it."""
    remotely = station.profile.authorization == "remote"
    return await (stop_authorized_remotely if remotely else stop_authorized_locally)(station)


async def stop_authorized_locally(station: Station, token: str = VALID) -> Taken:
    """StopAuthorized A: stopped by presenting the same card again."""
    await station.act("card", token=token)
    return await station.expect(_stop_event("StopAuthorized", idToken=station.profile.tokens[token]))


async def stop_authorized_remotely(station: Station) -> Taken:
    """StopAuthorized B: stopped remotely."""
    running = _transaction(station)
    payload = {"transactionId": running.id} if running else None
    await station.command("RequestStopTransaction", payload, status="Accepted")
    return await station.expect(_stop_event("RemoteStop"))


def _stop_event(why: str, **part: Any) -> Message:
    """Describe the event that reports a stop; if it ends the transaction, it has the stoppedReason of that stop."""
    ended = transaction_event("Ended", triggerReason=why, stopped=_REASONS[why], **part)
    return ended | transaction_event("Updated", triggerReason=why, **part)


async def ev_connected_post_session(station: Station) -> None:
    """EVConnectedPostSession: charging has stopped, the cable is plugged in; reported while a transaction runs."""
    running = _transaction(station)
    if running and running.charging_state != "EVConnected":
        await station.expect(transaction_event(one_of("Updated", "Ended"), charging="EVConnected"))


async def ev_disconnected(station: Station) -> None:
    """EVDisconnected: unplugged and Available; reported if the transaction is still running."""
    is_running = _transaction(station) is not None
    begin = station.mark()
    await station.act("unplug")
    due: list[Message] = [connector_reports("Available", station.evse, station.connector)]
    if is_running:
        due.append(transaction_event(one_of("Updated", "Ended"), triggerReason="EVCommunicationLost"))
    await station.expect_all(*due, after=begin)


async def parking_bay_unoccupied(station: Station) -> None:
    """ParkingBayUnoccupied: the vehicle has left the bay; a running transaction has ended."""
    if is_plugged(station):
        await ev_disconnected(station)
    if station.evse not in station.known.parked:
        return
    running = _transaction(station)
    await station.act("drive-out")
    if running and _BAY in await stop_points(station):
        reason = _REASONS.get(running.stopped_by or "")
        await station.expect(transaction_event("Ended", triggerReason="EVDeparted", stopped=reason))


# Facts that decide which steps are to be done and which events must come.


async def start_points(station: Station) -> frozenset[str]:
    """Return the TxStartPoint of the station."""
    return frozenset((await station.get("TxCtrlr", "TxStartPoint") or "").split(","))


async def stop_points(station: Station) -> frozenset[str]:
    """Return the TxStopPoint of the station."""
    return frozenset((await station.get("TxCtrlr", "TxStopPoint") or "").split(","))


async def has_bays(station: Station) -> bool:
    """Whether ParkingBayOccupancy is a start or stop point, and the operator can drive a vehicle into the bay."""
    return station.can("drive-in") and _BAY in await start_points(station) | await stop_points(station)


async def is_started_by_cable(station: Station) -> bool:
    """Whether a transaction runs once a vehicle is plugged in."""
    return bool(await start_points(station) & _WITH_CABLE)


async def is_started_by_authorization(station: Station) -> bool:
    """Whether a transaction must run once a driver is authorized, in the current state of the connector.

    If the station does not report its TxStartPoint, a transaction must run once the cable is plugged in: then every
    possible start point is reached.
    """
    starts = await start_points(station)
    if _transaction(station) is not None or "Authorized" in starts:
        return True
    return is_plugged(station) and (starts == _UNKNOWN or bool(starts & _WITH_POWER))


def _transaction(station: Station) -> Transaction | None:
    return station.known.transaction_at(station.evse)


def is_plugged(station: Station) -> bool:
    """Whether the station has reported that its connector is Occupied."""
    return station.known.connectors.get((station.evse, station.connector)) == "Occupied"


def _is_authorized(station: Station) -> bool:
    running = _transaction(station)
    return running is not None and running.token is not None
