"""Protects the HTTP API: checks Host, Origin and Sec-Fetch-Site against foreign web pages, and checks the token."""

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from mock_csms.control.api.request import Trouble
from mock_csms.runtime.addresses import HOST, LOOPBACKS
from mock_csms.settings.control import AUTO, Address

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every answer."""
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_OWN_SITE = ("same-origin", "none")
"""The values of Sec-Fetch-Site for requests of the page itself, and for those of a person."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_NAVIGATION = ("navigate", "document")
_COOKIE = re.compile(r"(?:^|;)\s*([^=;\s]+)=([^;\s]*)")


def make_token(given: str | None) -> str:
    """Return the token that clients must send: a new one for `auto`, an empty one if none is needed."""
    return secrets.token_urlsafe(24) if given == AUTO else given or ""


class Guard:
    """Accepts or refuses requests. Headers are given by their lower-case names."""

    def __init__(self, bound: Address, token: str) -> None:
        self.token = token
        self.cookie = f"mock_csms_{bound.port}"
        """The name of the cookie. It contains the port, so that several mocks on one machine have different cookies."""
        self._key = secrets.token_bytes(32)
        host = f"[{bound.host}]" if ":" in bound.host else bound.host
        self._hosts = {*_LOCAL, host.lower()} - set(LOOPBACKS)

    @property
    def session(self) -> str:
        """The value of the cookie after login; nobody can compute the token from it."""
        return hmac.new(self._key, self.token.encode(), "sha256").hexdigest()

    def check_request(self, method: str, headers: Mapping[str, str]) -> None:
        """Raise Trouble for a request that a foreign web page may have caused, or that is ambiguous."""
        if "content-length" in headers and "transfer-encoding" in headers:
            raise Trouble(400, "a request has Content-Length or Transfer-Encoding, not both")
        host = headers.get("host", "")
        self._check_host(host)
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}"):
            raise Trouble(403, f"web pages of {origin[:100]!r} may not use this API")
        if headers.get("sec-fetch-site", "none") not in _OWN_SITE and not _is_navigation(method, headers):
            raise Trouble(403, "web pages of other origins may not use this API (Sec-Fetch-Site)")

    def _check_host(self, host: str) -> None:
        """Raise Trouble for a Host that is not a name of this machine.

        With a token any Host is accepted, because a page under another name has neither the cookie nor the token.
        """
        if not re.fullmatch(HOST, host):
            raise Trouble(400, "the Host header is missing or wrong")
        name = re.sub(r":\d+$", "", host.lower())
        if not self.token and name not in self._hosts:
            hint = ", ".join(sorted(self._hosts))
            raise Trouble(403, f"the Host {name[:100]!r} is not one of {hint}; with --api-token any Host may be named")

    def check_token(self, headers: Mapping[str, str]) -> None:
        """Raise Trouble if a token is needed, and the request has neither the token nor the cookie."""
        if not self.is_known(headers):
            challenge = {"WWW-Authenticate": 'Bearer realm="mock-csms"'}
            raise Trouble(401, "this API needs its token: Authorization: Bearer TOKEN", headers=challenge)

    def is_known(self, headers: Mapping[str, str]) -> bool:
        """Whether the request has the token or the cookie, or no token is needed."""
        if not self.token:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        cookies = [value for name, value in _COOKIE.findall(headers.get("cookie", "")) if name == self.cookie]
        return any(hmac.compare_digest(value.encode(), self.session.encode()) for value in cookies)

    def is_token(self, given: str) -> bool:
        """Whether a text is the token."""
        return hmac.compare_digest(given.encode(errors="replace"), self.token.encode())

    def login(self) -> str:
        """Return the Set-Cookie header after a login."""
        return f"{self.cookie}={self.session}; Path=/; HttpOnly; SameSite=Strict"


def _is_navigation(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person follows a link to the page. The page with the link cannot read the answer."""
    said = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return method in _SAFE and said == _NAVIGATION


def check_body(headers: Mapping[str, str]) -> None:
    """Raise Trouble for a body whose type is not JSON. Forms of web pages cannot have that type."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Trouble(415, f"the body must be application/json, not {media[:100] or 'undeclared'}")


def headers_of(scope: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the headers of a request by their names in lower case; repeated headers are joined by commas."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
