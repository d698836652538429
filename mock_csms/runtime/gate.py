"""Who gets what a transport reads, and who decides about those who connect: the two sides that a transport knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mock_csms.runtime.transport import Transport


class Receiver(Protocol):
    """Who gets what a transport reads."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Take one whole message; `binary` when it came in a binary frame."""

    def closed(self, code: int, reason: str) -> None:
        """Learn that the connection is gone; code 1006 when no close frame came."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What is done with somebody who asks for a WebSocket.

    With a `receiver` the handshake is completed, and `opened` is called when it is. Without one it is refused: with the
    HTTP `status` and `text`, or for status 101 by completing the handshake and closing with `text` as the reason.
    """

    receiver: Receiver | None
    status: int = 101
    text: str = ""
    opened: Callable[[], None] | None = None


class Gate(Protocol):
    """Who decides about those who connect."""

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to speak, or None when none suits."""

    def admit(self, transport: "Transport", path: str, offered: Sequence[str]) -> Admission:
        """Decide about a valid WebSocket handshake for `path` (raw, with query)."""

    def visit(self, path: str) -> Admission:
        """Decide about an HTTP request that asks for no WebSocket."""

    def refused(self, path: str, reason: str) -> None:
        """Learn that a handshake was refused because it was invalid."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may do; sizes in bytes, times in seconds, 0 for no time-out and no pings."""

    max_message_size: int
    compression: bool
    ping_interval: float
    ping_timeout: float
