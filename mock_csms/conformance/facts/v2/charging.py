"""What is known of what a station can charge by: its EVSEs, its units, and why the last profile sent is not for it."""

from mock_csms.protocol.records import Mutable, field


class Charging(Mutable):
    """Why the station must reject the profile that it was sent last."""

    objections: dict[str, str] = field(default_factory=dict)
    """The reason by the id of the command, from what was known when it was sent; empty if the profile is right."""
