"""The EVSEs and connectors of a station, and the status that it told last of each."""

from typing import TypeAlias

from mock_csms.protocol.records import Mutable, field

MOST_MISNUMBERED = 1000

Connector: TypeAlias = tuple[int, int]
"""The ids of an EVSE and of a connector of it."""


class Connectors(Mutable):
    """What the station told last of each connector."""

    statuses: dict[Connector, str] = field(default_factory=dict)
    """The status of each connector."""
    told_at: dict[Connector, float] = field(default_factory=dict)
    """When that came."""
    stamps: dict[Connector, str] = field(default_factory=dict)
    """The timestamp that it had."""
    misnumbered: dict[Connector, tuple[str, float]] = field(default_factory=dict)
    """The status of what has an EVSE or a connector 0, and when it came.

    B08 says that there is none; no other check misses the connector that was meant.
    """

    @property
    def evses(self) -> set[int]:
        """The EVSEs that are known."""
        return {evse for evse, _ in self.statuses}

    def is_told(self, connector: Connector, since: float) -> bool:
        """Whether the status of a connector came since then, even under a wrong number."""
        return any(at >= since for _, at in self._told_of(connector))

    def is_free(self, connector: Connector) -> bool:
        """Whether nothing but Available was told of a connector last, even under a wrong number."""
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
