"""Helpers for the tests of the diagram: events, and the page that is written for them."""

import json
from pathlib import Path
from typing import Any

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, ErrorCode, Malformed, Message, encode
from mock_csms.protocol.schemas import Violation
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch import diagram
from mock_csms.watch.eventlog import EventLog
from mock_csms.watch.frames import Frames

MISSING = Violation("seqNo", "is missing", ErrorCode.OccurrenceConstraintViolation)
BOOT = Call("b-1", "BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}})
BEAT = Call("h-1", "Heartbeat", {})
RESET = Call("r-1", "Reset", {"type": "Immediate"})
START = 1_800_000_000.0
HOSTILE = [
    '</script><script>document.title = "owned"</script>',
    "<!--<script>",
    "\u2028\u2029\x00\x07\x1b[31m\r\n\t",
    "\"'`\\${1}&lt;&amp;]]>",
    "\ufeff\uffff🔌\u202e",
    '<img src="http://example.invalid/x" onerror="document.title = 1">',
]
"""Texts that would break a page without escapes, or run code in it."""


def came(message: Message, answers: Call | None = None, *wrong: Violation, at: float = START) -> Received:
    """Return the event of a message from CS-1."""
    return Received(at, "CS-1", encode(message), message, wrong, answers, False, bool(wrong))


def went(message: Message, answers: Call | None = None, at: float = START, rule: str = "") -> Sent:
    """Return the event of a message to CS-1."""
    return Sent(at, "CS-1", encode(message), message, (), answers, rule, "")


def junk(text: bytes, station: str = "CS-1") -> Received:
    """Return the event of a received text that is no message."""
    message = decode(text)
    assert isinstance(message, Malformed)
    return Received(START, station, text, message, (), None, False, True)


def begin(descriptor: int, command: str = "") -> tuple[Bus, Sink]:
    """Begin a page in an open file; return the bus for events, and the page."""
    bus, page = Bus(), Sink(descriptor)
    diagram.begin(page, command)
    EventLog(bus, Frames(bus), [page])
    return bus, page


async def write(file: Path, *happened: Event, close: bool = True, command: str = "", verdict: str = "") -> bytes:
    """Write a page with these events, and return it."""
    with file.open("wb") as opened:
        bus, page = begin(opened.fileno(), command)
        for event in happened:
            bus.publish(event)
        diagram.end(page, verdict) if close else page.flush()
    return file.read_bytes()


def records(page: bytes) -> list[dict[str, Any]]:
    """Return the record of each event in the page."""
    _, _, rest = page.partition(b'id="record">\n')
    lines = [json.loads(line) for line in rest.decode().split("\n") if line.startswith("{")]
    return [line for line in lines if line["event"] not in ("Run", "End")]
