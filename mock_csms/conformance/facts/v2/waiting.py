"""Whether transaction events may still be queued at the station, and whether the mock saw all transactions begin."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.twin.v2.details import TRANSACTION_EVENT

_MOST_LATE = 10_000


def may_wait(station: KnownStation, now: float) -> bool:
    """Return whether events may be queued at the station: it was offline, or events were refused or not answered."""
    connections, transactions, patience = station.connections, station.transactions, station.terms.patience
    waits = any(action == TRANSACTION_EVENT and now - at > 1.0 for action, at in connections.calls.values())
    if len(station.deadlines) > _MOST_LATE:
        return False
    reopened_at = connections.opened_at if connections.opened > 1 else 0.0
    lately = max(reopened_at, transactions.late_at, transactions.trouble_at)
    return waits or not connections.is_open or now < lately + patience


def is_watched(station: KnownStation) -> bool:
    """Return whether the mock must have seen the beginning of every transaction that runs.

    That is so if the station has booted and each connector was Available at some time since.
    """
    statuses = station.connectors.statuses.keys()
    return bool(statuses) and station.boots.accepted_at is not None and statuses <= station.transactions.were_free
