"""OCPP 1.6, reservations (5.1, 5.13)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status
from mock_csms.plans.v16.states.coming_up import RESERVATION
from mock_csms.plans.v16.states.sessions import NEEDS, tag_of

GROUP = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
UNNAMED = {"no-reservation-id": "sent no StartTransaction.connectorId=1.*reservationId=1"}
NOT_REPORTED = {"never-reserved": r"sent no StatusNotification\[connectorId=1,status=Reserved"}


@case(
    "TC_046_1_CS",
    use_case="Reserve Now, Start Transaction",
    requirement="4.8, 5.13",
    needs=NEEDS,
    fails_with={**UNNAMED, **NOT_REPORTED},
)
async def test_16_reserved_and_used(station: Station) -> None:
    """The station reserves a connector, and the transaction of the reserved idTag names the reservation."""
    await keys.has_profile(station, "Reservation")
    await states.reserved(station)
    begin = station.mark()
    await station.act("card", token="valid")
    await station.expect(status("Preparing", station.evse), after=begin)
    await station.act("plug")
    await states.starts(station, begin, reservationId=RESERVATION)


@case(
    "TC_047_CS",
    use_case="Reserve Now, Status Notification",
    requirement="5.13",
    fails_with={"reserves-for-ever": r"sent no StatusNotification\[connectorId=1,status=Available", **NOT_REPORTED},
)
async def test_16_reservation_expires(station: Station) -> None:
    """When the reservation expires, the connector is Available again, and the station reports that."""
    await keys.has_profile(station, "Reservation")
    seconds = 2 * station.profile.timeouts.interval
    await states.reserved(station, seconds=seconds)
    await station.expect(status("Available", station.evse), within=seconds + station.profile.timeouts.message)


@case(
    "TC_051_CS",
    use_case="Cancel Reservation, Status Notification",
    requirement="4.9, 5.1",
    fails_with={"cancels-nothing": r"sent no StatusNotification\[connectorId=1,status=Available", **NOT_REPORTED},
)
async def test_16_cancel_reservation(station: Station) -> None:
    """The station cancels a reservation, and the connector is Available again."""
    await keys.has_profile(station, "Reservation")
    await states.reserved(station)
    await station.command("CancelReservation", {"reservationId": RESERVATION}, status="Accepted")
    await station.expect(status("Available", station.evse))


@case(
    "TC_052_CS",
    use_case="Cancel Reservation",
    requirement="5.1, 7.5",
    fails_with={"cancels-everything": "status: expected Rejected, got Accepted"},
)
async def test_16_cancel_unknown_reservation(station: Station) -> None:
    """The station rejects the cancellation of a reservation that it does not have, and keeps its own."""
    await keys.has_profile(station, "Reservation")
    await states.reserved(station)
    await station.command("CancelReservation", {"reservationId": RESERVATION + 1}, status="Rejected")
    await station.expect_nothing(status("Available", station.evse))


async def used_by_group(station: Station) -> int:
    """Reserve for a group; the mock knows that the other card is of the group. Return the position afterwards."""
    await keys.has_profile(station, "Reservation")
    await keys.asks_about_cards(station)
    station.configure(reply=[("Authorize", GROUP), ("StartTransaction", GROUP)])
    await states.reserved(station, parentIdTag="GROUP")
    return station.mark()


@case(
    "TC_053_1_CS",
    use_case="Reserve Now, Authorize, Start Transaction",
    requirement="3.10, 4.8, 5.13",
    needs=NEEDS,
    fails_with={**UNNAMED, **NOT_REPORTED},
)
async def test_16_reserved_for_group(station: Station) -> None:
    """A card of the group for which the connector is reserved starts a transaction there."""
    begin = await used_by_group(station)
    await station.act("card", token="valid-2")
    await station.act("plug")
    await states.starts(station, begin, "valid-2", reservationId=RESERVATION)


@case(
    "TC_053_2_CS",
    use_case="Reserve Now, Remote Start Transaction, Authorize",
    requirement="3.10, 4.8, 5.11, 5.13",
    needs=NEEDS,
    fails_with={**UNNAMED, **NOT_REPORTED},
)
async def test_16_reserved_for_group_and_started_remotely(station: Station) -> None:
    """A remote start with an idTag of the group for which the connector is reserved starts a transaction there."""
    await keys.require(station, "AuthorizeRemoteTxRequests", "true")
    begin = await used_by_group(station)
    await states.started_remotely(station, "valid-2")
    await station.expect(says("Authorize", idTag=tag_of(station, "valid-2")), after=begin)
    await station.act("plug")
    await states.starts(station, begin, "valid-2", reservationId=RESERVATION)
