"""What the mock knows about idTokens: what the CSMS last said about each, and how the station used it."""

from typing import Any, TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, bounded

Key: TypeAlias = tuple[str, str]
"""The text and the type of an idToken for comparing: letter case does not matter (C01.FR.25)."""


class Token(Mutable):
    """One idToken."""

    status: str | None = None
    """The last status that the CSMS gave; None until it gives one."""
    evses: tuple[int, ...] = ()
    """The EVSEs that it allowed with that status; empty if it allowed all."""
    group: str = ""
    """The group that it named with that status."""
    said_at: float = 0.0
    """When it gave that status."""
    said_by: str = ""
    """The action that it answered with that status, or the command that had it."""
    asked_at: float = 0.0
    """When the station last sent an Authorize for it."""
    used_at: float = 0.0
    """When an event last came in which the idToken starts or continues charging."""
    used_in: str = ""
    """The transaction of that event."""
    groups: frozenset[str] = frozenset()
    """All groups that the CSMS has ever named."""


class Tokens(Mutable):
    """The idTokens that the mock knows."""

    by_key: Bounded[Key, Token] = bounded(1000)
    """The idTokens by key; the last thousand."""
    is_cleared: bool = False
    """Whether the authorization cache was cleared."""

    def of(self, token: Any) -> Token | None:
        """Return what is known about an idToken; None if nothing is."""
        key = key_of(token)
        return self.by_key.get(key) if key else None

    def get(self, token: Any) -> Token | None:
        """Return what is known about an idToken, and add it if it is new; None if it is no idToken."""
        key = key_of(token)
        if key is None:
            return None
        token_ = self.by_key.get(key)
        if token_ is None:
            token_ = self.by_key[key] = Token()
        return token_


def key_of(token: Any) -> Key | None:
    """Return the key of an idToken; None if it is no idToken."""
    if not isinstance(token, dict):
        return None
    text, kind = token.get("idToken"), token.get("type")
    return (text.casefold(), kind) if isinstance(text, str) and isinstance(kind, str) else None
