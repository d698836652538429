"""The interface of an object that gets the messages of a transport."""

from typing import Protocol

from mock_csms.runtime.transport.breaches import Breach


class Receiver(Protocol):
    """Gets the messages of a transport."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Handle one whole message; `binary` is True if it came in a binary frame."""

    def broke(self, breach: Breach) -> None:
        """Handle that the peer broke the WebSocket protocol; the connection is about to end."""

    def closed(self, code: int, reason: str) -> None:
        """Handle the end of the connection; the code is 1006 if no close frame came."""
