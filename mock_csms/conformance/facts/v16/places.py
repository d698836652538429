"""The history of the connection and of the connectors."""

from mock_csms.protocol.records import Mutable, field


class PlaceHistory(Mutable):
    """The reported statuses, with their times."""

    chain: dict[int, str] = field(default_factory=dict)
    """The last status of each connector on this connection, since the last boot."""
    free_at: dict[int, float] = field(default_factory=dict)
    """When each connector was first Available: transactions there must have begun after that."""
    cut_at: float | None = None
    """When the mock ended the last connection; None if that connection ended in another way."""
