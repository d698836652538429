"""The remote starts that a station has accepted: a TransactionEvent must name each of them later."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded


class RemoteStarts(Mutable):
    """The accepted remote starts by remoteStartId; the last hundred."""

    starts: Bounded[int, Json] = bounded(100)
    """Their requests."""
    agreed_at: Bounded[int, float] = bounded(100)
    """When each was accepted."""
    used: Bounded[int, str] = bounded(100)
    """The id of the transaction that has each remoteStartId."""


def is_same_token(one: Json | None, two: Json | None) -> bool:
    """Whether two idTokens are the same; letter case does not matter (Part 2, identifierString)."""
    if one is None or two is None:
        return False
    return (one["idToken"].casefold(), one["type"]) == (two["idToken"].casefold(), two["type"])
