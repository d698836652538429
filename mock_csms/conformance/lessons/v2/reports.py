"""Learns from reports of variables: the parts of each unfinished report, and whether an inventory is complete."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.conformance.v2.inventory import lacks_any
from mock_csms.twin.connectors import Connector
from mock_csms.twin.seen import Seen, call

REPORTS = Subject("reports")
_MOST_VARIABLES = 10_000


@REPORTS.learn(call("NotifyReport"))
def reported(seen: Seen, station: KnownStation) -> None:
    """Note a part of a report. The last part of a FullInventory decides whether all variables are known.

    Reports that never end are dropped.
    """
    coming, id_ = station.reports.coming, seen.payload["requestId"]
    names = station.reports.with_part(seen.payload)
    coming.pop(id_, None)
    entry = station.parts.of(seen)
    if entry is not None and entry.is_whole and entry.request.get("reportBase") == "FullInventory":
        station.reports.is_complete = True
        station.reports.is_trusted = not lacks_any(names)
    if seen.payload.get("tbc") and len(names) < _MOST_VARIABLES:
        coming[id_] = names


@REPORTS.learn(call("BootNotification"))
def booted(seen: Seen, station: KnownStation) -> None:
    """Note a boot, because new firmware may have other variables."""
    if seen.payload["reason"] == "FirmwareUpdate":
        station.reports.is_complete = station.reports.is_trusted = False


def connectors_of(station: KnownStation) -> set[Connector]:
    """Return the connectors of a station: those in its full report, or else those that have reported a status."""
    if station.reports.is_trusted:
        reported = station.variables.reported
        places = {(evse, number) for name, _, evse, number, *_ in reported if name == "Connector"}
        if found := {place for place in places if all(place)}:
            return found
    return set(station.connectors.statuses)
