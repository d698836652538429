"""Whether the CSMS wants connectors to be open or closed, by the ChangeAvailability that the station agreed to."""

from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.connectors import Connector

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
