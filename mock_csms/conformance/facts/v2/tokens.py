"""IdTokens: their last status from the CSMS, and how the station used each."""

from typing import Any, TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, bounded

Key: TypeAlias = tuple[str, str]
"""The text and the type of an idToken for comparison: letter case does not matter (C01.FR.25)."""


class Token(Mutable):
    """One idToken."""

    status: str | None = None
    """The last status from the CSMS; None if there is none yet."""
    evses: tuple[int, ...] = ()
    """The EVSEs that the CSMS allowed with that status; empty if it allowed all."""
    group: str = ""
    """The group that came with that status."""
    said_at: float = 0.0
    """When the CSMS sent that status."""
    said_by: str = ""
    """The action that the CSMS answered with that status, or the command that contained it."""
    asked_at: float = 0.0
    """When the station last sent an Authorize for it."""
    used_at: float = 0.0
    """When the last event came in which the idToken starts or continues charging."""
    used_in: str = ""
    """The transaction of that event."""
    groups: frozenset[str] = frozenset()
    """All groups that the CSMS has ever sent for it."""


class Tokens(Mutable):
    """The idTokens that the mock knows."""

    by_key: Bounded[Key, Token] = bounded(1000)
    """The idTokens by key; the last thousand."""
    is_cleared: bool = False
    """Whether the authorization cache was cleared."""

    def of(self, token: Any) -> Token | None:
        """Return the facts about an idToken; None if there are none."""
        key = key_of(token)
        return self.by_key.get(key) if key else None

    def get(self, token: Any) -> Token | None:
        """Return the facts about an idToken, and add it if it is new; None if the value is no idToken."""
        key = key_of(token)
        if key is None:
            return None
        token_ = self.by_key.get(key)
        if token_ is None:
            token_ = self.by_key[key] = Token()
        return token_


def key_of(token: Any) -> Key | None:
    """Return the key of an idToken; None if the value is no idToken."""
    if not isinstance(token, dict):
        return None
    text, kind = token.get("idToken"), token.get("type")
    return (text.casefold(), kind) if isinstance(text, str) and isinstance(kind, str) else None
