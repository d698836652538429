"""What is known of the reports of variables that are coming: which variables they have had so far."""

from typing import TYPE_CHECKING

from mock_csms.conformance.inventory import lacks_any
from mock_csms.conformance.known.variables import Name, name_of
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

REPORTS = Subject("reports")
_MOST_REPORTS = 5
_MOST_VARIABLES = 10_000


class Reports(Mutable):
    """The variables of each report that has not come to its end, by its requestId; the last five."""

    coming: dict[int, dict[Name, Json]] = field(default_factory=dict)

    def with_part(self, part: Json) -> dict[Name, Json]:
        """Return the variables of a report up to a part of it."""
        items = part.get("reportData", ())
        return self.coming.get(part["requestId"], {}) | {name_of(item): item for item in items}


@REPORTS.learn(call("NotifyReport"))
def reported(seen: Seen, known: "Known") -> None:
    """A part came; what does not end is forgotten. The last part of an inventory tells whether it is complete."""
    coming, id_ = known.reports.coming, seen.payload["requestId"]
    names = known.reports.with_part(seen.payload)
    coming.pop(id_, None)
    entry = known.parts.of(seen)
    if entry is not None and entry.is_whole and entry.request.get("reportBase") == "FullInventory":
        known.variables.is_complete = True
        known.variables.is_trusted = not lacks_any(names)
    if seen.payload.get("tbc") and len(names) < _MOST_VARIABLES:
        coming[id_] = names
        if len(coming) > _MOST_REPORTS:
            del coming[next(iter(coming))]
