"""Learns about reservations."""

from mock_csms.conformance.facts.v16.bookings import Booking
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, result, when

BOOKINGS = Subject("bookings")


@BOOKINGS.learn(result("ReserveNow"))
def reserved(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts a reservation; the same id replaces an earlier one (5.13)."""
    asked = seen.request
    if seen.payload["status"] == "Accepted":
        ends = seconds_of(asked["expiryDate"]) or 0.0
        tag, parent = folded(asked["idTag"]), folded(asked.get("parentIdTag", ""))
        station.bookings.by_id.renew(asked["reservationId"], Booking(asked["connectorId"], tag, parent, ends, seen.at))


@BOOKINGS.learn(result("CancelReservation"))
def cancelled(seen: Seen, station: KnownStation16) -> None:
    """Note that the station cancels a reservation, or does not have it."""
    station.bookings.by_id.pop(seen.request["reservationId"], None)


@BOOKINGS.learn(call("StartTransaction"))
def used(seen: Seen, station: KnownStation16) -> None:
    """Note that a transaction uses a reservation, by its id or by its idTag."""
    payload, tag = seen.payload, folded(seen.payload["idTag"])
    for id_, booking in [*station.bookings.by_id.items()]:
        is_it = booking.tag == tag and booking.connector in (0, payload["connectorId"])
        if is_it or id_ == payload.get("reservationId"):
            del station.bookings.by_id[id_]


@BOOKINGS.learn(call("StatusNotification"))
def freed(seen: Seen, station: KnownStation16) -> None:
    """Note that a connector is out of order: its reservations may have ended (5.13)."""
    if seen.payload["status"] in ("Faulted", "Unavailable"):
        for id_, booking in [*station.bookings.by_id.items()]:
            if booking.connector in (0, seen.payload["connectorId"]) or seen.payload["connectorId"] == 0:
                del station.bookings.by_id[id_]


@BOOKINGS.learn(call("BootNotification"), when("spoiled", "unanswered"), any_payload=True)
def in_doubt(_: Seen, station: KnownStation16) -> None:
    """After a boot, or a command without a readable answer, forget which reservations exist."""
    station.bookings.by_id.clear()
