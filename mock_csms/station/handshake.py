"""The request of a station for a WebSocket connection (Part 4, 3)."""

from base64 import b64encode

from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, Version
from mock_csms.runtime.transport.trust import Trust

PREFERRED_SUBPROTOCOL = next(iter(SUBPROTOCOLS))
"""The subprotocol that a station offers by default."""


class HandshakeRequest(Record):
    """Where the CSMS is, and the headers with which the station connects."""

    url: str
    subprotocols: tuple[str, ...] = (PREFERRED_SUBPROTOCOL,)
    authorization: str | None = None
    """The value of the Authorization header; None sends no such header."""
    trust: Trust = Trust()
    """The TLS settings, for a URL with wss://."""


def version_of(handshake: HandshakeRequest) -> Version:
    """Return the version of the first known subprotocol that a handshake offers; the default if it offers none."""
    return next((SUBPROTOCOLS[name] for name in handshake.subprotocols if name in SUBPROTOCOLS), DEFAULT)


def uses_tls(url: str) -> bool:
    """Return whether a URL requires TLS."""
    return url.lower().startswith("wss:")


def basic(user: str, password: str | bytes) -> str:
    """Return the Authorization header of Basic authentication (A00.FR.202 to 205)."""
    secret = password if isinstance(password, bytes) else password.encode()
    return f"Basic {b64encode(user.encode() + b':' + secret).decode()}"
