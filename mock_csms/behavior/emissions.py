"""What the mock does on a connection in answer to something: messages to send, and the brutal acts that faults want."""

from typing import TypeAlias

from mock_csms.protocol.messages import Message
from mock_csms.protocol.records import Record


class Emission(Record):
    """Send `message`, `after` so many seconds.

    A spoiled one sends `text` in place of the message's own encoding, in a `binary` frame, or in several `frames`.
    """

    message: Message
    after: float = 0.0
    text: bytes | None = None
    binary: bool = False
    frames: int = 1


class Close(Record):
    """Close the connection with `code`, `after` so many seconds."""

    code: int
    after: float = 0.0


class Reset(Record):
    """Drop the connection at once with a TCP RST."""


class Stall(Record):
    """Neither read nor write for so many `seconds`, not even pongs."""

    seconds: float


Act: TypeAlias = Emission | Close | Reset | Stall
