"""Checks of connections (T): how many are open, how they end, and which frames they carry. `v2/` has more of them."""

from typing import Any

from mock_csms.conformance.common.transport import TRANSPORT, WEBSOCKET
from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, WARNING, Said, Wrong
from mock_csms.protocol.versions import Version
from mock_csms.twin.connections import UNRECORDED
from mock_csms.twin.events import Breached, Disconnected, Knocked, Received
from mock_csms.twin.seen import Seen, breach, call, when

_ANYTHING = ("result", "error", "stray", "malformed")
_BY_US = ("by the mock", "cut by", UNRECORDED)
"""Words in the reason of an end that the mock caused, or whose cause it does not know."""


@TRANSPORT.check(
    "T11",
    "Part 4 4.1.2",
    ERROR,
    "messages are UTF-8 in text frames",
    call(),
    when(*_ANYTHING),
    breach("RFC 6455 8.1"),
    any_payload=True,
)
def sends_text(seen: Seen, _: KnownStation) -> Said:
    """A binary frame, or a text that is not UTF-8, for which the mock ended the connection (RFC 6455, 8.1).

    An identifier with characters that are not ASCII is a warning. Other texts may have them.
    """
    event = seen.event
    if not isinstance(event, Received):
        return seen.problem
    if event.binary:
        return "the message came in a binary frame"
    if event.text.isascii() and b"\\" not in event.text:
        return None
    key = _beyond_ascii(seen.payload, seen.version)
    text = f"{key} has characters that are not ASCII"
    return Wrong(text, severity=WARNING, why="the frame itself is right") if key else None


def _beyond_ascii(value: Any, version: Version) -> str:
    """Return the key of the first identifier in a payload that is not ASCII; empty if there is none."""
    if isinstance(value, list):
        return next(filter(None, (_beyond_ascii(each, version) for each in value)), "")
    if not isinstance(value, dict):
        return ""
    for key, item in value.items():
        if isinstance(item, str) and key in version.identifiers and not item.isascii():
            return str(key)
        if key not in rules_of(version).opaque and (found := _beyond_ascii(item, version)):
            return found
    return ""


@TRANSPORT.check("T22", "Part 4 3.1", WARNING, "only one connection is open at a time", when("knocked"))
def has_one_connection(seen: Seen, station: KnownStation) -> Said:
    """A second connection while the first is open. A first one that is lost without the mock knowing looks the same."""
    if seen.event_as(Knocked).visitor.problem or not station.connections.is_open:
        return None
    age = seen.at - max(station.connections.heard_at, station.connections.opened_at)
    return f"a second connection while the first is open, which was last heard {age:.1f} s ago"


# What RFC 6455 forbids. The mock has ended the connection for it.


@WEBSOCKET.check("T23", "RFC 6455 5.1", ERROR, "frames from the station are masked", breach("RFC 6455 5.1"))
def masks(seen: Seen, _: KnownStation) -> Said:
    """A frame without a mask."""
    return seen.problem


@WEBSOCKET.check(
    "T24", "RFC 6455 5.2", ERROR, "frames use no reserved bits, opcodes or lengths", breach("RFC 6455 5.2")
)
def frames_rightly(seen: Seen, _: KnownStation) -> Said:
    """A reserved bit without an extension for it, a reserved opcode, or a length beyond 63 bits."""
    return seen.problem


@WEBSOCKET.check("T25", "RFC 6455 5.4", ERROR, "fragments of different messages are not mixed", breach("RFC 6455 5.4"))
def keeps_fragments_together(seen: Seen, _: KnownStation) -> Said:
    """A continuation frame without a beginning, or another message between the fragments of one."""
    return seen.problem


@WEBSOCKET.check(
    "T26", "RFC 6455 5.5", ERROR, "control frames are at most 125 bytes and not fragmented", breach("RFC 6455 5.5")
)
def controls_briefly(seen: Seen, _: KnownStation) -> Said:
    """A ping, pong or close frame of more than 125 bytes, or in fragments."""
    return seen.problem


@WEBSOCKET.check(
    "T27", "RFC 6455 5.5.1", ERROR, "a close frame has a valid code and a UTF-8 reason", breach("RFC 6455 5.5.1")
)
def closes_rightly(seen: Seen, _: KnownStation) -> Said:
    """A code of one byte, one that is reserved or unknown (7.4), or a reason that is not UTF-8."""
    return seen.problem


@WEBSOCKET.check(
    "T28", "RFC 6455 7.4.1", WARNING, "messages are not larger than the mock's limit", breach("RFC 6455 7.4.1")
)
def is_brief(seen: Seen, _: KnownStation) -> Said:
    """A message larger than --max-message-size, or one that grows beyond --max-compression-ratio.

    No clause forbids it, but the message and the connection were lost.
    """
    return seen.problem


@TRANSPORT.check("T29", "RFC 6455 5.5.2", INFO, "the station answers WebSocket pings", breach("RFC 6455 5.5.2"))
def answers_pings(seen: Seen, station: KnownStation) -> Said:
    """No pong in time. It is a warning if messages still came long after the ping; else the connection may be dead."""
    is_alive = station.connections.heard_at > seen.at - seen.event_as(Breached).waited / 2
    severity = WARNING if is_alive else None
    return Wrong(seen.problem, severity=severity, why="messages went on to come after the ping")


@WEBSOCKET.check("T30", "RFC 6455 7.1.2", INFO, "the connection ends with a close frame", when("disconnected"))
def says_goodbye(seen: Seen, _: KnownStation) -> Said:
    """For information: the connection ended without a close frame. The cable or the power may have failed."""
    event = seen.event_as(Disconnected)
    is_ours = not event.reason or any(words in event.reason for words in _BY_US)
    return None if event.code != 1006 or is_ours else event.reason


@WEBSOCKET.check("T31", "RFC 7692 7.2.2", ERROR, "compressed messages are valid DEFLATE", breach("RFC 7692 7.2.2"))
def compresses_rightly(seen: Seen, _: KnownStation) -> Said:
    """A compressed message that is not valid DEFLATE."""
    return seen.problem
