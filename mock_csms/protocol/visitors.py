"""Who asks for a WebSocket: what the opening handshake says of the station and of what it offers (Part 4, 3.1)."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from mock_csms.protocol.records import Record

_AUTHORITY = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
"""What stands before the path where a request names the whole URL (RFC 9112, 3.2.2)."""


class Visitor(Record):
    """Who asks: the raw path with its query, the subprotocols offered, and the Authorization header, or None.

    extensions: the extensions of WebSocket that are offered, as they were written. host: the Host header. problem: why
    the request is no opening handshake (RFC 6455, 4.1), whatever its path is. wants_websocket: False for what is no
    request for a WebSocket at all, or was not read to its end; nothing but the problem is to be judged then.
    """

    path: str
    offered: Sequence[str]
    authorization: str | None = None
    extensions: str = ""
    problem: str = ""
    host: str = ""
    wants_websocket: bool = True
    origin: str = ""
    """The Origin header, by which a browser tells which page asks (RFC 6454, 7); a station sends none."""

    @property
    def resource(self) -> str:
        """The path without its query, and without the scheme and host that may stand before it."""
        return _AUTHORITY.sub("", self.path).partition("?")[0]

    @property
    def segment(self) -> str:
        """The last segment of the path as it was sent; slashes at the end are passed over."""
        return self.resource.rstrip("/").rpartition("/")[2]

    @property
    def identity(self) -> str:
        """The last segment of the path, percent-decoded (Part 4, 3.1.1)."""
        return unquote(self.segment)
