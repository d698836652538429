"""What is known of idTokens: what the CSMS said of each last, and when the station asked for it or used it."""

from typing import Any, TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, bounded

Key: TypeAlias = tuple[str, str]
"""Text and type of an idToken, as they are compared (C01.FR.25)."""


class Token(Mutable):
    """One idToken."""

    status: str | None = None
    """The status that the mock told last; None as long as it told none."""
    evses: tuple[int, ...] = ()
    """The EVSEs that it named with that; none where all may be used."""
    group: str = ""
    """The group that it named with that."""
    said_at: float = 0.0
    """When it told that."""
    said_by: str = ""
    """In answer to which action, or by which command."""
    asked_at: float = 0.0
    """When the station sent an Authorize last."""
    used_at: float = 0.0
    """When an event came last with which the idToken took the right to charge."""
    used_in: str = ""
    """The transaction of that event."""
    groups: frozenset[str] = frozenset()
    """All groups that were ever named."""


class Tokens(Mutable):
    """The last thousand idTokens."""

    by_key: Bounded[Key, Token] = bounded(1000)
    is_cleared: bool = False
    """Whether the cache was cleared."""

    def of(self, token: Any) -> Token | None:
        """Return what is known of an idToken."""
        key = key_of(token)
        return self.by_key.get(key) if key else None

    def get(self, token: Any) -> Token | None:
        """Return the same, and begin to know it."""
        key = key_of(token)
        if key is None:
            return None
        token_ = self.by_key.get(key)
        if token_ is None:
            token_ = self.by_key[key] = Token()
        return token_


def key_of(token: Any) -> Key | None:
    """Return how an idToken is compared; None for what is none."""
    if not isinstance(token, dict):
        return None
    text, kind = token.get("idToken"), token.get("type")
    return (text.casefold(), kind) if isinstance(text, str) and isinstance(kind, str) else None
