"""What is known of the order in which the CSMS wants connectors to be, and of the reservations that it has made."""

from typing import TYPE_CHECKING, TypeAlias

from mock_csms.conformance.known.connectors import Connector, statuses_in
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, command, driven, response, result, when
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

CLOSURES = Subject("orders")
_MOST = 1000
_MOST_CONNECTORS = 10_000
CLOSED = {"Unavailable", "Faulted"}
"""The statuses of a connector that nobody can use."""

Place: TypeAlias = tuple[int, int]
"""An EVSE and a connector of it; 0 for the station and for the EVSE as a whole."""


class Order(Record):
    """A ChangeAvailability that was agreed to: its number, whether it closes, and whether it waits for transactions."""

    number: int
    is_closed: bool
    is_scheduled: bool
    at: float


class Closures(Mutable):
    """What was ordered.

    places: the last order for each place. closed_at, opened_at: when each connector told last that it is closed, and
    that it is not Unavailable, under whatever number. opening_at: when the station was asked last to open something.
    reserved: until when each EVSE is reserved by which id. triggered_at: when a StatusNotification was triggered last.
    taken_at: when the report of each connector was answered last.
    """

    count: int = 0
    places: dict[Place, Order] = field(default_factory=dict)
    closed_at: dict[Connector, float] = field(default_factory=dict)
    opened_at: dict[Connector, float] = field(default_factory=dict)
    opening_at: float = 0.0
    reserved: dict[int, tuple[int, float]] = field(default_factory=dict)
    triggered_at: float = 0.0
    taken_at: dict[Connector, float] = field(default_factory=dict)

    def of(self, connector: Connector) -> Order | None:
        """Return the last order that concerns a connector."""
        evse, _ = connector
        found = [self.places[place] for place in ((0, 0), (evse, 0), connector) if place in self.places]
        return max(found, key=lambda order: order.number, default=None)

    def closing(self, connector: Connector) -> Order | None:
        """Return the order that closes a connector, where no newer one opens it."""
        order = self.of(connector) if self.places else None
        return order if order and order.is_closed else None

    def is_open(self, connector: Connector) -> bool:
        """Whether no order closes a connector, for none of the places that it belongs to."""
        evse, _ = connector
        closed = [order for place, order in self.places.items() if order.is_closed and place[0] in (0, evse)]
        return not closed


def place_of(request: Json) -> Place:
    """Return the place that a command is about."""
    evse = request.get("evse", {})
    return evse.get("id", 0), evse.get("connectorId", 0)


@CLOSURES.learn(result("ChangeAvailability"))
def ordered(seen: Seen, known: "Known") -> None:
    """It agreed to be opened or closed."""
    orders, status = known.closures, seen.payload["status"]
    if status == "Rejected" or len(orders.places) >= _MOST:
        return
    orders.count += 1
    is_closed = seen.request["operationalStatus"] == "Inoperative"
    orders.places[place_of(seen.request)] = Order(orders.count, is_closed, status == "Scheduled", seen.at)


@CLOSURES.learn(command("ChangeAvailability"), when("spoiled"), any_payload=True)
def is_asked(seen: Seen, known: "Known") -> None:
    """It is asked to open something; what it tells of that may come before its answer."""
    match getattr(seen.event, "message", None):
        case Call(action="ChangeAvailability", payload={"operationalStatus": "Operative"}):
            known.closures.opening_at = seen.at


@CLOSURES.learn(call("StatusNotification", "NotifyEvent"))
def told(seen: Seen, known: "Known") -> None:
    """A connector tells whether it is closed; one that is Faulted may be both."""
    orders = known.closures
    for place, status in statuses_in(seen.action, seen.payload):
        if len(orders.closed_at) + len(orders.opened_at) >= _MOST_CONNECTORS:
            return
        if status in CLOSED:
            orders.closed_at[place] = seen.at
        if status != "Unavailable":
            orders.opened_at[place] = seen.at


@CLOSURES.learn(result("ReserveNow"))
def reserved(seen: Seen, known: "Known") -> None:
    """It keeps an EVSE; one whose kind of connector is named may have others that are free."""
    asked, orders = seen.request, known.closures
    until = seconds_of(asked["expiryDateTime"])
    _free(orders, asked["id"])
    is_plain = "connectorType" not in asked and "evseId" in asked and not known.transactions.open_at(asked["evseId"])
    if seen.payload["status"] == "Accepted" and until is not None and is_plain and len(orders.reserved) < _MOST:
        orders.reserved[asked["evseId"]] = (asked["id"], until)


@CLOSURES.learn(command("CancelReservation"), call("ReservationStatusUpdate"))
def freed(seen: Seen, known: "Known") -> None:
    """A reservation has ended, or may have."""
    _free(known.closures, seen.payload["reservationId"])


@CLOSURES.learn(driven())
def used(seen: Seen, known: "Known") -> None:
    """Somebody charges, perhaps the one for whom the EVSE was kept."""
    reserved = known.closures.reserved
    if reserved and "evse" in seen.payload:
        reserved.pop(seen.payload["evse"]["id"], None)
    elif reserved and seen.payload["eventType"] == "Started":
        reserved.clear()


@CLOSURES.learn(command("TriggerMessage"), when("spoiled"), any_payload=True)
def triggered(seen: Seen, known: "Known") -> None:
    """Statuses are asked for."""
    message = getattr(seen.event, "message", None)
    asked = message.payload if isinstance(message, Call) else None
    if isinstance(asked, dict) and asked.get("requestedMessage") == "StatusNotification":
        known.closures.triggered_at = seen.at


@CLOSURES.learn(response("StatusNotification"))
def taken(seen: Seen, known: "Known") -> None:
    """The station knows that a status has come."""
    asked, taken_at = seen.request, known.closures.taken_at
    if len(taken_at) < _MOST:
        taken_at[asked["evseId"], asked["connectorId"]] = seen.at


def _free(orders: Closures, id_: int) -> None:
    orders.reserved = {evse: kept for evse, kept in orders.reserved.items() if kept[0] != id_}
