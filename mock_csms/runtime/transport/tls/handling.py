"""The interface between TLS and the mock: how to handle a client, and how its handshake went."""

from typing import Any, Protocol

from mock_csms.protocol.records import Record
from mock_csms.protocol.tls import Agreement, Offer


class TlsContext(Protocol):
    """The settings of TLS with their certificates."""

    def buffers(self) -> tuple[Any, Any]:
        """Return the buffer for bytes from the socket, and the buffer for bytes to the socket."""

    def wrap(self, incoming: Any, outgoing: Any) -> Any:
        """Return the TLS object for a new connection, between two such buffers."""

    def rest(self, tls: Any) -> None:
        """Stop recording: the handshake of this TLS object is over."""


class Handling(Record, kw_only=True):
    """How to handle one TLS handshake."""

    context: TlsContext | None = None
    """The TLS settings for the handshake; None if one of the fields below replaces it."""
    server_hello: bytes = b""
    """The ServerHello to send; the handshake cannot succeed after it. Empty for an ordinary handshake."""
    is_reset: bool = False
    """Whether to drop the connection with a TCP RST."""
    is_silent: bool = False
    """Whether to send nothing at all."""
    pace: float = 0.0
    """The pause in seconds between small pieces of the handshake; 0 to send it at once."""
    fault: str = ""
    """The name of the fault; empty for none."""


class Failure(Record, kw_only=True):
    """Why a TLS handshake did not succeed."""

    reason: str
    """The reason in words."""
    alert: str = ""
    """The alert that ended it, such as `unknown_ca`; empty if there was none."""
    by: str = ""
    """Who sent the alert: `station` or `mock`."""
    certificate: str = ""
    """The certificate that the client sent, in PEM; empty if it sent none."""
    offer: Offer | None = None
    """What the client offered; None if its ClientHello did not come."""


class TlsGate(Protocol):
    """Decides about clients that begin TLS, and gets the results of their handshakes."""

    def offered(self, offer: Offer) -> Handling:
        """Return how to handle the client with this offer."""

    def agreed(self, agreement: Agreement, handling: Handling) -> Agreement:
        """Handle a successful handshake; return it together with the faults that this client has refused before."""

    def failed(self, failure: Failure, handling: Handling | None) -> None:
        """Called when a handshake has failed, or when an alert has ended an open connection."""
