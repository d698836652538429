"""The reservations that a station has accepted: one store for all who ask for what is reserved."""

from collections.abc import Iterable

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded


class Reservation(Mutable):
    """One reservation, until it is known to have ended; its times are by the clock of the station."""

    id: int
    evse: int | None
    """Its EVSE; None where it is for any."""
    token: Json
    """The idToken that it is for."""
    is_for_group: bool
    """Whether others of the same group may use it (H03.FR.09)."""
    expires_at: float
    """When it expires; 0 where its time cannot be read."""
    is_unused: bool
    """Whether it is surely in force until then, as nobody came who may have used it."""
    keeps_evse: bool = False
    """Whether it keeps a whole EVSE that was free: not a kind of connector, of which there may be others."""


class Reservations(Mutable):
    """The reservations by their ids, the last thousand.

    Who asks whether something is surely reserved asks for `unused`, or `keeping`; who asks whether something may be
    reserved asks for `by_id`.
    """

    by_id: Bounded[int, Reservation] = bounded(1000)

    @property
    def unused(self) -> Iterable[Reservation]:
        """Those that nobody can have used."""
        return [each for each in self.by_id.values() if each.is_unused]

    def unused_by(self, id_: int) -> Reservation | None:
        """Return one of them by its id."""
        return next((each for each in self.unused if each.id == id_), None)

    def unused_at(self, evse: int) -> Reservation | None:
        """Return the one of them that names an EVSE."""
        return next((each for each in self.unused if each.evse == evse), None)

    @property
    def keeping(self) -> dict[int, Reservation]:
        """Those that keep a whole EVSE, by that."""
        return {each.evse: each for each in self.by_id.values() if each.keeps_evse and each.evse is not None}
