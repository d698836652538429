"""The acts of the mock on a connection: it sends a message, asks another platform first, or disturbs the connection."""

from collections.abc import Callable
from typing import Any, TypeAlias

from mock_csms.protocol.messages import Message, encode
from mock_csms.protocol.records import Record


class Emission(Record):
    """Send a message."""

    message: Message
    after: float = 0.0
    """How many seconds to wait before that."""
    text: bytes | None = None
    """The text to send in place of the message's encoding."""
    binary: bool = False
    """Whether the message is sent in a binary frame."""
    frames: int = 1
    """The number of frames."""
    edits: tuple[Callable[[bytes], bytes], ...] = ()
    """The functions that change the text, in order."""
    in_line: bool = False
    """Whether it waits for the messages sent before it, as on a slow line."""

    def encoded(self) -> bytes:
        """Return the text or the bytes to send."""
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
    """Read and write nothing for so many `seconds`, not even pongs; start `after` so many seconds."""

    seconds: float
    after: float = 0.0


class Ask(Record):
    """Ask another platform about a call, and answer the call then; other messages continue meanwhile."""

    question: Any
    """The question, for the `Asker` of the mock."""
    after: float = 0.0


Act: TypeAlias = Emission | Close | Reset | Stall | Ask
