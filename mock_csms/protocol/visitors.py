"""A request for a WebSocket: the facts about the station in the opening handshake (Part 4, 3.1)."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from mock_csms.protocol.records import Record
from mock_csms.protocol.tls import Agreement

_AUTHORITY = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
"""The part of a request target before the path, if the target is a whole URL (RFC 9112, 3.2.2)."""
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def normal_origin(text: str) -> str:
    """Return an origin as browsers write it: in lower case, without a default port and a final slash."""
    origin = text.strip().lower().rstrip("/")
    return origin.removesuffix(_USUAL_PORTS.get(origin.partition(":")[0], "/"))


class Visitor(Record):
    """One request for a WebSocket."""

    path: str
    """The path as it was sent, with its query."""
    offered: Sequence[str]
    """The subprotocols that it offers."""
    authorization: str | None = None
    """The Authorization header."""
    extensions: str = ""
    """The WebSocket extensions in the offer, as they were sent."""
    problem: str = ""
    """Why the request is not a valid opening handshake, whatever its path (RFC 6455, 4.1); empty if it is valid."""
    host: str = ""
    """The Host header."""
    wants_websocket: bool = True
    """Whether it asks for a WebSocket; False if its head was never complete, too.

    If False, only `problem` may be judged.
    """
    origin: str | None = None
    """The Origin header, in which a browser names the page (RFC 6454, 7); a station sends none."""
    tls: Agreement | None = None
    """The result of the TLS handshake; None without TLS."""

    @property
    def profile(self) -> int:
        """The security profile in use: 1 without TLS, 3 with a client certificate, else 2 (A00.FR.001)."""
        return 1 if self.tls is None else 3 if self.tls.certificate else 2

    @property
    def resource(self) -> str:
        """The path without query, and without scheme and host."""
        return _AUTHORITY.sub("", self.path).partition("?")[0]

    @property
    def segment(self) -> str:
        """The last segment of the path as it was sent, without slashes at the end."""
        return self.resource.rstrip("/").rpartition("/")[2]

    @property
    def identity(self) -> str:
        """The last segment of the path, percent-decoded (Part 4, 3.1.1)."""
        return unquote(self.segment)
