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
        """Return the subprotocol to speak, or None when none suits."""

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide about a valid WebSocket handshake."""

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Receiver:
        """Return who gets what comes over a connection that has just opened."""

    def visit(self, visitor: Visitor) -> Respond:
        """Decide about an HTTP request that asks for no WebSocket."""

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Learn that what came was no valid handshake, who sent it, as far as that could be read, and the answer."""

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Learn that a connection ended before a whole request had come."""
