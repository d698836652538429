"""The header `Authorization: Token …`. The token is in Base64 there, but many parties send it as it is."""

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable

from mock_csms.protocol.records import Record

_HEADER = re.compile(r"token +(?P<token>[!-~]+) *", re.IGNORECASE)
_STRICT = re.compile(r"token [!-~]+", re.IGNORECASE)
_NEWLINES = "\r\n"


class TokenShown(Record):
    """A known token that a request shows."""

    token: str
    is_raw: bool
    """Whether it was sent as it is, not in Base64."""


def written_token(token: str, *, is_raw: bool = False) -> str:
    """Return the value of the header for a token."""
    return f"Token {token if is_raw else b64encode(token.encode()).decode()}"


def shown_token(header: str, known: Iterable[str]) -> TokenShown | None:
    """Return which of the known tokens a header has; None if it has none of them.

    A newline at the end of a decoded token does not count: the examples of the specification have one.
    """
    found = _HEADER.fullmatch(header)
    if found is None:
        return None
    given, decoded = found["token"], _decoded(found["token"])
    for token in known:
        if _is_same(given, token):
            return TokenShown(token, is_raw=True)
    for token in known if decoded else ():
        if _is_same(decoded, token):
            return TokenShown(token, is_raw=False)
    return None


def token_form(header: str, shown: TokenShown | None) -> str:
    """Return how a header shows a token: `missing`, `scheme` (not `Token`, one space and a token), `unknown`, `raw`,
    `newline` (Base64 of the token and a newline) or `base64`. `shown` is the known token in it.
    """
    if not header:
        return "missing"
    if not _STRICT.fullmatch(header):
        return "scheme"
    if shown is None:
        return "unknown"
    if shown.is_raw:
        return "raw"
    return "newline" if _decoded(header.split(" ")[1], keeps_newlines=True) != shown.token else "base64"


def _decoded(text: str, *, keeps_newlines: bool = False) -> str:
    """Return a text in Base64 decoded; empty if it is not Base64, or not UTF-8."""
    try:
        decoded = b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded if keeps_newlines else decoded.rstrip(_NEWLINES)


def _is_same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())
