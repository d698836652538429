"""Whether transaction events may still be queued at the station, and whether the mock saw all transactions begin."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.twin.v2.details import TRANSACTION_EVENT

_MOST_LATE = 10_000


def may_wait(station: KnownStation, now: float) -> bool:
    """Whether events may be queued at the station: it was offline, or events were refused or not answered."""
    connections, transactions, patience = station.connections, station.transactions, station.terms.patience
    waits = any(action == TRANSACTION_EVENT and now - at > 1.0 for action, at in connections.calls.values())
    if len(station.deadlines) > _MOST_LATE:
        return False
    reopened_at = connections.opened_at if connections.opened > 1 else 0.0
    lately = max(reopened_at, transactions.late_at, transactions.trouble_at)
    return waits or not connections.is_open or now < lately + patience


def is_watched(station: KnownStation) -> bool:
    """Whether the mock has seen the start of every running transaction.

    It has if the station has booted and each connector was Available at some time after that.
    """
    statuses = station.connectors.statuses.keys()
    return bool(statuses) and station.boots.accepted_at is not None and statuses <= station.transactions.were_free
