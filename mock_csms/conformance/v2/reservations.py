"""Checks of reservations (checks H)."""

from collections.abc import Iterator

from mock_csms.conformance.facts.v2.given_ids import RESERVATION
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.given_ids import may_have_begun_before
from mock_csms.conformance.subject import ERROR, CheckResult, Due, Later, ResultPart, Subject
from mock_csms.conformance.v2.statuses import unreserved
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, result, when
from mock_csms.twin.v2.connectors import statuses_in
from mock_csms.twin.v2.occasions import driven
from mock_csms.twin.v2.transactions import transaction_in

RESERVATIONS = Subject("reservations")


@RESERVATIONS.check(
    "H01",
    "H04.FR.01, H04.FR.03",
    ERROR,
    "the end of a reservation is reported, and its connectors become free",
    result("ReserveNow"),
    call("ReservationStatusUpdate"),
)
def reports_the_end(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an unused reservation without Expired in time, or connectors that stay Reserved after Expired."""
    if seen.kind == "call":
        booked = station.reservations.unused_by(seen.payload["reservationId"])
        is_end = booked is not None and booked.evse and seen.payload["reservationUpdateStatus"] == "Expired"
        return Later("", station.terms.patience, ("freed", booked.id, booked.evse)) if booked and is_end else None
    expires_at = seconds_of(seen.request["expiryDateTime"])
    if seen.payload["status"] != "Accepted" or expires_at is None:
        return None
    wait = (
        max(0.0, expires_at - seen.at - station.terms.clock_offset) + station.terms.tolerance + station.terms.patience
    )
    return Later("", wait, ("expired", seen.request["id"], None), survives=True)


@RESERVATIONS.deadline("H01")
def end_is_not_reported(due: Due, station: KnownStation) -> CheckResult:
    """Report the missing Expired, or the connectors that are still Reserved."""
    what, id_, evse = due.key
    return _not_expired(id_, due, station) if what == "expired" else _not_freed(id_, evse, station)


def _not_expired(id_: int, due: Due, station: KnownStation) -> str | None:
    """Judge an expired reservation, if the station was online all the time since then."""
    booked, boots = station.reservations.unused_by(id_), station.boots
    if booked is None or not station.connections.is_open or boots.is_kept_out:
        return None
    ended_at = due.at - station.terms.patience - station.terms.tolerance
    could_tell = max(station.connections.opened_at, boots.answered_at) <= ended_at
    return f"reservation {id_} has expired, but no ReservationStatusUpdate came" if could_tell else None


def _not_freed(id_: int, evse: int, station: KnownStation) -> str | None:
    """Judge the connectors of an ended reservation, unless another reservation may keep them Reserved."""
    kept = [place for place, status in station.connectors.of(evse).items() if status == "Reserved"]
    if not kept or any(booked.evse in (None, evse) for booked in station.reservations.unused):
        return None
    return f"connector {kept[0][1]} of EVSE {evse} stays Reserved, although reservation {id_} has expired"


@RESERVATIONS.check(
    "H02",
    "H01.FR.23, B01.FR.13",
    ERROR,
    "the connectors of a reserved EVSE are Reserved",
    result("ReserveNow"),
    call("StatusNotification", "NotifyEvent"),
    when("malformed"),
)
def reports_reserved(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a connector that stays Available, or becomes Available again, although its EVSE is reserved.

    B13 reports the first status after a boot.
    """
    if seen.kind == "result":
        request, accepted = seen.request, seen.payload["status"] == "Accepted"
        return list(_expect_reserved(request["evseId"], station)) if accepted and request.get("evseId") else None
    if not station.reservations.unused:
        return None
    reported = statuses_in(seen.action, seen.payload)
    free = [place for place, status in reported if status == "Available" and station.reservations.unused_at(place[0])]
    others = unreserved(seen, station)
    return [Later("", station.terms.patience, place) for place in free if place not in others]


def _expect_reserved(evse: int, station: KnownStation) -> Iterator[ResultPart]:
    """Set a deadline for each connector of an EVSE that was Available when the EVSE was reserved."""
    for place, status in station.connectors.of(evse).items():
        if status == "Available":
            yield Later("", station.terms.patience, place)


@RESERVATIONS.deadline("H02")
def stays_available(due: Due, station: KnownStation) -> CheckResult:
    """Report a connector that is still Available although it must be Reserved by now."""
    evse, connector = place = due.key
    booked = station.reservations.unused_at(evse)
    if booked is None or station.connectors.statuses.get(place) != "Available":
        return None
    if booked.expires_at - station.terms.tolerance < due.at + station.terms.clock_offset:
        return None
    return f"connector {connector} of EVSE {evse} is Available, although it has the reservation {booked.id}"


@RESERVATIONS.check(
    "H03",
    "E01.FR.13, H04.FR.01",
    ERROR,
    "only existing reservations are used or ended, and ended once",
    call("ReservationStatusUpdate"),
    driven(),
)
def reservation_exists(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a reservationId that no command had, or a second end of the same reservation.

    Silent about reservations that may be older than the mock, and about transactions from before the boot.
    """
    id_, given = seen.payload.get("reservationId"), station.given_ids
    if id_ is None:
        return None
    if seen.action == "ReservationStatusUpdate" and given.ended.get(id_) == station.connections.opened:
        return f"reservation {id_} is {seen.payload['reservationUpdateStatus']}, and its end was reported before"
    is_unclear = given.has_older or not station.boots.count or not given.is_unknown(RESERVATION, id_)
    if is_unclear or (seen.action == "TransactionEvent" and _is_known_already(seen, station)):
        return None
    return f"{seen.action} has the reservationId {id_}, which was never given"


def _is_known_already(seen: Seen, station: KnownStation) -> bool:
    """Whether the reservation of an event may be older than the mock, or an earlier event had its id."""
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    is_named = transaction is not None and transaction.is_reserved
    return bool(payload.get("offline")) or is_named or may_have_begun_before(seen, station.boots.asked_at, station)
