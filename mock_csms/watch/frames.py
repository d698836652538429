"""The parts of every message as JSON text, made once for all files that write them."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from mock_csms.behavior.templates import instant
from mock_csms.protocol.messages import Call, Malformed, Message, Result
from mock_csms.protocol.records import Record, json_text, last_json_item
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.jsonlines import as_json, quoted


class Frame(Record):
    """The parts of a message that came or went; all but its type are JSON text."""

    at: bytes
    station: bytes
    type: type[Message | Malformed]
    id: bytes
    action: bytes
    """Empty if it is unknown, as that of an answer to an unknown call."""
    text: bytes
    """The frame, as a JSON string."""


Writer: TypeAlias = Callable[[Received | Sent, Frame], None]


class Frames:
    """Describes every message for the writers of files, which get it in the order in which they subscribed."""

    def __init__(self, bus: Bus) -> None:
        self._writers: list[Writer] = []
        bus.subscribe(self._describe, Received, Sent)

    def subscribe(self, writer: Writer) -> None:
        """Call `writer` with every message."""
        self._writers.append(writer)

    def _describe(self, event: Event) -> None:
        if isinstance(event, (Received, Sent)):
            frame = described(event)
            for write in self._writers:
                write(event, frame)


def described(event: Received | Sent) -> Frame:
    """Return the parts of a message as JSON text; bytes that are not UTF-8 are escaped."""
    message = event.message
    kind = type(message)
    call = message if isinstance(message, Call) else event.answers
    return Frame(
        b'"%b"' % instant(event.at).encode(),
        _name(event.station),
        kind,
        json_text(message.id),
        json_text(call.action) if call else b"",
        json_text(event.text.decode(errors="backslashreplace")),
    )


def payload_text(event: Received | Sent, message: Call | Result, frame: Frame) -> bytes:
    """Return the payload of a message in one line, as it was on the wire, so that `-0` and `1.0` stay as they are.

    If a fault spoiled the frame, or some readers of JSON could not read it, the payload is encoded again.
    """
    if message.huge or (isinstance(event, Sent) and event.fault):
        return as_json(message.payload)
    text = event.text
    is_call = isinstance(message, Call)
    begin = b"[%d,%b,%b," % (message.number, frame.id, frame.action) if is_call else b"[3,%b," % frame.id
    is_plain = text.startswith(begin) and text.endswith(b"]")  # as most write it: the payload is between
    payload = text[len(begin) : -1].strip() if is_plain else last_json_item(text)
    if not payload:
        return as_json(message.payload)
    return payload.replace(b"\n", b" ").replace(b"\r", b" ") if b"\n" in payload or b"\r" in payload else payload


_name = lru_cache(maxsize=4096)(quoted)
