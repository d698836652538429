"""The reports of variables: which variables they have had so far, and whether they have told all."""

from typing import TYPE_CHECKING

from mock_csms.conformance.subject import Subject
from mock_csms.conformance.v2.inventory import lacks_any
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.v2.variables import name_of
from mock_csms.twin.variables import Name

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

REPORTS = Subject("reports")
_MOST_VARIABLES = 10_000


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


@REPORTS.learn(call("NotifyReport"))
def reported(seen: Seen, known: "Known") -> None:
    """A part came; what does not end is forgotten. The last part of an inventory tells whether it is complete."""
    coming, id_ = known.reports.coming, seen.payload["requestId"]
    names = known.reports.with_part(seen.payload)
    coming.pop(id_, None)
    entry = known.parts.of(seen)
    if entry is not None and entry.is_whole and entry.request.get("reportBase") == "FullInventory":
        known.reports.is_complete = True
        known.reports.is_trusted = not lacks_any(names)
    if seen.payload.get("tbc") and len(names) < _MOST_VARIABLES:
        coming[id_] = names


@REPORTS.learn(call("BootNotification"))
def booted(seen: Seen, known: "Known") -> None:
    """New firmware may have other variables."""
    if seen.payload["reason"] == "FirmwareUpdate":
        known.reports.is_complete = known.reports.is_trusted = False


def connectors_of(known: "Known") -> set[Connector]:
    """Return the connectors that a station has, by its full report or else by what it told of them."""
    if known.reports.is_trusted:
        reported = known.variables.reported
        places = {(evse, number) for name, _, evse, number, *_ in reported if name == "Connector"}
        if found := {place for place in places if all(place)}:
            return found
    return set(known.connectors.statuses)
