"""How the transactions of a station went, beyond what its twin knows."""

from mock_csms.protocol.records import Bounded, Mutable, bounded


class TransactionTrail(Mutable):
    """What came, and what the mock has answered."""

    given: Bounded[str, float] = bounded(10_000)
    """When each id was given, by the id."""
    refused: Bounded[str, float] = bounded(100)
    """When the idTag of each transaction was not accepted in StartTransaction.conf, by the id."""
    is_lost: bool = False
    """Whether the answer to a StartTransaction may not have reached the station."""
    ended_at: Bounded[str, float] = bounded(100)
    """When the StopTransaction of each transaction came, by the id."""
    is_unclear: bool = False
    """Whether a StopTransaction on this connection had an unknown id: then nobody knows which transaction it ended."""
    stamp: str = ""
    """The last timestamp of a StartTransaction or StopTransaction on this connection."""
    failed: Bounded[str, tuple[int, float]] = bounded(20)
    """How often each message about a transaction was sent and refused, and when that last was, by its content."""
