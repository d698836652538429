"""Block E, transactions: drivers who start at the station, in any order, and vehicles that do not come (E02, E03)."""

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    says,
    transaction_event,
)
from mock_csms.plans.v2 import cables, points, sessions, states
from mock_csms.plans.v2.variables import prefer


async def charges_after_the_card(station: Station) -> None:
    """Plug in after the card: the transaction names the token, and the vehicle charges."""
    begin = station.mark()
    if station.known.transaction_at(station.evse) is None:
        await station.act("plug")
        await station.expect_all(
            connector_reports("Occupied", station.evse, station.connector),
            transaction_event(idToken=station.profile.tokens["valid"]),
            after=begin,
        )
    await states.energy_transfer_started(station)


@case(
    "TC_E_03_CS",
    use_case="E02, C01, C02, C04, C06",
    requirement="E02.FR.01, E02.FR.05, E02.FR.06, E02.FR.07, E02.FR.13, E02.FR.15, E02.FR.16, E02.FR.17, E01.FR.16, "
    "C01.FR.02, C02.FR.01, C06.FR.02",
    needs=(*sessions.NEEDS, "not AQ-2", sessions.LOCAL_START),
    fails_with={
        "no-token": "idToken.idToken: expected .*, got nothing",
        "no-charging-state": "sent no .*chargingState=Charging",
    },
)
async def test_e_03_cable_first(station: Station) -> None:
    """A driver plugs in and presents a card: the token is reported, and the vehicle charges."""
    await station.prepare(sessions.authorizes)
    await station.prepare(states.ev_connected)
    await states.authorized_locally(station)
    await states.energy_transfer_started(station)


@case(
    "TC_E_04_CS",
    use_case="E03, C01, C02, C04, C06",
    requirement="E03.FR.01, E03.FR.06, E03.FR.12, E01.FR.16, C01.FR.02, C02.FR.01, C06.FR.02",
    needs=(*sessions.NEEDS, sessions.LOCAL_START),
    fails_with={
        "no-token": "idToken.idToken: expected .*, got nothing",
        "no-charging-state": "chargingState: expected Charging, got nothing",
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied",
    },
)
async def test_e_04_card_first(station: Station) -> None:
    """A driver presents a card and plugs in: the token is reported with the transaction, and the vehicle charges."""
    await station.prepare(sessions.authorizes)
    if await states.has_bays(station):
        await station.prepare(states.parking_bay_occupied)
    await states.authorized_locally(station)
    await charges_after_the_card(station)


@case(
    "TC_E_05_CS",
    use_case="E03, C01, C02, C04, C06",
    requirement="E03.FR.01, E03.FR.05, E03.FR.06, E03.FR.12, C01.FR.02, C02.FR.01, C06.FR.02",
    needs=(*sessions.NEEDS, sessions.LOCAL_START),
    fails_with={
        "never-gives-up": "sent no Authorize",
        "--misbehave never-gives-up --variable TxCtrlr.TxStartPoint=Authorized": "triggerReason=EVConnectTimeout",
    },
)
async def test_e_05_no_cable_in_time(station: Station) -> None:
    """A driver who does not plug in in time is no longer authorized; the next driver charges."""
    await station.prepare(sessions.authorizes)
    await prefer(station, "AuthCacheCtrlr", "Enabled", "false")
    await prefer(station, "AuthCtrlr", "LocalPreAuthorize", "false")
    await station.prepare(cables.wait_for_one, states.authorized_locally)
    await cables.gives_up_waiting(station)
    await cables.wait_for_cables(station, station.profile.timeouts.operator)
    await sessions.asks_about_the_card(station)
    if await states.is_started_by_authorization(station):
        await station.expect(await states.authorization_event(station, "Authorized"))
    await charges_after_the_card(station)


@case(
    "TC_E_39_CS",
    use_case="E06",
    requirement="E06.FR.04, E06.FR.15",
    needs=sessions.NEEDS,
    fails_with={
        "never-gives-up": "sent TransactionEvent, which must not come",
        "--misbehave wrong-stopped-reason --variable TxCtrlr.TxStartPoint=Authorized": "Timeout, got PowerLoss",
    },
)
async def test_e_39_deauthorized_without_a_cable(station: Station) -> None:
    """A transaction whose driver does not plug in in time ends; a cable that is plugged in later does not charge."""
    if station.profile.has("C-10.2"):
        await points.stop_at(station, "Authorized")
    await station.prepare(sessions.authorizes)
    await station.prepare(cables.wait_for_one, states.authorized)
    await cables.gives_up_waiting(station)
    begin = station.mark()
    await station.act("plug")
    await station.expect(connector_reports("Occupied", station.evse, station.connector), after=begin)
    await station.expect_nothing(transaction_event(charging="Charging"), after=begin)


@case(
    "TC_E_38_CS",
    use_case="E03",
    requirement="E01.FR.18, E01.FR.19, E03.FR.12",
    needs=(*sessions.NEEDS, "ev-pause", "C-51 or not C-09.5"),
    fails_with={"no-charging-state": "chargingState: expected SuspendedEV, got nothing"},
)
async def test_e_38_vehicle_not_ready(station: Station) -> None:
    """A vehicle that takes no energy yet is reported as SuspendedEV."""
    if await states.start_points(station) == {"EnergyTransfer"}:
        await points.start_at(station, "PowerPathClosed")
    await station.prepare(states.authorized)
    await station.act("ev-pause")
    begin = station.mark()
    await states.ev_connected(station)
    suspended = transaction_event(triggerReason="ChargingStateChanged", charging="SuspendedEV")
    await station.expect(suspended, after=begin)


@case(
    "TC_E_52_CS",
    use_case="E03, C01",
    requirement="C01.FR.02, C01.FR.05",
    needs=(*sessions.NEEDS, "C-58", sessions.RFID),
    fails_with={"asks-though-disabled": "sent Authorize, which must not come"},
)
async def test_e_52_no_remote_authorization(station: Station) -> None:
    """With DisableRemoteAuthorization the station does not ask the CSMS about a token; an unknown one cannot charge."""
    await prefer(station, "AuthCtrlr", "Enabled", "true")
    await station.set("AuthCtrlr", "DisableRemoteAuthorization", "true")
    if await states.has_bays(station):
        await station.prepare(states.parking_bay_occupied)
    begin = station.mark()
    await station.act("card", token="unknown")
    await states.ev_connected(station)
    uses_the_token = transaction_event(idToken=station.profile.tokens["unknown"])
    charges = transaction_event(charging="Charging")
    await station.expect_nothing(says("Authorize") | uses_the_token | charges, after=begin)
