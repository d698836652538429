"""What is known of the EVSEs and connectors of a station, and the status that it told last of each."""

from typing import TYPE_CHECKING, TypeAlias

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

CONNECTORS = Subject("connectors")
_MOST = 1000

Connector: TypeAlias = tuple[int, int]
"""The ids of an EVSE and of a connector of it."""


class Connectors(Mutable):
    """The status of each connector as it was told last, when that came, and (`stamps`) of when it was.

    misnumbered: the same of what has an EVSE or a connector 0. B08 says that there is none; no other check misses the
    connector that was meant.
    """

    statuses: dict[Connector, str] = field(default_factory=dict)
    told_at: dict[Connector, float] = field(default_factory=dict)
    stamps: dict[Connector, str] = field(default_factory=dict)
    misnumbered: dict[Connector, tuple[str, float]] = field(default_factory=dict)

    @property
    def evses(self) -> set[int]:
        """The EVSEs that are known."""
        return {evse for evse, _ in self.statuses}

    def is_told(self, connector: Connector, since: float) -> bool:
        """Whether the status of a connector came since then, be it under a wrong number."""
        return any(at >= since for _, at in self._told_of(connector))

    def is_free(self, connector: Connector) -> bool:
        """Whether nothing but Available was told of a connector last, be it under a wrong number."""
        return all(status == "Available" for status, _ in self._told_of(connector))

    def _told_of(self, connector: Connector) -> list[tuple[str, float]]:
        told = [said for place, said in self.misnumbered.items() if may_mean(place, connector)]
        if connector in self.statuses:
            told.append((self.statuses[connector], self.told_at[connector]))
        return told

    def of(self, evse: int) -> dict[Connector, str]:
        """Return the statuses of the connectors of an EVSE; of EVSE 0, which is the whole station, of all."""
        return {place: status for place, status in self.statuses.items() if evse in (0, place[0])}


def may_mean(place: Connector, connector: Connector) -> bool:
    """Whether a place with a 0, which cannot be, may be that connector; 0 and 0 is the whole station."""
    return place == (connector[0], 0) or (place[0] == 0 and place[1] > 0)


def statuses_in(action: str, payload: Json) -> list[tuple[Connector, str]]:
    """Return the statuses of connectors that a StatusNotification or a NotifyEvent tells (G01.FR.01, N07.FR.19)."""
    return [(place, status) for place, status, _ in _told_in(action, payload)]


def current_in(action: str, payload: Json, known: "Known") -> list[tuple[Connector, str]]:
    """Return the statuses of connectors that are there, without those that come late: older than what is known."""
    told = [each for each in _told_in(action, payload) if all(each[0])]
    return [
        (place, status) for place, status, stamp in told if not _is_older(stamp, known.connectors.stamps.get(place))
    ]


def _told_in(action: str, payload: Json) -> list[tuple[Connector, str, str]]:
    """Return places, statuses and timestamps."""
    if action == "StatusNotification":
        return [((payload["evseId"], payload["connectorId"]), payload["connectorStatus"], payload["timestamp"])]
    told = []
    for event in payload["eventData"]:
        evse = event["component"].get("evse", {})
        if (event["component"]["name"], event["variable"]["name"]) == ("Connector", "AvailabilityState"):
            place = (evse.get("id", 0), evse.get("connectorId", 0))
            told.append((place, event["actualValue"], event["timestamp"]))
    return told


def _is_older(stamp: str, other: str | None) -> bool:
    times = seconds_of(stamp), seconds_of(other or "")
    return times[0] is not None and times[1] is not None and times[0] < times[1]


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
    for place, status, stamp in _told_in(seen.action, seen.payload):
        if all(place):
            known.connectors.statuses[place] = status
            known.connectors.told_at[place] = seen.at
            known.connectors.stamps[place] = stamp
        elif len(known.connectors.misnumbered) < _MOST or place in known.connectors.misnumbered:
            known.connectors.misnumbered[place] = (status, seen.at)
