"""What is known of idTokens: what the CSMS said of each last, and when the station asked for it or used it."""

from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.seen import Seen, call, driven, response, result, when

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

TOKENS = Subject("tokens")

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
        known = self.by_key.get(key)
        if known is None:
            known = self.by_key[key] = Token()
        return known


def key_of(token: Any) -> Key | None:
    """Return how an idToken is compared; None for what is none."""
    if not isinstance(token, dict):
        return None
    text, kind = token.get("idToken"), token.get("type")
    return (text.casefold(), kind) if isinstance(text, str) and isinstance(kind, str) else None


@TOKENS.learn(call("Authorize"))
def asked(seen: Seen, known: "Known") -> None:
    """The station asks."""
    token = known.tokens.get(seen.payload["idToken"])
    if token:
        token.asked_at = seen.at


@TOKENS.learn(driven())
def used(seen: Seen, known: "Known") -> None:
    """Somebody charges with it; who stops with it does not."""
    if "idToken" in seen.payload and seen.payload["triggerReason"] != "StopAuthorized":
        token = known.tokens.get(seen.payload["idToken"])
        if token:
            token.used_at, token.used_in = seen.at, seen.payload["transactionInfo"]["transactionId"]


@TOKENS.learn(response("Authorize", "TransactionEvent.Authorized"))
def said(seen: Seen, known: "Known") -> None:
    """The CSMS says what it is worth."""
    info = seen.payload.get("idTokenInfo")
    token = known.tokens.get(seen.request.get("idToken")) if info else None
    if info and token:
        _learn(token, info, seen)


@TOKENS.learn(when("spoiled"))
def confused(seen: Seen, known: "Known") -> None:
    """The CSMS says something that the station may take for anything."""
    answers = getattr(seen.event, "answers", None)
    if isinstance(answers, Call) and isinstance(answers.payload, dict):
        key = key_of(answers.payload.get("idToken"))
        if key:
            known.tokens.by_key.pop(key, None)


@TOKENS.learn(result("SendLocalList"))
def listed(seen: Seen, known: "Known") -> None:
    """The local list says it; what it does not say any more is not known."""
    if seen.payload["status"] != "Accepted":
        return
    for item in seen.request.get("localAuthorizationList", ()):
        token = known.tokens.get(item["idToken"])
        if token:
            _learn(token, item.get("idTokenInfo", {}), seen)


@TOKENS.learn(result("ClearCache"))
def cleared(seen: Seen, known: "Known") -> None:
    """The cache is empty."""
    known.tokens.is_cleared |= seen.payload["status"] == "Accepted"


def _learn(token: Token, info: Any, seen: Seen) -> None:
    group = info.get("groupIdToken", {}).get("idToken", "")
    token.status, token.group = info.get("status"), group.casefold()
    token.groups |= {token.group} if group else set()
    token.said_at, token.said_by = seen.at, seen.action
    token.evses = tuple(info.get("evseId", ()))
