"""What messages of OCPP 1.6 say about connectors: each is an EVSE of its own, and connector 0 is the station."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

ONLY = 1
"""The number of the one connector that an EVSE has here."""


def told(seen: Seen, twin: Twin) -> None:
    """A status was reported."""
    payload, connectors = seen.payload, twin.connectors
    number = payload["connectorId"]
    place = (number, ONLY if number else 0)
    connectors.statuses[place], connectors.told_at[place] = payload["status"], seen.at
    connectors.stamps[place] = payload.get("timestamp", "")
