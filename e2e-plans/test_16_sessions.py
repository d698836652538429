"""OCPP 1.6, sessions: how a transaction starts and stops at the station (4.1, 4.8 to 4.10)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.states.sessions import NEEDS, tag_of

STARTS_WRONG = {
    "no-statuses": r"sent no StatusNotification\[connectorId=1,status=Preparing",
    "zero-connector": "sent no StartTransaction.connectorId=1",
    "no-authorize": "sent no Authorize",
}


@case(
    "TC_003_CS",
    use_case="Authorize, Start Transaction, Status Notification",
    requirement="4.1, 4.8, 4.9, errata 3.19",
    needs=NEEDS,
    fails_with=STARTS_WRONG,
)
async def test_16_plugin_first(station: Station) -> None:
    """A driver plugs in, then presents a card: it is authorized, and a transaction starts."""
    await keys.asks_about_cards(station)
    await states.plugged(station)
    begin = station.mark()
    await station.act("card", token="valid")
    await station.expect(says("Authorize", idTag=tag_of(station, "valid")), after=begin)
    started = await states.starts(station, begin)
    await station.prepare(states.session_ended, started)


@case(
    "TC_004_1_CS",
    use_case="Authorize, Start Transaction, Status Notification",
    requirement="4.1, 4.8, 4.9, errata 3.19",
    needs=NEEDS,
    fails_with=STARTS_WRONG,
)
async def test_16_identification_first(station: Station) -> None:
    """A driver presents a card, then plugs in: the card is authorized, and the transaction starts with the cable."""
    await keys.asks_about_cards(station)
    begin = station.mark()
    await station.act("card", token="valid")
    await station.expect(says("Authorize", idTag=tag_of(station, "valid")), after=begin)
    await states.starts_with_the_cable(station, begin)


@case(
    "TC_004_2_CS",
    use_case="Authorize, Status Notification",
    requirement="4.9, 9.1.7",
    needs=("card",),
    fails_with={
        "waits-for-ever": r"sent no StatusNotification\[connectorId=1,status=Available",
    },
)
async def test_16_connection_timeout(station: Station) -> None:
    """If the driver does not plug in within ConnectionTimeOut, the connector is Available again."""
    await states.gives_up_waiting(station)


@case(
    "TC_023_4_CS",
    use_case="Authorize",
    requirement="4.1",
    needs=NEEDS,
    fails_with={"starts-refused": "sent StartTransaction, which must not come", "no-authorize": "sent no Authorize"},
)
async def test_16_invalid_card(station: Station) -> None:
    """If the mock does not accept a card, the station starts no transaction."""
    await keys.asks_about_cards(station)
    station.configure(reply=("Authorize", {"idTagInfo": {"status": "Invalid"}}))
    await states.plugged(station)
    begin = station.mark()
    await station.act("card", token="invalid")
    await station.expect(says("Authorize", idTag=tag_of(station, "invalid")), after=begin)
    await station.expect_nothing(says("StartTransaction"), after=begin)
