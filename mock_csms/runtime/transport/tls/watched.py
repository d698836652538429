"""A TLS object that records the alerts and the client certificate of its handshake, even if the handshake fails.

The `ssl` module gives a certificate only after success, and alerts never. OpenSSL calls `SSLContext._msg_callback` with
each message; Python has it for its own tests. If a Python lacks it, events have less detail, and nothing else changes.
"""

import ssl
from functools import cache
from typing import Any

_ALERT, _CERTIFICATE = 21, 11
"""The content type of alerts, and the handshake type of Certificate (RFC 8446, B.1 and B.3)."""
_TLS13 = 0x0304


class WatchedTls(ssl.SSLObject):
    """A TLS object with the alert and the client certificate of its handshake."""

    alert: int | None = None
    """The last alert, except close_notify, which is not a failure."""
    is_alert_ours = False
    certificate: bytes = b""
    """The first certificate that the client sent, in DER."""


class WatchingContext:
    """An `SSLContext` whose TLS objects record alerts and certificates until the handshake is over."""

    def __init__(self, context: ssl.SSLContext) -> None:
        context.sslobject_class = WatchedTls
        self._context = context
        self._can_watch = hasattr(context, "_msg_callback")
        if self._can_watch:
            context._msg_callback = _note  # type: ignore[attr-defined] # Python has it for its own tests

    def wrap(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> ssl.SSLObject:
        """Return the TLS object of a new connection."""
        return self._context.wrap_bio(incoming, outgoing, server_side=True)

    def buffers(self) -> tuple[ssl.MemoryBIO, ssl.MemoryBIO]:
        """Return the buffer for bytes from the socket, and the buffer for bytes to the socket."""
        return ssl.MemoryBIO(), ssl.MemoryBIO()

    def rest(self, tls: ssl.SSLObject) -> None:
        """Remove the callback of a TLS object, because it would cost time for every message."""
        if self._can_watch:
            tls.context = _quiet()


@cache
def _quiet() -> ssl.SSLContext:
    """Return a context without a callback and without certificates."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def _note(tls: Any, direction: str, version: Any, kind: Any, message: Any, data: bytes) -> None:
    """Record an alert or a certificate. OpenSSL calls this function with these six arguments."""
    if kind == _ALERT and len(data) == 2 and data[1]:
        tls.alert, tls.is_alert_ours = data[1], direction == "write"
    elif direction == "read" and message == _CERTIFICATE and kind != _ALERT:
        tls.certificate = _first_certificate(data, is_tls13=version >= _TLS13)


def _first_certificate(message: bytes, *, is_tls13: bool) -> bytes:
    """Return the first certificate in a Certificate message, in DER (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""
    if len(message) < 8:
        return b""
    start = 5 + message[4] if is_tls13 else 4
    size = int.from_bytes(message[start + 3 : start + 6])
    return message[start + 6 : start + 6 + size]
