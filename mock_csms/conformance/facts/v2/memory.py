"""What is remembered of a station beyond this run: the ids that must be unique for ever, and its last registers.

Each fact is a text by its kind and key.
"""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, field

CALL, TRANSACTION, REGISTER, PROFILE = "call", "transaction", "register", "profile"
IDS = (CALL, TRANSACTION)
"""The kinds of which there are ever more."""
_MOST = 20_000

Fact: TypeAlias = tuple[str, str, str]
"""A kind, a key, and the text that is kept under them."""


class Remembered(Mutable):
    """What is kept of a station, by kind and key."""

    fresh: Bounded[tuple[str, str], str] | None = None
    """What is new since it was dumped last; None where nothing is kept."""
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    """All else, as it was."""


def fresh_facts() -> Bounded[tuple[str, str], str]:
    """Return a place for what is new; where nobody takes it, the oldest is forgotten."""
    return Bounded(_MOST)
