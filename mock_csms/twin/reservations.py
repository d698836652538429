"""The reservations that a station has accepted."""

from collections.abc import Iterable

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded


class Reservation(Mutable):
    """One reservation that has not ended, as far as the mock knows."""

    id: int
    evse: int | None
    """The EVSE that it is for; None if it is for any."""
    token: Json
    """The idToken that it is for."""
    is_for_group: bool
    """Whether others of the same group may use it (H03.FR.09)."""
    expires_at: float
    """When it expires by the clock of the station, in seconds since 1970; 0 if its timestamp does not parse."""
    is_unused: bool
    """Whether certainly nobody has used the reservation, because no driver came who could have done so."""
    keeps_evse: bool = False
    """Whether it occupies a whole EVSE, which was free before.

    A reservation for a connector type does not: there may be other connectors of that type.
    """


class Reservations(Mutable):
    """The reservations of a station.

    `by_id` has all that may exist, `unused` and `keeping` those that certainly exist.
    """

    by_id: Bounded[int, Reservation] = bounded(1000)
    """The last reservations that may still exist, by their ids."""

    @property
    def unused(self) -> Iterable[Reservation]:
        """The reservations that certainly nobody has used."""
        return [each for each in self.by_id.values() if each.is_unused]

    def unused_by(self, id_: int) -> Reservation | None:
        """Return the unused reservation with an id."""
        return next((each for each in self.unused if each.id == id_), None)

    def unused_at(self, evse: int) -> Reservation | None:
        """Return the unused reservation for an EVSE."""
        return next((each for each in self.unused if each.evse == evse), None)

    @property
    def keeping(self) -> dict[int, Reservation]:
        """The reservations that occupy a whole EVSE, by the EVSE."""
        return {each.evse: each for each in self.by_id.values() if each.keeps_evse and each.evse is not None}
