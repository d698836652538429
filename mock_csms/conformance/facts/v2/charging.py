"""What the mock knows about the abilities of a station to charge by a profile."""

from mock_csms.protocol.records import Mutable, field


class Charging(Mutable):
    """The reason for which the station must reject the last charging profile."""

    objections: dict[str, str] = field(default_factory=dict)
    """The reason by the id of the command, from what was known when it was sent; empty if the profile is right."""
