"""Why a station must reject a charging profile."""

from mock_csms.protocol.records import Mutable, field


class Charging(Mutable):
    """Why the station must reject the charging profiles of the last commands."""

    objections: dict[str, str] = field(default_factory=dict)
    """By command id: the reason to reject, as known when the mock sent it; empty if the profile is correct."""
