"""Whether the CSMS wants connectors to be open or closed, by the ChangeAvailability that the station agreed to."""

from typing import TYPE_CHECKING, TypeAlias

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call, command, response, result, when
from mock_csms.twin.v2.connectors import statuses_in

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

AVAILABILITY = Subject("availability")
_MOST = 1000
_MOST_CONNECTORS = 10_000
CLOSED = {"Unavailable", "Faulted"}
"""The statuses of a connector that nobody can use."""

Place: TypeAlias = tuple[int, int]
"""An EVSE and a connector of it; 0 for the station and for the EVSE as a whole."""


class AvailabilityOrder(Record):
    """A ChangeAvailability that was agreed to: its number, whether it closes, and whether it waits for transactions."""

    number: int
    is_closed: bool
    is_scheduled: bool
    at: float


class Availability(Mutable):
    """What the CSMS ordered, and what connectors told of it."""

    count: int = 0
    places: dict[Place, AvailabilityOrder] = field(default_factory=dict)
    """The last order for each place."""
    closed_at: dict[Connector, float] = field(default_factory=dict)
    """When each connector told last that it is closed, under whatever number."""
    opened_at: dict[Connector, float] = field(default_factory=dict)
    """When each connector told last that it is not Unavailable, under whatever number."""
    opening_at: float = 0.0
    """When the station was asked last to open something."""
    triggered_at: float = 0.0
    """When a StatusNotification was triggered last."""
    taken_at: dict[Connector, float] = field(default_factory=dict)
    """When the report of each connector was answered last."""

    def of(self, connector: Connector) -> AvailabilityOrder | None:
        """Return the last order that concerns a connector."""
        evse, _ = connector
        found = [self.places[place] for place in ((0, 0), (evse, 0), connector) if place in self.places]
        return max(found, key=lambda order: order.number, default=None)

    def closing(self, connector: Connector) -> AvailabilityOrder | None:
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


@AVAILABILITY.learn(result("ChangeAvailability"))
def ordered(seen: Seen, known: "Known") -> None:
    """It agreed to be opened or closed."""
    orders, status = known.availability, seen.payload["status"]
    if status == "Rejected" or len(orders.places) >= _MOST:
        return
    orders.count += 1
    is_closed = seen.request["operationalStatus"] == "Inoperative"
    orders.places[place_of(seen.request)] = AvailabilityOrder(orders.count, is_closed, status == "Scheduled", seen.at)


@AVAILABILITY.learn(command("ChangeAvailability"), when("spoiled"), any_payload=True)
def is_asked(seen: Seen, known: "Known") -> None:
    """It is asked to open something; what it tells of that may come before its answer."""
    match getattr(seen.event, "message", None):
        case Call(action="ChangeAvailability", payload={"operationalStatus": "Operative"}):
            known.availability.opening_at = seen.at


@AVAILABILITY.learn(call("StatusNotification", "NotifyEvent"))
def told(seen: Seen, known: "Known") -> None:
    """A connector tells whether it is closed; one that is Faulted may be both."""
    orders = known.availability
    for place, status in statuses_in(seen.action, seen.payload):
        if len(orders.closed_at) + len(orders.opened_at) >= _MOST_CONNECTORS:
            return
        if status in CLOSED:
            orders.closed_at[place] = seen.at
        if status != "Unavailable":
            orders.opened_at[place] = seen.at


@AVAILABILITY.learn(command("TriggerMessage"), when("spoiled"), any_payload=True)
def triggered(seen: Seen, known: "Known") -> None:
    """Statuses are asked for."""
    message = getattr(seen.event, "message", None)
    asked = message.payload if isinstance(message, Call) else None
    if isinstance(asked, dict) and asked.get("requestedMessage") == "StatusNotification":
        known.availability.triggered_at = seen.at


@AVAILABILITY.learn(response("StatusNotification"))
def taken(seen: Seen, known: "Known") -> None:
    """The station knows that a status has come."""
    asked, taken_at = seen.request, known.availability.taken_at
    if len(taken_at) < _MOST:
        taken_at[asked["evseId"], asked["connectorId"]] = seen.at
