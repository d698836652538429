"""Which connectors the CSMS has set Operative or Inoperative, by the commands that the station accepted."""

from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.connectors import Connector

CLOSED = {"Unavailable", "Faulted"}
"""The statuses of a connector that nobody can use."""

Place: TypeAlias = tuple[int, int]
"""An EVSE and one of its connectors. (0, 0) is the whole station, and connector 0 the whole EVSE."""


class AvailabilityOrder(Record):
    """A ChangeAvailability that the station accepted or scheduled."""

    number: int
    """The number of the order: later orders have higher numbers."""
    is_closed: bool
    """Whether it sets the place Inoperative."""
    is_scheduled: bool
    """Whether it waits for the end of transactions."""
    at: float
    """When the station answered."""


class Availability(Mutable):
    """The ChangeAvailability orders of the CSMS, and when connectors reported the new status."""

    count: int = 0
    """The number of orders so far."""
    places: dict[Place, AvailabilityOrder] = field(default_factory=dict)
    """The last order for each place."""
    closed_at: dict[Connector, float] = field(default_factory=dict)
    """The time when each connector was last reported Unavailable or Faulted; the report may have a wrong number."""
    opened_at: dict[Connector, float] = field(default_factory=dict)
    """When each connector last reported that it is not Unavailable; the connector may have a wrong number."""
    opening_at: float = 0.0
    """When the CSMS last requested Operative for any place."""
    triggered_at: float = 0.0
    """When the CSMS last triggered a StatusNotification."""
    taken_at: dict[Connector, float] = field(default_factory=dict)
    """When the CSMS last answered a StatusNotification of each connector."""

    def of(self, connector: Connector) -> AvailabilityOrder | None:
        """Return the last order that applies to a connector; None if there is none."""
        evse, _ = connector
        found = [self.places[place] for place in ((0, 0), (evse, 0), connector) if place in self.places]
        return max(found, key=lambda order: order.number, default=None)

    def closing(self, connector: Connector) -> AvailabilityOrder | None:
        """Return the order that makes a connector Inoperative; None without one, or if a later order replaces it."""
        order = self.of(connector) if self.places else None
        return order if order and order.is_closed else None

    def is_open(self, connector: Connector) -> bool:
        """Whether no order closes the connector, its EVSE, another connector of the EVSE, or the station."""
        evse, _ = connector
        closed = [order for place, order in self.places.items() if order.is_closed and place[0] in (0, evse)]
        return not closed


def place_of(request: Json) -> Place:
    """Return the EVSE and connector that a command names."""
    evse = request.get("evse", {})
    return evse.get("id", 0), evse.get("connectorId", 0)
