"""What checks work out of the times of a station, of its clock and of the terms that it is judged by."""

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.protocol.times import seconds_of


def told_at(stamp: str, station: KnownStation) -> float | None:
    """Return when a timestamp was by the clock of the mock's events; None for a text that is no time."""
    seconds = seconds_of(stamp)
    return None if seconds is None else seconds - station.terms.clock_offset
