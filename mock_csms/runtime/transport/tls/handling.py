"""Who decides about those who begin with TLS, and what may be decided."""

from typing import Any, Protocol

from mock_csms.protocol.records import Record
from mock_csms.protocol.tls import Agreement, Offer


class TlsContext(Protocol):
    """Settings of TLS with the certificates that go with them."""

    def buffers(self) -> tuple[Any, Any]:
        """Return what the bytes from the socket go to, and what those for it come from."""

    def wrap(self, incoming: Any, outgoing: Any) -> Any:
        """Return the TLS object of a new connection between two such buffers."""

    def rest(self, tls: Any) -> None:
        """Let a TLS object note nothing more: its handshake is over."""


class Handling(Record, kw_only=True):
    """What to do about one TLS handshake."""

    context: TlsContext | None = None
    """What to shake hands with; None where one of the following is done."""
    server_hello: bytes = b""
    """What to send in place of a handshake; only an alert, or the end, can follow."""
    is_reset: bool = False
    """Whether to drop the connection with a TCP RST."""
    is_silent: bool = False
    """Whether to send nothing, and let the client wait."""
    pace: float = 0.0
    """How many seconds to wait between small pieces of the handshake; 0 for no wait."""
    fault: str = ""
    """The fault in words; empty for a right handshake."""


class Failure(Record, kw_only=True):
    """Why a TLS handshake did not succeed."""

    reason: str
    """In words."""
    alert: str = ""
    """The alert that ended it, such as `unknown_ca`; empty if there was none."""
    by: str = ""
    """Who sent the alert: `station` or `mock`."""
    certificate: str = ""
    """The certificate that the client sent, in PEM; empty if it sent none."""
    offer: Offer | None = None
    """What the client offered; None if its ClientHello did not come."""


class TlsGate(Protocol):
    """Who decides about those who begin with TLS, and learns how it went."""

    def offered(self, offer: Offer) -> Handling:
        """Decide about a ClientHello."""

    def agreed(self, agreement: Agreement, handling: Handling) -> Agreement:
        """Learn that a handshake succeeded; return what is known of the client then."""

    def failed(self, failure: Failure, handling: Handling | None) -> None:
        """Learn that a handshake failed, or that an open connection ended with an alert."""
