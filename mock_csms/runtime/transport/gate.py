"""The interface of the object that decides about connecting clients."""

from collections.abc import Sequence
from typing import Protocol

from mock_csms.behavior.admission import Respond, Verdict
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.receiver import Receiver


class Gate(Protocol):
    """Decides about connecting clients."""

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to use; None if none is suitable."""

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide about a valid WebSocket handshake."""

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Receiver:
        """Return the receiver for a connection that has just opened."""

    def visit(self, visitor: Visitor) -> Respond:
        """Decide about an HTTP request that does not ask for a WebSocket."""

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Handle an invalid handshake, from a sender that could be read in part; `status` is that of the answer."""

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Handle a connection that ended before its request was complete."""
