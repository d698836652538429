"""The connection and the connectors: how they came to their present state."""

from mock_csms.protocol.records import Mutable, field


class PlaceHistory(Mutable):
    """What the station has reported, and since when."""

    chain: dict[int, str] = field(default_factory=dict)
    """The last status of each connector on this connection, since the last boot."""
    free_at: dict[int, float] = field(default_factory=dict)
    """When each connector was first Available: transactions there must have begun after that."""
    cut_at: float | None = None
    """When the mock itself last ended the connection; None if the last one ended in another way."""
