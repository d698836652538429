"""Updates the connectors in the twin with messages of OCPP 1.6. Each is an EVSE; connector 0 is the station."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

ONLY = 1
"""The number of the only connector of an EVSE in 1.6."""


def reported(seen: Seen, twin: Twin) -> None:
    """Note the status in a StatusNotification."""
    payload, connectors = seen.payload, twin.connectors
    number = payload["connectorId"]
    place = (number, ONLY if number else 0)
    connectors.statuses[place], connectors.reported_at[place] = payload["status"], seen.at
    connectors.stamps[place] = payload.get("timestamp", "")
