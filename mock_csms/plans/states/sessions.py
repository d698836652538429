"""A session, from the cable to the cable. What is still to do is decided by what is known of the station (`known.py`),
which events are due by its TxStartPoint.
"""

from mock_csms.plans.known import Transaction
from mock_csms.plans.messages import Message, connector_reports, one_of, says, transaction_event
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all

_WITH_CABLE = frozenset({"ParkingBayOccupancy", "EVConnected"})
"""The start points at which a transaction runs once the vehicle is plugged in, which stands in its bay then."""
_WITH_POWER = frozenset({"Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer"})
"""The start points at which a transaction begins no earlier than the driver is authorized."""


async def ev_connected(station: Station) -> None:
    """EVConnectedPreSession: a vehicle is plugged in; a transaction has begun if it begins with that."""
    if station.known.connectors.get((station.evse, station.connector)) == "Occupied":
        return
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


async def authorized(station: Station) -> None:
    """Authorized in the way that the profile names."""
    await (authorized_remotely if station.profile.authorization == "remote" else authorized_locally)(station)


async def authorized_locally(station: Station, token: str = VALID) -> None:
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


async def authorized_remotely(station: Station, token: str = VALID) -> None:
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


async def stop_authorized_locally(station: Station, token: str = VALID) -> None:
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


async def is_started_by_cable(station: Station) -> bool:
    """Whether a transaction runs from when a vehicle is plugged in."""
    return bool(await start_points(station) & _WITH_CABLE)


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
