"""What is known of the reservations of a station: those that it accepted and that nobody has used or ended yet."""

from typing import TYPE_CHECKING

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, driven, result, when
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

BOOKINGS = Subject("bookings")
_MOST = 100
_ENDING = ("ReservationStatusUpdate", "Authorize", "TransactionEvent")
"""What may tell that a reservation is used, or gone."""


class Booking(Record):
    """One reservation; times by the clock of the station. Without an EVSE it is for any."""

    id: int
    evse: int | None
    token: str
    is_for_group: bool
    expires_at: float


class Bookings(Mutable):
    """The reservations by their ids, the last hundred."""

    live: dict[int, Booking] = field(default_factory=dict)

    def at(self, evse: int) -> Booking | None:
        """Return the one that names an EVSE."""
        return next((booked for booked in self.live.values() if booked.evse == evse), None)


@BOOKINGS.learn(result("ReserveNow"))
def reserved(seen: Seen, known: "Known") -> None:
    """It keeps an EVSE; one with the same id is replaced (H01.FR.02)."""
    live, request = known.bookings.live, seen.request
    expires_at = seconds_of(request["expiryDateTime"])
    if seen.payload["status"] != "Accepted":
        return
    live.pop(request["id"], None)
    if expires_at is not None:
        token = request["idToken"]["idToken"].casefold()
        live[request["id"]] = Booking(
            request["id"], request.get("evseId"), token, "groupIdToken" in request, expires_at
        )
        if len(live) > _MOST:
            del live[next(iter(live))]


@BOOKINGS.learn(result("CancelReservation"))
def cancelled(seen: Seen, known: "Known") -> None:
    """It was told to forget one; where there is none any more, it is gone as well."""
    known.bookings.live.pop(seen.request["reservationId"], None)


@BOOKINGS.learn(call("ReservationStatusUpdate"))
def ended(seen: Seen, known: "Known") -> None:
    """It told that one is gone."""
    known.bookings.live.pop(seen.payload["reservationId"], None)


@BOOKINGS.learn(call("Authorize"), driven())
def used(seen: Seen, known: "Known") -> None:
    """Somebody came who may be the one that it was for; anybody may be of a group (H03.FR.09)."""
    live = known.bookings.live
    if not live:
        return
    live.pop(seen.payload.get("reservationId", -1), None)
    token = seen.payload.get("idToken")
    for booked in list(live.values()) if token else ():
        if booked.is_for_group or booked.token == _id_in(token):
            del live[booked.id]


@BOOKINGS.learn(call(*_ENDING), when("malformed"), any_payload=True)
def lost(seen: Seen, known: "Known") -> None:
    """What cannot be read may have told the end of any."""
    if not seen.is_sound:
        known.bookings.live.clear()


def _id_in(token: Json) -> str:
    return str(token["idToken"]).casefold()
