"""What the mock does on a connection: it sends messages, asks before it does so, or disturbs the connection."""

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
    """What is sent in place of the message's own encoding."""
    binary: bool = False
    """Whether it goes in a binary frame."""
    frames: int = 1
    """In how many frames it goes."""
    edits: tuple[Callable[[bytes], bytes], ...] = ()
    """What changes the text, one after the other."""
    in_line: bool = False
    """Whether it waits for the messages sent before it, as on a slow line."""

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
    """Read and write nothing for so many `seconds`, not even pongs; start `after` so many seconds."""

    seconds: float
    after: float = 0.0


class Ask(Record):
    """Ask somebody else about a call, and answer it then; other messages go on meanwhile."""

    question: Any
    """The question, for the `Asker` of the mock."""
    after: float = 0.0


Act: TypeAlias = Emission | Close | Reset | Stall | Ask
