"""Checks of connections (T): how many are open, how they end, and which frames they carry. `v2/` has more of them."""

from collections.abc import Container
from typing import Any

from mock_csms.conformance.common.transport import TRANSPORT, WEBSOCKET
from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, INFO, WARNING, CheckResult, Wrong
from mock_csms.protocol.json_values import NESTED
from mock_csms.twin.connections import UNRECORDED
from mock_csms.twin.events import Breached, Disconnected, Knocked, Received
from mock_csms.twin.seen import Seen, breach, call, when

_ANYTHING = ("result", "error", "stray", "malformed")
_MOST_PLACES = 10_000
"""How many identifiers, arrays and objects of a payload T11 looks at."""
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
def sends_text(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a binary frame, or a text that is not UTF-8. The mock has ended the connection after it (RFC 6455, 8.1).

    An identifier with characters that are not ASCII is only a warning. Other fields may contain such characters.
    """
    event = seen.event
    if not isinstance(event, Received):
        return seen.problem
    if event.binary:
        return "the message came in a binary frame"
    if event.text.isascii() and b"\\" not in event.text:
        return None
    key = _beyond_ascii(seen.payload, seen.version.identifiers, rules_of(seen.version.name).opaque)
    text = f"{key} has characters that are not ASCII"
    return Wrong(text, severity=WARNING, why="the frame itself is right") if key else None


def _beyond_ascii(payload: Any, identifiers: Container[str], opaque: Container[str]) -> str:
    """Return the key of the first identifier in a payload that is not ASCII.

    Return an empty text if all identifiers among the first `_MOST_PLACES` places are ASCII.
    """
    waiting = [("", payload)]
    for _ in range(_MOST_PLACES):
        if not waiting:
            break
        key, value = waiting.pop()
        if isinstance(value, list):
            waiting += [("", each) for each in reversed(value) if each and type(each) in NESTED]
        elif isinstance(value, dict):
            waiting += [
                (name, item)
                for name, item in reversed(value.items())
                if (name in identifiers if type(item) is str else item and type(item) in NESTED and name not in opaque)
            ]
        elif isinstance(value, str) and not value.isascii():
            return key
    return ""


@TRANSPORT.check("T22", "Part 4 3.1", WARNING, "only one connection is open at a time", when("knocked"))
def has_one_connection(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a second connection while the first one is open.

    It is a warning, because it looks the same if the first one was lost and the mock has not noticed.
    """
    if seen.event_as(Knocked).visitor.problem or not station.connections.is_open:
        return None
    age = seen.at - max(station.connections.heard_at, station.connections.opened_at)
    return f"a second connection while the first is open; the first last sent something {age:.1f} s ago"


# Breaches of RFC 6455. The mock has already ended the connection because of them.


def is_broken(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a breach of a clause, with the text of the transport."""
    return seen.problem


for _id, _clause, _severity, _title in (
    ("T23", "RFC 6455 5.1", ERROR, "frames from the station are masked"),
    ("T24", "RFC 6455 5.2", ERROR, "frames use no reserved bits, opcodes or lengths"),
    ("T25", "RFC 6455 5.4", ERROR, "fragments of different messages are not mixed"),
    ("T26", "RFC 6455 5.5", ERROR, "control frames are at most 125 bytes and not fragmented"),
    ("T27", "RFC 6455 5.5.1", ERROR, "a close frame has a valid code and a UTF-8 reason"),
    # No clause forbids a large message, but the message and the connection were lost, so it is a warning.
    ("T28", "RFC 6455 7.4.1", WARNING, "messages are not larger than the mock's limit"),
    ("T31", "RFC 7692 7.2.2", ERROR, "compressed messages are valid DEFLATE"),
):
    WEBSOCKET.check(_id, _clause, _severity, _title, breach(_clause))(is_broken)


@TRANSPORT.check("T29", "RFC 6455 5.5.2", INFO, "the station answers WebSocket pings", breach("RFC 6455 5.5.2"))
def answers_pings(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a missing pong.

    It is a warning if messages still came long after the ping. Otherwise it is an info, because the connection may be
    dead.
    """
    is_alive = station.connections.heard_at > seen.at - seen.event_as(Breached).waited / 2
    severity = WARNING if is_alive else None
    return Wrong(seen.problem, severity=severity, why="messages still came after the ping")


@WEBSOCKET.check("T30", "RFC 6455 7.1.2", INFO, "the connection ends with a close frame", when("disconnected"))
def says_goodbye(seen: Seen, _: StationFacts) -> CheckResult:
    """Report, as an info, a connection that ended without a close frame: the cable or the power may have failed."""
    event = seen.event_as(Disconnected)
    is_ours = not event.reason or any(words in event.reason for words in _BY_US)
    return None if event.code != 1006 or is_ours else event.reason
