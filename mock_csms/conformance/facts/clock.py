"""Timestamps of a station in the time of the mock's clock."""

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.protocol.times import seconds_of


def mock_time_of(stamp: str, station: StationFacts) -> float | None:
    """Return a timestamp by the clock of the mock's events, in seconds since 1970; None if it does not parse."""
    seconds = seconds_of(stamp)
    return None if seconds is None else seconds - station.terms.clock_offset
