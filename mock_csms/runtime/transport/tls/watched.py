"""A TLS object that notes the alerts and the client certificate of its handshake, also when the handshake fails.

The `ssl` module shows neither: a certificate is only there after success, and alerts never. OpenSSL tells each message
to a callback, which the module keeps for its own tests (`SSLContext._msg_callback`). Where a Python has none, events
say less and nothing else changes.
"""

import ssl
from functools import cache
from typing import Any

_ALERT, _CERTIFICATE = 21, 11
"""The numbers of the content type, and of the handshake message (RFC 8446, B.1 and B.3)."""
_TLS13 = 0x0304


class WatchedTls(ssl.SSLObject):
    """A TLS object with what came and went in its handshake."""

    alert: int | None = None
    """The last alert but close_notify, which is no failure."""
    is_alert_ours = False
    certificate: bytes = b""
    """The first certificate that the client sent, in DER."""


class WatchingContext:
    """An `SSLContext` whose TLS objects note what happens until their handshake is over."""

    def __init__(self, context: ssl.SSLContext) -> None:
        context.sslobject_class = WatchedTls
        self._context = context
        self._can_watch = hasattr(context, "_msg_callback")
        if self._can_watch:
            context._msg_callback = _note  # type: ignore[attr-defined] # it is of the library's own tests

    def wrap(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> ssl.SSLObject:
        """Return the TLS object of a new connection."""
        return self._context.wrap_bio(incoming, outgoing, server_side=True)

    def buffers(self) -> tuple[ssl.MemoryBIO, ssl.MemoryBIO]:
        """Return what the bytes from the socket go to, and what those for it come from."""
        return ssl.MemoryBIO(), ssl.MemoryBIO()

    def rest(self, tls: ssl.SSLObject) -> None:
        """Let a TLS object note nothing more: the callback would cost something for every message."""
        if self._can_watch:
            tls.context = _quiet()


@cache
def _quiet() -> ssl.SSLContext:
    """Return a context without a callback and without anything else."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def _note(tls: Any, direction: str, version: Any, kind: Any, message: Any, data: bytes) -> None:
    """Take what OpenSSL tells; the library calls it with those six, in this order."""
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
