"""The EVSEs and connectors of a station, and the status that it last reported for each."""

from typing import TypeAlias

from mock_csms.protocol.records import Mutable, field

MOST_MISNUMBERED = 1000

Connector: TypeAlias = tuple[int, int]
"""The ids of an EVSE and of one of its connectors."""


class Connectors(Mutable):
    """The last reports about each connector."""

    statuses: dict[Connector, str] = field(default_factory=dict)
    """The status of each connector."""
    reported_at: dict[Connector, float] = field(default_factory=dict)
    """When the mock received that status."""
    stamps: dict[Connector, str] = field(default_factory=dict)
    """The timestamp of that status."""
    misnumbered: dict[Connector, tuple[str, float]] = field(default_factory=dict)
    """Statuses with evseId 0 or connectorId 0, which do not exist, and when they came.

    Check B08 reports them. All other checks assume that the status belongs to one of the real connectors.
    """

    @property
    def evses(self) -> set[int]:
        """The ids of the EVSEs that have reported a status."""
        return {evse for evse, _ in self.statuses}

    def has_reported(self, connector: Connector, since: float) -> bool:
        """Whether a connector has reported since then.

        A status with a wrong number (0) that may be about it counts too.
        """
        return any(at >= since for _, at in self._reports_of(connector))

    def is_free(self, connector: Connector) -> bool:
        """Whether a connector is Available. A status with a wrong number (0) that may be about it counts too."""
        return all(status == "Available" for status, _ in self._reports_of(connector))

    def _reports_of(self, connector: Connector) -> list[tuple[str, float]]:
        reported = [said for place, said in self.misnumbered.items() if may_mean(place, connector)]
        if connector in self.statuses:
            reported.append((self.statuses[connector], self.reported_at[connector]))
        return reported

    def of(self, evse: int) -> dict[Connector, str]:
        """Return the statuses of the connectors of an EVSE; EVSE 0, the whole station, has all connectors."""
        return {place: status for place, status in self.statuses.items() if evse in (0, place[0])}


def may_mean(place: Connector, connector: Connector) -> bool:
    """Whether a place with a 0, which does not exist, can mean that connector; (0, 0) can mean any."""
    return place == (connector[0], 0) or (place[0] == 0 and place[1] > 0)
