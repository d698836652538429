"""The course of the transactions of a station, in addition to the facts in its twin."""

from mock_csms.protocol.records import Bounded, Mutable, bounded


class TransactionTrail(Mutable):
    """The messages about transactions, and the answers of the mock."""

    given: Bounded[str, float] = bounded(10_000)
    """By transaction id: when the mock assigned it."""
    refused: Bounded[str, float] = bounded(100)
    """By transaction id: when the answer to StartTransaction did not accept the idTag."""
    is_lost: bool = False
    """Whether the station may have missed the answer to a StartTransaction."""
    ended_at: Bounded[str, float] = bounded(100)
    """By transaction id: when its StopTransaction came."""
    is_unclear: bool = False
    """Whether a StopTransaction on this connection had an unknown id, so that any transaction may have ended."""
    stamp: str = ""
    """The last timestamp of a StartTransaction or StopTransaction on this connection."""
    failed: Bounded[str, tuple[int, float]] = bounded(20)
    """By content of a message about a transaction: how often it was sent and refused, and when it was last refused."""
