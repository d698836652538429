"""The states of Part 6: each function ends with the station in its state, whatever it was before, and checks the steps
that lead there. Each first makes sure of its predecessor.

What is still to do is decided by what is known of the station (`known.py`), which events are due by its TxStartPoint.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from mock_csms.plans.known import Transaction
from mock_csms.plans.messages import Message, connector_reports, one_of, says, transaction_event
from mock_csms.plans.operator import OperatorFailed
from mock_csms.plans.station import Station
from mock_csms.runtime.session import CallFailed

__tracebackhide__ = True  # pytest shows the case, and the text says all

STARTUP = says("SecurityEventNotification", type=one_of("StartupOfTheDevice", "ResetOrReboot"))
"""How a station tells that it has started."""

_VALID = "valid"
"""The kind of token of the profile that states take where a case names none."""
_WITH_CABLE = frozenset({"ParkingBayOccupancy", "EVConnected"})
"""The start points at which a transaction runs once the vehicle is plugged in, which stands in its bay then."""
_WITH_POWER = frozenset({"Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer"})
"""The start points at which a transaction begins no earlier than the driver is authorized."""


# Coming up.


async def ready(station: Station) -> None:
    """Accepted, in order, without a transaction, and unplugged, as far as it can be brought to it: the general start.

    It judges nothing: what does not work here, the case will find.
    """
    known, timeouts = station.known, station.profile.timeouts
    if not known.is_accepted:
        with suppress(CallFailed):
            await station.csms.call(station.identity, "TriggerMessage", {"requestedMessage": "BootNotification"})
        await known.until(lambda: known.is_usable, timeouts.boot)
    with suppress(CallFailed, AssertionError, OperatorFailed):
        await _idle(station)
    await known.until(lambda: len(known.connectors) >= len(station.profile.places), timeouts.message)
    await station.settle()


async def _idle(station: Station) -> None:
    """End what runs, free what is plugged, and put in order what is not."""
    known, timeouts = station.known, station.profile.timeouts
    for id_ in list(known.transactions):
        await station.csms.call(station.identity, "RequestStopTransaction", {"transactionId": id_})
        await known.until(lambda id_=id_: id_ not in known.transactions, timeouts.message)  # type: ignore[misc] # the loop variable is bound
    if "Unavailable" in known.connectors.values():
        await station.csms.call(station.identity, "ChangeAvailability", {"operationalStatus": "Operative"})
    if "Reserved" in known.connectors.values():
        await station.csms.call(station.identity, "CancelReservation")
    for place, status in list(known.connectors.items()):
        if status == "Occupied" and station.can("unplug"):
            await station.act("unplug", evse=place[0], connector=place[1])
    await known.until(lambda: set(known.connectors.values()) == {"Available"}, timeouts.message)


async def booting(station: Station) -> None:
    """On its way up, the old connection is gone: switched off by the operator, or else reset at once by the CSMS."""
    if station.can("reboot"):
        await station.act("reboot")
    else:
        await station.command("Reset", {"type": "Immediate"}, status="Accepted")
    await station.known.until(lambda: not station.known.is_connected, station.profile.timeouts.message)


async def booted(station: Station) -> None:
    """Started anew and accepted, all connectors told as Available, and the start itself."""
    await booting(station)
    await comes_up(station)


async def comes_up(station: Station, *, status: Any = "Available", **boot: Any) -> None:
    """Boot, and tell of every connector and of the start; the connector of the profile has that status."""
    await station.expect(says("BootNotification", **boot), within=station.profile.timeouts.boot)
    await reports_connectors(station, STARTUP, status=status)


async def reports_connectors(station: Station, *besides: Any, status: Any = "Available") -> None:
    """Tell of every connector, in any order: that of the profile has a status, the others are Available."""
    own = station.evse, station.connector
    reports = [connector_reports(status if place == own else "Available", *place) for place in station.profile.places]
    await station.expect_all(*reports, *besides)


# Before a transaction.


async def unavailable(station: Station, evse: int | None = None, connector: int | None = None) -> None:
    """Out of order: the station, one EVSE, or one connector; every connector of it says so."""
    place = {} if evse is None else {"evse": {"id": evse, **({"connectorId": connector} if connector else {})}}
    await station.command("ChangeAvailability", {"operationalStatus": "Inoperative", **place}, status="Accepted")
    places = [one for one in station.profile.places if evse in (None, one[0]) and connector in (None, one[1])]
    await station.expect_all(*[connector_reports("Unavailable", *one) for one in places])


async def reserved(station: Station, token: str = _VALID) -> None:
    """Reserved for a token at the EVSE of the profile."""
    payload = {"evseId": station.evse, "idToken": station.profile.tokens[token]}
    await station.command("ReserveNow", payload, status="Accepted")
    await station.expect(connector_reports("Reserved", station.evse, station.connector))


async def ev_connected(station: Station) -> None:
    """EVConnectedPreSession: a vehicle is plugged in; a transaction has begun if it begins with that."""
    if station.known.connectors.get((station.evse, station.connector)) == "Occupied":
        return
    running, begin = _transaction(station), station.mark()
    await station.act("plug")
    due: list[Message] = [connector_reports("Occupied", station.evse, station.connector)]
    starts = await start_points(station)
    if running or starts & _WITH_CABLE:
        states = ("EVConnected", "SuspendedEVSE", "SuspendedEV", "Charging")
        due.append(
            transaction_event(
                one_of("Started", "Updated"),
                charging=one_of(*states),
                evse={"id": station.evse, "connectorId": station.connector},
            )
        )
    await station.expect_all(*due, after=begin)


async def authorized(station: Station) -> None:
    """Authorized in the way that the profile names."""
    await (authorized_remotely if station.profile.authorization == "remote" else authorized_locally)(station)


async def authorized_locally(station: Station, token: str = _VALID) -> None:
    """Authorized A: a card was presented, asked about, and accepted; told in the transaction, if one must run."""
    if _is_authorized(station):
        return
    await station.act("card", token=token)
    if await station.get("AuthCtrlr", "Enabled") != "false":
        await station.expect_optional(
            says("Authorize", idToken=station.profile.tokens[token]), within=station.profile.timeouts.message
        )
    if await is_started_by_authorization(station):
        await station.expect(
            transaction_event(
                one_of("Started", "Updated"), triggerReason="Authorized", idToken=station.profile.tokens[token]
            )
        )


async def authorized_remotely(station: Station, token: str = _VALID) -> None:
    """Authorized B: started by the CSMS; the transaction tells its remoteStartId and token, if one must run by now."""
    if _is_authorized(station):
        return
    payload = {"evseId": station.evse, "idToken": station.profile.tokens[token], "remoteStartId": 1}
    await station.command("RequestStartTransaction", payload, status="Accepted")
    if await is_started_by_authorization(station):
        event = transaction_event(
            one_of("Started", "Updated"),
            triggerReason="RemoteStart",
            idToken=station.profile.tokens[token],
        )
        await station.expect(event)


async def energy_transfer_started(station: Station) -> None:
    """EnergyTransferStarted: plugged in and authorized, and the vehicle charges."""
    await ev_connected(station)
    await authorized(station)
    running = _transaction(station)
    if running is None or running.charging_state != "Charging":
        await station.expect(transaction_event(one_of("Started", "Updated"), charging="Charging"))


# After it.


async def stop_authorized(station: Station) -> None:
    """Stopped in the way that the profile names."""
    await (stop_authorized_remotely if station.profile.authorization == "remote" else stop_authorized_locally)(station)


async def stop_authorized_locally(station: Station, token: str = _VALID) -> None:
    """StopAuthorized A: the same card once more."""
    await station.act("card", token=token)
    await station.expect(
        transaction_event(
            one_of("Updated", "Ended"), triggerReason="StopAuthorized", idToken=station.profile.tokens[token]
        )
    )


async def stop_authorized_remotely(station: Station) -> None:
    """StopAuthorized B: stopped by the CSMS."""
    running = _transaction(station)
    payload = {"transactionId": running.id} if running else None
    await station.command("RequestStopTransaction", payload, status="Accepted")
    await station.expect(transaction_event(one_of("Updated", "Ended"), triggerReason="RemoteStop"))


async def ev_connected_post_session(station: Station) -> None:
    """EVConnectedPostSession: energy flows no more, the cable is still in; told unless the transaction has ended."""
    running = _transaction(station)
    if running and running.charging_state != "EVConnected":
        await station.expect(transaction_event(one_of("Updated", "Ended"), charging="EVConnected"))


async def ev_disconnected(station: Station) -> None:
    """EVDisconnected: unplugged and Available; the transaction tells it, unless it has ended."""
    is_running = _transaction(station) is not None
    begin = station.mark()
    await station.act("unplug")
    due: list[Message] = [connector_reports("Available", station.evse, station.connector)]
    if is_running:
        due.append(transaction_event(one_of("Updated", "Ended"), triggerReason="EVCommunicationLost"))
    await station.expect_all(*due, after=begin)


# What decides.


async def start_points(station: Station) -> frozenset[str]:
    """Return at which points the station begins transactions."""
    return frozenset((await station.get("TxCtrlr", "TxStartPoint") or "").split(","))


async def is_started_by_authorization(station: Station) -> bool:
    """Whether a transaction must run once a driver is authorized, as things stand."""
    starts = await start_points(station)
    is_plugged = station.known.connectors.get((station.evse, station.connector)) == "Occupied"
    return _transaction(station) is not None or "Authorized" in starts or (is_plugged and bool(starts & _WITH_POWER))


def _transaction(station: Station) -> Transaction | None:
    return station.known.at(station.evse)


def _is_authorized(station: Station) -> bool:
    running = _transaction(station)
    return running is not None and running.is_authorized


State = Callable[[Station], Awaitable[None]]

STATES: Mapping[str, Sequence[State]] = {
    "Booting": (booting,),
    "Booted": (booted,),
    "Reserved": (reserved,),
    "Unavailable": (unavailable,),
    "ParkingBayOccupied": (),
    "EVConnectedPreSession": (ev_connected,),
    "Authorized": (authorized_locally, authorized_remotely),
    "Authorized15118": (),
    "EnergyTransferStarted": (energy_transfer_started,),
    "EnergyTransferSuspended": (),
    "StopAuthorized": (stop_authorized_locally, stop_authorized_remotely),
    "EVConnectedPostSession": (ev_connected_post_session,),
    "EVDisconnected": (ev_disconnected,),
    "ParkingBayUnoccupied": (),
    "StartOfflineTransaction": (),
    "RenegotiateChargingLimits": (),
    "GetInstalledCertificates": (),
    "TransactionEventsInQueueEnded": (),
    "CertificateInstalled": (),
    "IdTokenCached": (),
    "IdTokenLocalAuthList": (),
    "SetChargingProfile": (),
    "RenewChargingStationCertificate": (),
    "RenewV2GChargingStationCertificate": (),
}
"""The 17 reusable states and the 7 memory states of Part 6, with the functions that bring them about, if any yet."""
