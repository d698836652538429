"""What checks work out of the times of a station, of its clock and of the terms that it is judged by."""

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.protocol.times import seconds_of

_MOST_LATE = 10_000


def told_at(stamp: str, station: KnownStation) -> float | None:
    """Return when a timestamp was by the clock of the mock's events; None for a text that is no time."""
    seconds = seconds_of(stamp)
    return None if seconds is None else seconds - station.terms.clock_offset


def may_wait(station: KnownStation, now: float) -> bool:
    """Whether events may still wait at the station: it was offline, or its events are refused or not answered."""
    connections, transactions, patience = station.connections, station.transactions, station.terms.patience
    waits = any(action == "TransactionEvent" and now - at > 1.0 for action, at in connections.calls.values())
    if len(station.deadlines) > _MOST_LATE:
        return False
    reopened_at = connections.opened_at if connections.opened > 1 else 0.0
    lately = max(reopened_at, transactions.late_at, transactions.trouble_at)
    return waits or not connections.is_open or now < lately + patience


def is_watched(station: KnownStation) -> bool:
    """Whether all that runs must have begun while the station was watched: it booted, and all connectors were free."""
    statuses = station.connectors.statuses.keys()
    return bool(statuses) and station.boots.accepted_at is not None and statuses <= station.transactions.were_free
