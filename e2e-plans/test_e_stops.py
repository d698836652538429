"""Block E, transactions: where transactions stop that a driver or the CSMS ends (E06, E07, F03)."""

from typing import Any

from mock_csms.plans import (
    Station,
    absent,
    case,
    connector_reports,
    one_of,
    transaction_event,
)
from mock_csms.plans.messages import Message
from mock_csms.plans.v2 import authorization, points, sessions, states
from mock_csms.plans.v2.variables import prefer

BY_CARD = (*sessions.NEEDS, sessions.LOCAL_STOP)
LOCAL = one_of("Local", absent)  # E06.FR.09: a driver has stopped it


async def ends_by_card(station: Station, point: str) -> None:
    """Stop by card: the transaction ends at this TxStopPoint."""
    await points.stop_at(station, point)
    await station.prepare(states.energy_transfer_started)
    await station.act("card", token="valid")
    token = one_of(station.profile.tokens["valid"], absent)
    await ends(station, transaction_event(triggerReason="StopAuthorized", idToken=token), LOCAL)


async def ends_remotely(station: Station, point: str) -> None:
    """Stop remotely: the transaction ends at this TxStopPoint."""
    await points.stop_at(station, point)
    running = await sessions.charging(station)
    await station.command("RequestStopTransaction", {"transactionId": running.id}, status="Accepted")
    await ends(station, transaction_event(triggerReason="RemoteStop"), "Remote")


async def ends(station: Station, stop: Message, reason: Any) -> None:
    """Expect that the transaction ends with the event of the stop, or with a later one (errata of TC_E_35)."""
    last = await station.expect(stop)
    if last.payload["eventType"] != "Ended":
        last = await station.expect(transaction_event("Ended"))
    station.check(last, transaction_event("Ended", stopped=reason))


@case(
    "TC_E_06_CS",
    use_case="E07, C01, C02, C04",
    requirement="E07.FR.04, E06.FR.15, C01.FR.03",
    needs=BY_CARD,
    fails_with={
        "wrong-stopped-reason": "stoppedReason: expected Local or .*nothing, got PowerLoss",
        "stops-for-anybody": "idToken.idToken: expected .*, got Somebody",
        "no-connector-report@3": r"sent no StatusNotification\[connectorStatus=Available",
    },
)
async def test_e_06_stop_by_card(station: Station) -> None:
    """A driver stops with the card and unplugs: the transaction ends with the reason Local, whatever TxStopPoint is."""
    await station.prepare(sessions.authorizes)
    await station.prepare(states.energy_transfer_started)
    await states.stop_authorized_locally(station)
    await states.ev_connected_post_session(station)
    await states.ev_disconnected(station)
    await states.parking_bay_unoccupied(station)
    if "ParkingBayOccupancy" not in await states.stop_points(station) or await states.has_bays(station):
        assert station.known.transaction_at(station.evse) is None, "the transaction has not ended"


@case(
    "TC_E_07_CS",
    use_case="E06",
    requirement="E06.FR.06, E06.FR.15",
    needs=(*BY_CARD, *points.stopping_at("PowerPathClosed", "Authorized")),
    fails_with={
        "never-ends": r"sent no TransactionEvent\[eventType=Ended",
        "wrong-stopped-reason": "stoppedReason: expected Local or .*nothing, got PowerLoss",
    },
)
async def test_e_07_stop_by_card_at_power_path_closed(station: Station) -> None:
    """With TxStopPoint PowerPathClosed, a driver who stops by card ends the transaction."""
    await ends_by_card(station, "PowerPathClosed")


@case(
    "TC_E_08_CS",
    use_case="E06",
    requirement="E06.FR.07, E06.FR.15",
    needs=(*sessions.NEEDS, *points.stopping_at("EnergyTransfer", "Authorized", "PowerPathClosed")),
    fails_with={"never-ends": r"sent no TransactionEvent\[eventType=Ended"},
)
async def test_e_08_stop_at_the_end_of_the_energy_transfer(station: Station) -> None:
    """With TxStopPoint EnergyTransfer, the transaction ends when the energy stops because it was stopped."""
    is_remote = station.profile.authorization == "remote"
    await (ends_remotely if is_remote else ends_by_card)(station, "EnergyTransfer")


@case(
    "TC_E_15_CS",
    use_case="E06",
    requirement="E06.FR.03, E06.FR.15",
    needs=(*BY_CARD, *points.stopping_at("Authorized")),
    fails_with={
        "never-ends": r"sent no TransactionEvent\[eventType=Ended",
        "wrong-stopped-reason": "stoppedReason: expected Local or .*nothing, got PowerLoss",
    },
)
async def test_e_15_stop_by_card_at_authorized(station: Station) -> None:
    """With TxStopPoint Authorized, a driver who stops by card ends the transaction."""
    await ends_by_card(station, "Authorized")


@case(
    "TC_E_21_CS",
    use_case="E06, F03",
    requirement="E06.FR.03, E06.FR.15, F03.FR.09",
    needs=(*sessions.NEEDS, *points.stopping_at("Authorized")),
    fails_with={
        "stop-rejected": "status: expected Accepted, got Rejected",
        "no-remote-stop": "sent no .*triggerReason=RemoteStop",
        "wrong-stopped-reason": "stoppedReason: expected Remote, got PowerLoss",
    },
)
async def test_e_21_remote_stop_at_authorized(station: Station) -> None:
    """With TxStopPoint Authorized, a remote stop ends the transaction."""
    await ends_remotely(station, "Authorized")


@case(
    "TC_E_35_CS",
    use_case="E06",
    requirement="E06.FR.06, E06.FR.15",
    needs=(*sessions.NEEDS, *points.stopping_at("PowerPathClosed", "Authorized")),
    fails_with={
        "stop-rejected": "status: expected Accepted, got Rejected",
        "no-stopped-reason": "stoppedReason: expected Remote, got nothing",
    },
)
async def test_e_35_remote_stop_at_power_path_closed(station: Station) -> None:
    """With TxStopPoint PowerPathClosed, a remote stop ends the transaction."""
    await ends_remotely(station, "PowerPathClosed")


@case(
    "TC_E_16_CS",
    use_case="E06, C15",
    requirement="E06.FR.04, E06.FR.15, C15.FR.04",
    needs=(*sessions.NEEDS, "C-10.2 or C-10.3", *points.without("EnergyTransfer"), "C-01", sessions.RFID),
    fails_with={
        "ignores-invalid-token": "sent no .*triggerReason=Deauthorized",
        "offline-not-told": "offline: expected true, got nothing",
        "wrong-stopped-reason": "stoppedReason: expected DeAuthorized, got PowerLoss",
    },
)
async def test_e_16_token_turns_out_to_be_invalid(station: Station) -> None:
    """A transaction that began offline ends when the answer to its token is Invalid (StopTxOnInvalidId)."""
    await points.stop_at(station, "PowerPathClosed" if station.profile.has("C-10.3") else "Authorized")
    await station.prepare(sessions.authorizes)
    await station.set("TxCtrlr", "StopTxOnInvalidId", "true")
    await prefer(station, "AuthCtrlr", "LocalAuthorizeOffline", "true")
    if not await prefer(station, "AuthCtrlr", "OfflineTxForUnknownIdEnabled", "true"):
        await station.prepare(states.id_token_cached)  # then it accepts only tokens that it knows
    authorization.judge(station, {"valid": "Invalid"})
    bay = await states.has_bays(station)
    await station.prepare(states.act_offline, [*["drive-in"] * bay, "card", "plug"])
    await station.let_in()
    await station.expect(transaction_event(offline=True))
    await station.expect(transaction_event("Ended", triggerReason="Deauthorized", stopped="DeAuthorized"))


@case(
    "TC_E_22_CS",
    use_case="E06",
    requirement="E06.FR.07, E06.FR.15",
    needs=(*sessions.NEEDS, "ev-pause", *points.stopping_at("EnergyTransfer")),
    fails_with={
        "no-stopped-reason": "stoppedReason: expected StoppedByEV, got nothing",
        "no-charging-state@2": "chargingState: expected SuspendedEV or EVConnected, got nothing",
    },
)
async def test_e_22_stop_when_the_vehicle_suspends(station: Station) -> None:
    """With TxStopPoint EnergyTransfer, a vehicle that takes no more energy ends the transaction.

    A station that lets the vehicle suspend for a while may report SuspendedEV and continue the transaction (E01.FR.19).
    """
    await points.stop_at(station, "EnergyTransfer")
    await station.prepare(states.energy_transfer_started)
    await states.energy_transfer_suspended(station)
    running = station.known.transaction_at(station.evse)
    assert running is None or running.charging_state == "SuspendedEV", "the transaction continues without energy"


@case(
    "TC_E_14_CS",
    use_case="E06",
    requirement="E06.FR.02, E06.FR.15",
    needs=(
        "HFS-1",
        *sessions.NEEDS,
        *points.stopping_at("EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"),
    ),
    fails_with={
        "no-connector-report@3": r"sent no StatusNotification\[connectorStatus=Available",
        "wrong-stopped-reason": "stoppedReason: expected Local or EVDisconnected or .*nothing, got PowerLoss",
        "no-charging-state@3": "chargingState: expected Idle, got nothing",
    },
)
async def test_e_14_stop_when_unplugged_at_the_station(station: Station) -> None:
    """With TxStopPoint EVConnected, a stopped transaction ends when the cable is unplugged at the station."""
    await points.stop_at(station, "EVConnected")
    await station.prepare(states.energy_transfer_started)
    await station.prepare(states.stop_authorized)
    await station.prepare(states.ev_connected_post_session)
    is_remote, begin = station.profile.authorization == "remote", station.mark()
    await station.act("unplug")
    reasons = ("Remote", "EVDisconnected") if is_remote else ("Local", "EVDisconnected", absent)
    ended = transaction_event("Ended", triggerReason="EVCommunicationLost", charging="Idle", stopped=one_of(*reasons))
    await station.expect_all(connector_reports("Available", station.evse, station.connector), ended, after=begin)


@case(
    "TC_E_19_CS",
    use_case="E06",
    requirement="E06.FR.01, E06.FR.15",
    needs=(
        *("drive-in", "drive-out", *sessions.NEEDS),
        *points.stopping_at("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"),
    ),
    fails_with={
        "wrong-stopped-reason": "stoppedReason: expected Local or .*nothing, got PowerLoss",
        "never-ends": r"sent no TransactionEvent\[eventType=Ended",
    },
)
async def test_e_19_stop_when_the_vehicle_leaves_the_bay(station: Station) -> None:
    """With TxStopPoint ParkingBayOccupancy, a stopped transaction ends when the vehicle leaves the parking bay."""
    await points.stop_at(station, "ParkingBayOccupancy")
    await station.prepare(states.energy_transfer_started)
    await station.prepare(states.stop_authorized)
    await station.prepare(states.ev_connected_post_session)
    await station.prepare(states.ev_disconnected)
    reason = "Remote" if station.profile.authorization == "remote" else LOCAL
    await station.act("drive-out")
    await station.expect(transaction_event("Ended", triggerReason="EVDeparted", stopped=reason))
