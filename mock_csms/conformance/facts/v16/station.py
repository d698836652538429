"""Everything that the checks of OCPP 1.6 know about one station, beyond what those of every version know."""

from mock_csms.conformance.facts.station import StationFacts


class KnownStation16(StationFacts, kw_only=True):
    """Everything that the checks know about a station of OCPP 1.6."""
