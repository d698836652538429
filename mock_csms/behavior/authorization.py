"""Which status a token gets, and the rest of the idTokenInfo that goes with it.

Tokens are compared without regard to case (Part 2, IdTokenType).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to decide: the status of tokens on the mode's list, and of all others."""

    listed: str
    others: str


MODES: Mapping[str, Mode] = {
    "normal": Mode("Accepted", "Accepted"),
    "whitelist": Mode("Accepted", "Blocked"),
    "blacklist": Mode("Blocked", "Accepted"),
    "rate_limit": Mode("NotAtThisTime", "NotAtThisTime"),
}


@dataclass(frozen=True, slots=True)
class Authorization:
    """How tokens are judged: by `mode` and the tokens on its list.

    `group_id` and `cache_expiry` (seconds from now) are told with every answer, where they are set.
    """

    mode: Mode = MODES["normal"]
    tokens: Collection[str] = ()
    group_id: str | None = None
    cache_expiry: float | None = None
    _listed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_listed", frozenset(token.casefold() for token in self.tokens))

    def id_token_info(self, id_token: str, now: float) -> Json:
        """Return the idTokenInfo for the token with the text `id_token` at the time `now`."""
        listed = id_token.casefold() in self._listed
        info: Json = {"status": self.mode.listed if listed else self.mode.others}
        if self.group_id is not None:
            info["groupIdToken"] = {"idToken": self.group_id, "type": "Central"}
        if self.cache_expiry is not None:
            info["cacheExpiryDateTime"] = rfc3339(now + self.cache_expiry)
        return info
