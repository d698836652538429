"""The resets that a station has agreed to."""

from mock_csms.protocol.records import Mutable, field


class Resets(Mutable):
    """The reset that is to come."""

    status: str = ""
    """How the last Reset of the whole station was answered, until it boots."""
    kind: str = ""
    """The type of that Reset."""
    agreed_at: float = 0.0
    """When it was answered."""
    is_for_firmware: bool = False
    """Whether the station has said that it reboots to install firmware."""
    ending: set[str] = field(default_factory=set)
    """The transactions that an immediate reset has to end."""
    evse_at: float | None = None
    """When the reset of a single EVSE was accepted."""

    @property
    def is_under_way(self) -> bool:
        """Whether the station has said that it resets now."""
        return self.status == "Accepted"
