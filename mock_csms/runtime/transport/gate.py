"""Who gets what a transport reads, and who decides about those who connect: the two sides that a transport knows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from mock_csms.behavior.admission import Respond, Verdict
from mock_csms.protocol.records import Record
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.transport.breaches import Breach

if TYPE_CHECKING:
    from mock_csms.runtime.transport.connection import Transport


class Receiver(Protocol):
    """Who gets what a transport reads."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one whole message; `binary` when it came in a binary frame."""

    def broke(self, breach: Breach) -> None:
        """Learn that the peer broke the protocol of WebSockets; the connection is on its end then."""

    def closed(self, code: int, reason: str) -> None:
        """Learn that the connection is gone; code 1006 when no close frame came."""


class Gate(Protocol):
    """Who decides about those who connect."""

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to speak, or None when none suits."""

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide about a valid WebSocket handshake."""

    def welcome(self, transport: "Transport", visitor: Visitor, subprotocol: str) -> Receiver:
        """Return who gets what comes over a connection that has just opened."""

    def visit(self, visitor: Visitor) -> Respond:
        """Decide about an HTTP request that asks for no WebSocket."""

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Learn that what came was no valid handshake, who sent it, as far as that could be read, and the answer."""

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Learn that a connection ended before a whole request had come."""


ALWAYS_ALLOWED = 32 * 1024
"""How long a message may be, in bytes, however few came over the wire: as far as DEFLATE can look back (RFC 1951)."""


class Limits(Record):
    """What one connection may do; sizes in bytes, times in seconds, 0 for no time-out and no pings."""

    max_message_size: int
    compression: bool
    ping_interval: float
    ping_timeout: float
    most_growth: int = 0
    """How many times longer than on the wire a compressed message may become; 0 for any number."""
