"""What the mock does on a connection in answer to something: messages to send, and the brutal acts that faults want."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from mock_csms.protocol.messages import Message


class Emission(NamedTuple):
    """Send `message`, `after` so many seconds.

    A spoiled one sends `text` in place of the message's own encoding, in a `binary` frame, or in several `frames`.
    """

    message: Message
    after: float = 0.0
    text: bytes | None = None
    binary: bool = False
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with `code`, `after` so many seconds."""

    code: int
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Reset:
    """Drop the connection at once with a TCP RST."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Neither read nor write for so many `seconds`, not even pongs."""

    seconds: float


Act: TypeAlias = Emission | Close | Reset | Stall
