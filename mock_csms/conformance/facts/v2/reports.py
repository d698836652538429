"""The reports of variables: which variables they have had so far, and whether they have told all."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.v2.variables import name_of
from mock_csms.twin.variables import Name


class Reports(Mutable):
    """The reports that are coming, and whether all variables are known."""

    coming: Bounded[int, dict[Name, Json]] = bounded(5)
    """The variables of each report that has not come to its end, by its requestId."""
    is_complete: bool = False
    """Whether a FullInventory has come to its end."""
    is_trusted: bool = False
    """Whether it also has all that every station must have: only then a variable that it lacks is not there (V16)."""

    def with_part(self, part: Json) -> dict[Name, Json]:
        """Return the variables of a report up to a part of it."""
        items = part.get("reportData", ())
        return self.coming.get(part["requestId"], {}) | {name_of(item): item for item in items}
