"""Learns of the reports of variables: which variables they have had so far, and whether they are complete."""

from mock_csms.conformance.facts.station import Known
from mock_csms.conformance.subject import Subject
from mock_csms.conformance.v2.inventory import lacks_any
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call

REPORTS = Subject("reports")
_MOST_VARIABLES = 10_000


@REPORTS.learn(call("NotifyReport"))
def reported(seen: Seen, known: Known) -> None:
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
def booted(seen: Seen, known: Known) -> None:
    """New firmware may have other variables."""
    if seen.payload["reason"] == "FirmwareUpdate":
        known.reports.is_complete = known.reports.is_trusted = False


def connectors_of(known: Known) -> set[Connector]:
    """Return the connectors that a station has, by its full report or else by what it told of them."""
    if known.reports.is_trusted:
        reported = known.variables.reported
        places = {(evse, number) for name, _, evse, number, *_ in reported if name == "Connector"}
        if found := {place for place in places if all(place)}:
            return found
    return set(known.connectors.statuses)
