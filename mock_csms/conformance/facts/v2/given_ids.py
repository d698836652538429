"""What is known of the ids that the mock gave a station in commands, whatever became of them."""

from mock_csms.conformance.facts.v2.availability import Place
from mock_csms.protocol.records import Bounded, Mutable, bounded, field

MOST_GIVEN = 1000

RESERVATION = "ReserveNow"


class GivenIds(Mutable):
    """The ids that commands gave, and what makes others possible."""

    ids: dict[str, Bounded[int, None]] = field(default_factory=dict)
    """The ids of each command, the last thousand, as keys."""
    ended: Bounded[int, int] = bounded(MOST_GIVEN)
    """The reservations whose end was told and answered, with the number of the connection."""
    has_older: bool = False
    """Whether a connector was Reserved before the mock reserved anything: older reservations may be there."""
    opened_at: dict[Place, float] = field(default_factory=dict)
    """When a command was sent last that may have set a place Operative."""

    def is_unknown(self, action: str, id_: int) -> bool:
        """Whether no command of that action had an id, as far as the mock remembers."""
        ids = self.ids.get(action, ())
        return id_ not in ids and len(ids) < MOST_GIVEN
