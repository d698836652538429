"""Who gets what a transport reads."""

from typing import Protocol

from mock_csms.runtime.transport.breaches import Breach


class Receiver(Protocol):
    """Who gets what a transport reads."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one whole message; `binary` when it came in a binary frame."""

    def broke(self, breach: Breach) -> None:
        """Learn that the peer broke the protocol of WebSockets; the connection is on its end then."""

    def closed(self, code: int, reason: str) -> None:
        """Learn that the connection is gone; code 1006 when no close frame came."""
