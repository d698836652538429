"""The resets that a station has accepted or scheduled."""

from mock_csms.protocol.records import Mutable, field


class Resets(Mutable):
    """The reset that the station still has to do."""

    status: str = ""
    """The status in the answer to the last Reset of the whole station; empty again after its boot."""
    kind: str = ""
    """The type of that Reset."""
    agreed_at: float = 0.0
    """When that answer came."""
    due_at: float = 0.0
    """When that reset was due: when it was agreed, or when the last transaction ended after that."""
    is_for_firmware: bool = False
    """Whether the station has reported that it reboots to install firmware."""
    ending: set[str] = field(default_factory=set)
    """The ids of the transactions that an immediate reset has to end."""
    evse_at: float | None = None
    """When the reset of a single EVSE was last accepted; None if there was none since the boot."""

    @property
    def is_under_way(self) -> bool:
        """Whether the station has accepted to reset at once."""
        return self.status == "Accepted"
