"""OCPP 1.6, the end of a session: by a card, by the cable, and by the mock (4.1, 4.10, 3.10, 9.1.23)."""

from mock_csms.plans import Station, one_of, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import CHARGES, status
from mock_csms.plans.v16.states.sessions import NEEDS, stop, tag_of

STOPS, UNLOCKS = "StopTransactionOnEVSideDisconnect", "UnlockConnectorOnEVSideDisconnect"
GROUP = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
NO_REASON = {"no-reason": "reason: expected EVDisconnected, got nothing", "no-stop": "sent no StopTransaction"}


@case(
    "TC_068_CS",
    use_case="Authorize, Stop Transaction",
    requirement="4.1, 4.10, 6.49",
    needs=NEEDS,
    fails_with={
        "authorizes-to-stop": "sent Authorize, which must not come",
        "no-stop": "sent no StopTransaction",
        "wrong-transaction": r"transactionId: expected \d+, got",
    },
)
async def test_16_stop_by_the_same_card(station: Station) -> None:
    """The card that has started a transaction stops it, and the station does not ask about it again."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await states.ends_locally(station, started)
    await station.expect_nothing(says("Authorize"), seconds=0, after=begin)
    await states.unplugged(station)


@case(
    "TC_069_CS",
    use_case="Authorize, Stop Transaction",
    requirement="3.10, 4.1, 4.10",
    needs=NEEDS,
    fails_with={
        "no-authorize@2": "sent no Authorize",
        "no-stop": "sent no StopTransaction",
    },
)
async def test_16_stop_by_another_card_of_the_group(station: Station) -> None:
    """A card with the same parentIdTag stops the transaction; the station asks about it before."""
    await keys.asks_about_cards(station)
    station.configure(reply=[("Authorize", GROUP), ("StartTransaction", GROUP)])
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.act("card", token="valid-2")
    await station.expect(says("Authorize", idTag=tag_of(station, "valid-2")), after=begin)
    await station.expect(stop(started, "Local"), after=begin)
    await station.expect(status("Finishing", station.evse), after=begin)
    await station.prepare(states.unplugged)


async def stops_at_the_vehicle(station: Station, unlocks: str) -> None:
    """Unplug at the vehicle: the transaction ends, with the reason EVDisconnected."""
    await keys.require(station, STOPS, "true")
    await keys.require(station, UNLOCKS, unlocks)
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.act("unplug")
    await station.expect(stop(started, "EVDisconnected"), after=begin)
    await station.expect(status(one_of("Finishing", "Available"), station.evse), after=begin)


@case(
    "TC_005_1_CS",
    use_case="Stop Transaction, Status Notification",
    requirement="4.9, 4.10, 7.36, 9.1.23, 9.1.33",
    needs=NEEDS,
    fails_with=NO_REASON,
)
async def test_16_unplugged_at_the_vehicle(station: Station) -> None:
    """If StopTransactionOnEVSideDisconnect is true, unplugging at the vehicle ends the transaction.

    The connector is Finishing, or Available at once if nothing is left to do for the driver.
    """
    await stops_at_the_vehicle(station, "true")


@case(
    "TC_005_2_CS",
    use_case="Stop Transaction, Unlock Connector",
    requirement="4.9, 4.10, 5.18, 7.36, 9.1.23, 9.1.33",
    needs=(*NEEDS, "HFS-1"),
    fails_with={**NO_REASON, "unlock-fails": "status: expected Unlocked, got UnlockFailed"},
)
async def test_16_unplugged_at_the_vehicle_and_locked(station: Station) -> None:
    """If UnlockConnectorOnEVSideDisconnect is false, the connector stays locked until the mock unlocks it."""
    await stops_at_the_vehicle(station, "false")
    await station.command("UnlockConnector", {"connectorId": station.evse}, status="Unlocked")


@case(
    "TC_005_3_CS",
    use_case="Status Notification, Remote Stop Transaction",
    requirement="4.9, 4.10, 5.12, 9.1.23",
    needs=NEEDS,
    fails_with={
        "hides-suspended": r"sent no StatusNotification\[connectorId=1,status=SuspendedEV",
        "no-reason": "reason: expected Remote, got nothing",
    },
)
async def test_16_unplugged_at_the_vehicle_for_a_while(station: Station) -> None:
    """If StopTransactionOnEVSideDisconnect is false, unplugging only suspends the transaction; the mock stops it."""
    await keys.require(station, STOPS, "false")
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.act("unplug")
    await station.expect(status("SuspendedEV", station.evse, errorCode="NoError"))
    await station.act("plug")
    await station.expect(status(CHARGES, station.evse))
    await station.expect_nothing(says("StopTransaction"), seconds=0, after=begin)
    await station.command("RemoteStopTransaction", {"transactionId": started.id}, status="Accepted")
    await station.expect(stop(started, "Remote"))
    await station.prepare(states.unplugged)
