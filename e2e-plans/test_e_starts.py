"""Block E, transactions: where transactions start (E01)."""

from typing import Any

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    one_of,
    says,
    some,
    transaction_event,
)
from mock_csms.plans.v2 import points, sessions, states
from mock_csms.plans.v2.sessions import authorizes

ALL_OF_E01 = "E01.FR.07, E01.FR.10, E01.FR.15, E01.FR.16"


async def starts_with_the_cable(station: Station, point: str, local: Any, remote: Any, **started: Any) -> int:
    """Authorize and plug in: the transaction starts with the cable, and reports the token and the connector.

    `local` and `remote` are the triggerReason after a local and after a remote authorization. Returns the position
    before the cable was plugged in.
    """
    await points.start_at(station, point)
    await station.prepare(states.authorized)
    begin, is_remote = station.mark(), station.profile.authorization == "remote"
    await station.act("plug")
    start = transaction_event(
        "Started",
        triggerReason=remote if is_remote else local,
        idToken=station.profile.tokens["valid"],
        evse={"id": station.evse, "connectorId": station.connector},
        **started,
    )
    await station.expect_all(connector_reports("Occupied", station.evse, station.connector), start, after=begin)
    return begin


@case(
    "TC_E_01_CS",
    use_case="E01",
    requirement=f"E01.FR.05, {ALL_OF_E01}",
    needs=(
        *sessions.NEEDS,
        *points.starting_at("PowerPathClosed", "ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned"),
    ),
    fails_with={
        "no-start": "eventType: expected Started, got Updated",
        "no-token": "idToken.idToken: expected .*, got nothing",
        "no-evse": "evse.id: expected 1, got nothing",
    },
)
async def test_e_01_start_at_power_path_closed(station: Station) -> None:
    """With TxStartPoint PowerPathClosed, an authorized driver who plugs in starts the transaction."""
    plugged = "CablePluggedIn", "ChargingStateChanged"
    remote = one_of(*plugged, "RemoteStart")
    charging = one_of("EVConnected", "SuspendedEVSE", "Charging")
    await starts_with_the_cable(station, "PowerPathClosed", one_of(*plugged), remote, charging=charging)
    await states.energy_transfer_started(station)


@case(
    "TC_E_02_CS",
    use_case="E01",
    requirement=f"E01.FR.06, {ALL_OF_E01}",
    needs=(
        *sessions.NEEDS,
        *points.starting_at(
            "EnergyTransfer", "ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned", "PowerPathClosed"
        ),
    ),
    fails_with={
        "no-start": "eventType: expected Started, got Updated",
        "no-charging-state": "transactionInfo.chargingState: expected Charging, got nothing",
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied",
    },
)
async def test_e_02_start_at_energy_transfer(station: Station) -> None:
    """With TxStartPoint EnergyTransfer, the transaction starts when the vehicle takes energy."""
    local = one_of("ChargingStateChanged", "Authorized")
    await starts_with_the_cable(station, "EnergyTransfer", local, "RemoteStart", charging="Charging")


@case(
    "TC_E_09_CS",
    use_case="E01",
    requirement=f"E01.FR.02, {ALL_OF_E01}",
    needs=(*sessions.NEEDS, *points.starting_at("EVConnected", "ParkingBayOccupancy")),
    fails_with={
        "no-start": "eventType: expected Started, got Updated",
        "no-evse": "evse.id: expected 1, got nothing",
        "no-charging-state": "transactionInfo.chargingState: expected EVConnected, got nothing",
    },
)
async def test_e_09_start_when_the_vehicle_is_connected(station: Station) -> None:
    """With TxStartPoint EVConnected, plugging in starts the transaction; then a driver is authorized and charges."""
    await points.start_at(station, "EVConnected")
    begin = station.mark()
    await station.act("plug")
    started = transaction_event(
        "Started",
        triggerReason=one_of("CablePluggedIn", "ChargingStateChanged"),
        charging="EVConnected",
        evse={"id": station.evse, "connectorId": station.connector},
    )
    await station.expect_all(connector_reports("Occupied", station.evse, station.connector), started, after=begin)
    await states.energy_transfer_started(station)


@case(
    "TC_E_10_CS",
    use_case="E01, C01, C02, C04, C06",
    requirement=f"E01.FR.03, {ALL_OF_E01}, C01.FR.02, C02.FR.01, C06.FR.02",
    needs=(*sessions.NEEDS, sessions.LOCAL_START, *points.starting_at("Authorized")),
    fails_with={
        "no-start": "eventType: expected Started, got Updated",
        "no-token": "idToken.idToken: expected .*, got nothing",
    },
)
async def test_e_10_start_when_a_driver_is_authorized(station: Station) -> None:
    """With TxStartPoint Authorized, a card starts the transaction before the cable is plugged in."""
    await points.start_at(station, "Authorized")
    await station.prepare(authorizes)
    await sessions.asks_about_the_card(station)
    token = station.profile.tokens["valid"]
    await station.expect(transaction_event("Started", triggerReason="Authorized", idToken=token))
    await states.energy_transfer_started(station)


@case(
    "TC_E_11_CS",
    use_case="E01",
    requirement=f"E01.FR.04, {ALL_OF_E01}",
    needs=(
        *sessions.NEEDS,
        "C-42",
        *points.starting_at("DataSigned", "ParkingBayOccupancy", "EVConnected", "Authorized"),
    ),
    fails_with={
        "signs-nothing": "meterValue: expected an item with .*signedMeterValue",
        "no-begin-values": "meterValue: expected an item with .*, got nothing",
        "no-token": "idToken.idToken: expected .*, got nothing",
    },
)
async def test_e_11_start_when_data_is_signed(station: Station) -> None:
    """With TxStartPoint DataSigned, the transaction starts with a signed meter value; then the vehicle charges."""
    await station.set("SampledDataCtrlr", "SignReadings", "true")
    signed = dict.fromkeys(("encodingMethod", "publicKey", "signedMeterData", "signingMethod"), ...)
    values = some(sampledValue=some(context="Transaction.Begin", signedMeterValue=signed))
    why = "SignedDataReceived"
    begin = await starts_with_the_cable(station, "DataSigned", why, one_of(why, "RemoteStart"), meterValue=values)
    charging = transaction_event("Updated", triggerReason="ChargingStateChanged", charging="Charging")
    await station.expect(charging, after=begin)


@case(
    "TC_E_13_CS",
    use_case="E01, F02",
    requirement="E01.FR.03, F01.FR.03, F01.FR.04, F01.FR.06, F01.FR.19, F02.FR.01",
    needs=("plug", "unplug", *points.starting_at("Authorized")),
    fails_with={
        "wrong-start-trigger": "triggerReason: expected RemoteStart, got Authorized",
        "no-remote-start-id": "remoteStartId: expected 3, got nothing",
        "wrong-remote-token": "idToken.idToken: expected .*, got other",
    },
)
async def test_e_13_start_when_a_remote_start_is_accepted(station: Station) -> None:
    """With TxStartPoint Authorized, a remote start starts the transaction before the cable is plugged in."""
    await points.start_at(station, "Authorized")
    await station.prepare(authorizes)
    token = station.profile.tokens["valid"]
    payload = {"evseId": station.evse, "idToken": token, "remoteStartId": 3}
    await station.command("RequestStartTransaction", payload, status="Accepted")
    if await station.get("AuthCtrlr", "AuthorizeRemoteStart") == "true":
        within = station.profile.timeouts.message  # it need not ask about a token in its cache (C10)
        await station.expect_optional(says("Authorize", idToken=token), within=within)
    info = {"remoteStartId": 3}
    await station.expect(transaction_event("Started", triggerReason="RemoteStart", idToken=token, transactionInfo=info))
    await states.energy_transfer_started(station)


@case(
    "TC_E_12_CS",
    use_case="E01",
    requirement=f"E01.FR.01, {ALL_OF_E01}",
    needs=("drive-in", "drive-out", *sessions.NEEDS, *points.starting_at("ParkingBayOccupancy")),
    fails_with={
        "no-start": "eventType: expected Started, got Updated",
        "no-token": "idToken.idToken: expected .*, got nothing",
    },
)
async def test_e_12_start_when_the_vehicle_is_detected(station: Station) -> None:
    """With TxStartPoint ParkingBayOccupancy, a vehicle in the bay starts the transaction; then it charges."""
    await points.start_at(station, "ParkingBayOccupancy")
    await station.act("drive-in")
    await station.expect(transaction_event("Started", triggerReason="EVDetected"))
    await states.authorized(station)
    await states.ev_connected(station)
    await states.energy_transfer_started(station)
