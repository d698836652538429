"""Updates the reservations in the twin with messages of OCPP 2.x.

If somebody may have used a reservation, it is no longer certainly unused, but may still exist. If its EVSE was used,
the reservation no longer occupies it. A reservation that was cancelled or has ended is dropped.
"""

from collections.abc import Callable

from mock_csms.protocol.times import seconds_of
from mock_csms.twin.reservations import Reservation, Reservations
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

ENDING = ("ReservationStatusUpdate", "Authorize", "TransactionEvent")
"""The actions of messages that can show that a reservation is used or has ended."""


def reserved(seen: Seen, twin: Twin) -> None:
    """Note the answer to a ReserveNow. A reservation with the same id is replaced (H01.FR.02)."""
    asked, by_id = seen.request, twin.reservations.by_id
    evse, before = asked.get("evseId"), by_id.get(asked["id"])
    if before is not None:
        before.keeps_evse = False
    if seen.payload["status"] != "Accepted":
        return
    expires_at, is_for_group = seconds_of(asked["expiryDateTime"]), "groupIdToken" in asked
    is_readable = expires_at is not None
    reservation = Reservation(asked["id"], evse, asked["idToken"], is_for_group, expires_at or 0.0, is_readable)
    is_plain = "connectorType" not in asked and evse is not None and is_readable
    if is_plain and not twin.transactions.open_at(evse):
        _free(twin.reservations, lambda each: each.evse == evse)
        reservation.keeps_evse = True
    by_id.renew(reservation.id, reservation)


def cancelling(seen: Seen, twin: Twin) -> None:
    """Note that the CSMS requests to cancel a reservation. The station may do so before it answers."""
    _free(twin.reservations, lambda each: each.id == seen.payload["reservationId"])


def cancelled(seen: Seen, twin: Twin) -> None:
    """Note the answer to a CancelReservation. Rejected means that there is no reservation with that id."""
    by_id, id_ = twin.reservations.by_id, seen.request["reservationId"]
    if seen.payload["status"] == "Accepted":
        by_id.pop(id_, None)
    elif id_ in by_id:
        by_id[id_].is_unused = False


def ended(seen: Seen, twin: Twin) -> None:
    """Note that a reservation has expired or was removed."""
    twin.reservations.by_id.pop(seen.payload["reservationId"], None)


def used(seen: Seen, twin: Twin) -> None:
    """Note a driver who may use a reservation: by its id, its idToken or its group (H03.FR.09)."""
    by_id = twin.reservations.by_id
    if not by_id:
        return
    named = seen.payload.get("reservationId", -1)
    if named in by_id:
        by_id[named].is_unused = False
    token = seen.payload.get("idToken")
    for each in by_id.values() if token else ():
        each.is_unused &= not each.is_for_group and each.token["idToken"].casefold() != token["idToken"].casefold()


def charges(seen: Seen, twin: Twin) -> None:
    """Note that a transaction uses an EVSE, maybe by its reservation; the event may name the reservation."""
    reservations, payload = twin.reservations, seen.payload
    if not reservations.by_id:
        return
    if "reservationId" in payload:
        reservations.by_id.pop(payload["reservationId"], None)
    if "evse" in payload:
        _free(reservations, lambda each: each.evse == payload["evse"]["id"])
    elif payload["eventType"] == "Started":
        _free(reservations, lambda _: True)


def unread(seen: Seen, twin: Twin) -> None:
    """Note an unreadable message, which may mean that any reservation is used or has ended."""
    if not seen.is_sound:
        for each in twin.reservations.by_id.values():
            each.is_unused = False


def _free(reservations: Reservations, which: Callable[[Reservation], bool]) -> None:
    """Note that the reservations for which `which` is true no longer occupy their EVSE."""
    for each in reservations.by_id.values():
        if which(each):
            each.keeps_evse = False
