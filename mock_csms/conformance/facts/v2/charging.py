"""What is known of what a station can charge by: its EVSEs, its units, and why the last profile sent is not for it."""

from mock_csms.protocol.records import Mutable, field


class Charging(Mutable):
    """objections: why the profile of a command must not be taken, by what was known when it was sent; of the last."""

    objections: dict[str, str] = field(default_factory=dict)
