"""The ids in the mock's commands, whether the station accepted these commands or not."""

from mock_csms.conformance.facts.v2.availability import Place
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

MOST_GIVEN = 1000

RESERVATION = "ReserveNow"


class GivenIds(Mutable):
    """The ids in commands, and the facts that make other ids possible."""

    ids: dict[str, Bounded[int, None]] = field(default_factory=dict)
    """The ids that commands of each action had, as keys; the last thousand."""
    ended: Bounded[int, int] = bounded(MOST_GIVEN)
    """Reservations whose end the station reported and the CSMS answered, each with the number of the connection."""
    has_older: bool = False
    """Whether a connector was Reserved before the mock sent a reservation: there may be older reservations."""
    opened_at: dict[Place, float] = field(default_factory=dict)
    """When a command that may have set a place Operative was last sent."""

    def is_unknown(self, action: str, id_: int) -> bool:
        """Whether no command of that action had this id; False if the mock may have forgotten it."""
        ids = self.ids.get(action, ())
        return id_ not in ids and len(ids) < MOST_GIVEN
