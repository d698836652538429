"""What a station has agreed to that a transaction must show later: remote starts and reservations."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, driven, result
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

ORDERS = Subject("orders")
_MOST = 100


class Orders(Mutable):
    """What was accepted, by its id, the last hundred of each.

    starts: the requests by remoteStartId. agreed_at: when each of them was accepted. used: those of them that have
    been told, with the transaction. reserved: the requests by reservation.
    """

    starts: dict[int, Json] = field(default_factory=dict)
    agreed_at: dict[int, float] = field(default_factory=dict)
    used: dict[int, str] = field(default_factory=dict)
    reserved: dict[int, Json] = field(default_factory=dict)


def is_same_token(one: Json | None, two: Json | None) -> bool:
    """Whether two idTokens are the same; their letters' case does not matter (Part 2, identifierString)."""
    if one is None or two is None:
        return False
    return (one["idToken"].casefold(), one["type"]) == (two["idToken"].casefold(), two["type"])


def reservation_of(known: "Known", token: Json, evse: int | None, now: float) -> int | None:
    """Return the reservation that an idToken uses at an EVSE."""
    for id_, asked in known.orders.reserved.items():
        expires = seconds_of(asked["expiryDateTime"])
        is_in_force = expires is not None and now < expires - known.terms.clock_offset - known.terms.tolerance
        if is_in_force and asked.get("evseId") in (None, evse) and is_same_token(asked["idToken"], token):
            return id_
    return None


@ORDERS.learn(result("RequestStartTransaction", "ReserveNow", "CancelReservation"))
def agreed(seen: Seen, known: "Known") -> None:
    """A command was accepted."""
    if seen.payload["status"] != "Accepted":
        return
    orders = known.orders
    match seen.action, seen.request:  # commands may have been sent wrong on purpose
        case "RequestStartTransaction", {"remoteStartId": int(number), "idToken": {"idToken": str(), "type": str()}}:
            orders.starts[number], orders.agreed_at[number] = seen.request, seen.at
            orders.used.pop(number, None)
        case "ReserveNow", {"id": int(number), "expiryDateTime": str(), "idToken": {"idToken": str(), "type": str()}}:
            orders.reserved[number] = seen.request
        case "CancelReservation", {"reservationId": int(number)}:
            orders.reserved.pop(number, None)
    every: tuple[dict[Any, Any], ...] = (orders.starts, orders.agreed_at, orders.used, orders.reserved)
    for each in every:
        if len(each) > _MOST:
            del each[next(iter(each))]


@ORDERS.learn(call("ReservationStatusUpdate"))
def reservation_ended(seen: Seen, known: "Known") -> None:
    """A reservation has expired or was removed."""
    known.orders.reserved.pop(seen.payload["reservationId"], None)


@ORDERS.learn(call("BootNotification"))
def booted(_: Seen, known: "Known") -> None:
    """What was asked before a reboot need not be done any more."""
    known.orders.starts.clear()


@ORDERS.learn(driven())
def followed(seen: Seen, known: "Known") -> None:
    """An event says what it follows."""
    payload, orders = seen.payload, known.orders
    if "reservationId" in payload:
        orders.reserved.pop(payload["reservationId"], None)
    start = payload["transactionInfo"].get("remoteStartId") if orders.starts else None
    if start in orders.starts:
        orders.used.setdefault(start, payload["transactionInfo"]["transactionId"])
