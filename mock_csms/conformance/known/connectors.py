"""What is known of the EVSEs and connectors of a station, and the status that it told last of each."""

from typing import TYPE_CHECKING, TypeAlias

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

CONNECTORS = Subject("connectors")

Connector: TypeAlias = tuple[int, int]
"""The ids of an EVSE and of a connector of it."""


class Connectors(Mutable):
    """The status of each connector as it was told last, and when that came; `by_event`: those that NotifyEvent told."""

    statuses: dict[Connector, str] = field(default_factory=dict)
    told_at: dict[Connector, float] = field(default_factory=dict)
    by_event: set[Connector] = field(default_factory=set)

    @property
    def evses(self) -> set[int]:
        """The EVSEs that are known."""
        return {evse for evse, _ in self.statuses}

    def is_by_status(self, connector: Connector) -> bool:
        """Whether a StatusNotification has told the status of a connector."""
        return connector not in self.by_event

    def of(self, evse: int) -> dict[Connector, str]:
        """Return the statuses of the connectors of an EVSE; of EVSE 0, which is the whole station, of all."""
        return {place: status for place, status in self.statuses.items() if evse in (0, place[0])}


def statuses_in(action: str, payload: Json) -> list[tuple[Connector, str]]:
    """Return the statuses of connectors that a StatusNotification or a NotifyEvent tells (G01.FR.01, N07.FR.19)."""
    if action == "StatusNotification":
        return [((payload["evseId"], payload["connectorId"]), payload["connectorStatus"])]
    told = []
    for event in payload["eventData"]:
        evse = event["component"].get("evse", {})
        if (event["component"]["name"], event["variable"]["name"]) == ("Connector", "AvailabilityState"):
            told.append(((evse.get("id", 0), evse.get("connectorId", 0)), event["actualValue"]))
    return told


def connectors_of(known: "Known") -> set[Connector]:
    """Return the connectors that a station has, by its full report or else by what it told of them."""
    variables = known.variables
    if variables.is_trusted:
        reported = {(evse, number) for name, _, evse, number, *_ in variables.reported if name == "Connector"}
        if found := {place for place in reported if all(place)}:
            return found
    return set(known.connectors.statuses)


@CONNECTORS.learn(call("StatusNotification", "NotifyEvent"))
def told(seen: Seen, known: "Known") -> None:
    """A status was told; what has no EVSE or no connector is none that exists."""
    for place, status in statuses_in(seen.action, seen.payload):
        if all(place):
            known.connectors.statuses[place] = status
            known.connectors.told_at[place] = seen.at
            if seen.action == "NotifyEvent":
                known.connectors.by_event.add(place)
            else:
                known.connectors.by_event.discard(place)
