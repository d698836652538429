"""Reports of variables: the parts of each unfinished report, and whether all variables are known."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.v2.variables import name_of
from mock_csms.twin.variables import Name


class Reports(Mutable):
    """The unfinished reports, and whether all variables are known."""

    coming: Bounded[int, dict[Name, Json]] = bounded(5)
    """The variables of each unfinished report, by requestId."""
    is_complete: bool = False
    """Whether a FullInventory came with all its parts."""
    is_trusted: bool = False
    """Whether that inventory also has all required variables.

    Only then variables that are not in it count as missing at the station (V16).
    """

    def with_part(self, part: Json) -> dict[Name, Json]:
        """Return the variables of a report including this part."""
        items = part.get("reportData", ())
        return self.coming.get(part["requestId"], {}) | {name_of(item): item for item in items}
