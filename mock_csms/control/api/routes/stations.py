"""The stations: what is known of them."""

from collections.abc import Iterator

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.api.contract.stations import ConnectorRow, StationRow, StationsQuery
from mock_csms.control.api.request import ApiRequest, Content
from mock_csms.control.panel import Panel
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import json_text
from mock_csms.twin.station import StationModel
from mock_csms.twin.v2.device import maker_of


def list_stations(asked: ApiRequest[StationsQuery, None]) -> Content:
    """Return the stations that match."""
    panel, query = asked.panel, asked.query
    known = sorted(each for each in _known(panel) if matches(each, query.match))
    if query.connected is not None:
        known = [each for each in known if (each in panel.csms.sessions) is query.connected]
    page = [each for each in known if each > query.after][: query.limit]
    rows = [row_of(panel, each) for each in page]
    return Content(json_text(rows), headers={"X-Total-Count": str(len(known))})


def _known(panel: Panel) -> Iterator[str]:
    yield from panel.csms.stations


def row_of(panel: Panel, identity: str) -> StationRow:
    """Return what is known of a station, in short."""
    station = panel.csms.stations.get(identity) or StationModel(identity)
    session, twin, seen = panel.csms.sessions.get(identity), station.twin, panel.journal.seen.get(identity)
    vendor, model = maker_of(twin.boots.asked) if twin else (None, None)
    connectors = sorted(twin.connectors.statuses.items()) if twin else ()
    return StationRow(
        identity,
        session is not None,
        False,  # noqa: FBT003 - a field of a row
        session.version.name if session else None,
        station.boot_status,
        vendor,
        model,
        [ConnectorRow(evse, connector, status) for (evse, connector), status in connectors],
        list(station.transactions),
        rfc3339(seen) if seen else None,
        dict(panel.findings.by_station.get(identity, {})),
    )
