"""The facts about a station that later runs need: ids that must never repeat, and the last values of registers.

Each fact is a text under its kind and its key.
"""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, field

CALL, TRANSACTION, REGISTER, PROFILE = "call", "transaction", "register", "profile"
IDS = (CALL, TRANSACTION)
"""The kinds of facts that only grow in number."""
_MOST = 20_000

Fact: TypeAlias = tuple[str, str, str]
"""A kind, a key, and the text under them."""


class Remembered(Mutable):
    """The facts about a station, by kind and key."""

    fresh: Bounded[tuple[str, str], str] | None = None
    """The facts that are new since the last dump; None if facts are not kept."""
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    """All other facts, as they were at the last dump."""


def fresh_facts() -> Bounded[tuple[str, str], str]:
    """Return an empty place for new facts; if nobody dumps them, the oldest are forgotten."""
    return Bounded(_MOST)
