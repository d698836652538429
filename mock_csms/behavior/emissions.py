"""What the mock does on a connection in answer to something: messages to send, and the brutal acts that faults want."""

from collections.abc import Callable
from typing import TypeAlias

from mock_csms.protocol.messages import Message, encode
from mock_csms.protocol.records import Record


class Emission(Record):
    """Send `message`, `after` so many seconds.

    text: sent in place of the message's own encoding. edits: done to that text, one after the other. binary: in a
    binary frame. frames: in how many. in_line: not before what was sent before it, as on a slow line.
    """

    message: Message
    after: float = 0.0
    text: bytes | None = None
    binary: bool = False
    frames: int = 1
    edits: tuple[Callable[[bytes], bytes], ...] = ()
    in_line: bool = False

    def encoded(self) -> bytes:
        """Return what goes over the wire."""
        text = encode(self.message) if self.text is None else self.text
        for edit in self.edits:
            text = edit(text)
        return text


class Close(Record):
    """Close the connection with `code`, `after` so many seconds."""

    code: int
    after: float = 0.0


class Reset(Record):
    """Drop the connection with a TCP RST, `after` so many seconds."""

    after: float = 0.0


class Stall(Record):
    """Neither read nor write for so many `seconds`, not even pongs, beginning `after` so many."""

    seconds: float
    after: float = 0.0


Act: TypeAlias = Emission | Close | Reset | Stall
