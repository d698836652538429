"""Updates the connectors in the twin with messages of OCPP 2.x (G01.FR.01, N07.FR.19)."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.connectors import MOST_MISNUMBERED, Connector
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def statuses_in(action: str, payload: Json) -> list[tuple[Connector, str]]:
    """Return the connectors and their statuses in a StatusNotification or a NotifyEvent."""
    return [(place, status) for place, status, _ in _reports_in(action, payload)]


def current_in(action: str, payload: Json, twin: Twin) -> list[tuple[Connector, str]]:
    """Return the statuses in a message, except for connectors that do not exist, and except outdated ones."""
    reported = [each for each in _reports_in(action, payload) if all(each[0])]
    return [
        (place, status) for place, status, stamp in reported if not _is_older(stamp, twin.connectors.stamps.get(place))
    ]


def _reports_in(action: str, payload: Json) -> list[tuple[Connector, str, str]]:
    """Return the connector, the status and the timestamp of each report of a status."""
    if action == "StatusNotification":
        return [((payload["evseId"], payload["connectorId"]), payload["connectorStatus"], payload["timestamp"])]
    reported = []
    for event in payload["eventData"]:
        evse = event["component"].get("evse", {})
        if (event["component"]["name"], event["variable"]["name"]) == ("Connector", "AvailabilityState"):
            place = (evse.get("id", 0), evse.get("connectorId", 0))
            reported.append((place, event["actualValue"], event["timestamp"]))
    return reported


def _is_older(stamp: str, other: str | None) -> bool:
    times = seconds_of(stamp), seconds_of(other or "")
    return times[0] is not None and times[1] is not None and times[0] < times[1]


def reported(seen: Seen, twin: Twin) -> None:
    """Note the statuses in a message. A connector with evseId 0 or connectorId 0 does not exist."""
    connectors = twin.connectors
    for place, status, stamp in _reports_in(seen.action, seen.payload):
        if all(place):
            connectors.statuses[place] = status
            connectors.reported_at[place] = seen.at
            connectors.stamps[place] = stamp
        elif len(connectors.misnumbered) < MOST_MISNUMBERED or place in connectors.misnumbered:
            connectors.misnumbered[place] = (status, seen.at)
