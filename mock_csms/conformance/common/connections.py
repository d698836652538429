"""Wrong ways with connections: how often they are opened, how they end, and which frames they carry (checks T)."""

from collections.abc import Container
from typing import Any

from mock_csms.conformance.common.transport import TRANSPORT, WEBSOCKET
from mock_csms.conformance.facts import Known
from mock_csms.conformance.subject import ERROR, INFO, WARNING, Done, Later, Said, Wrong
from mock_csms.twin.connections import UNRECORDED, has_hung_up
from mock_csms.twin.seen import Seen, breach, call, when

_ANYTHING = ("result", "error", "stray", "malformed")
_BY_US = ("by the mock", "cut by", UNRECORDED)
"""What the reason of an end has in it that the mock brought about, or does not know."""


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
def sends_text(seen: Seen, _: Known) -> Said:
    """A binary frame; a text for which the mock ended the connection, as it was not UTF-8 (RFC 6455, 8.1).

    An identifierString with characters beyond ASCII is a warning; other texts may have them.
    """
    event: Any = seen.event
    if seen.kind == "breached":
        return str(seen.payload)
    if event.binary:
        return "the message came in a binary frame"
    if event.text.isascii() and b"\\" not in event.text:
        return None
    key = _beyond_ascii(seen.payload, seen.version.identifiers)
    text = f"{key} has characters that are not ASCII"
    return Wrong(text, severity=WARNING, why="the frame itself is right") if key else None


def _beyond_ascii(value: Any, identifiers: Container[str]) -> str:
    """Return the key of the first identifier in a payload that is not ASCII."""
    if isinstance(value, list):
        return next(filter(None, (_beyond_ascii(item, identifiers) for item in value)), "")
    if not isinstance(value, dict):
        return ""
    for key, item in value.items():
        if isinstance(item, str) and key in identifiers and not item.isascii():
            return str(key)
        if key not in ("customData", "data") and (found := _beyond_ascii(item, identifiers)):
            return found
    return ""


@TRANSPORT.check(
    "T12",
    "Part 4 5.3",
    ERROR,
    "a reconnect waits for the back-off time, doubled after each refusal",
    when("knocked", "malformed"),
    call("BootNotification"),
    any_payload=True,
)
def waits(seen: Seen, known: Known) -> Said:
    """A wait below RetryBackOffWaitMinimum, doubled RetryBackOffRepeatTimes at most; later than that it may always be.

    Attempts that do not reach the mock make waits longer. A station that boots was off, and need not have waited.
    """
    least, since = _least_wait(known), known.connections.waits_since
    if seen.kind != "knocked":  # what cannot be read may have been a boot
        return Done("lost")
    event: Any = seen.event
    if since is None or not event.visitor.wants_websocket or seen.at - since >= 0.9 * least - 0.1:
        return None
    waited, after = seen.at - since, "the connection was lost"
    if known.connections.refused:
        after = f"refusal {known.connections.refused}"
    text = f"it reconnected {waited:.1f} s after {after}, not after {least:g} s"
    return text if known.connections.refused else Later(text, known.terms.patience, "lost", survives=True)


def _least_wait(known: Known) -> float:
    """Return how long it has to wait at least, 0 where that is not known; each network profile has waits of its own."""
    times = known.variables.number("OCPPCommCtrlr", "RetryBackOffRepeatTimes") or 0
    slots = known.variables.several("OCPPCommCtrlr", "NetworkConfigurationPriority") or ["1"]
    doubled = min(known.connections.refused, times, 20) if len(slots) == 1 else 0
    wait: float = (known.variables.number("OCPPCommCtrlr", "RetryBackOffWaitMinimum") or 0.0) * 2**doubled
    return wait


@TRANSPORT.check(
    "T13",
    "B01.FR.03",
    WARNING,
    "no BootNotification after a mere loss of the connection",
    call("BootNotification", "SecurityEventNotification"),
    implies=("B11",),
)
def does_not_boot_again(seen: Seen, known: Known) -> Said:
    """A BootNotification like the last one after a connection was lost, and no security event that tells of a start."""
    boots, line = known.boots, known.connections
    if seen.action == "SecurityEventNotification":
        return Done() if seen.payload["type"] in ("StartupOfTheDevice", "ResetOrReboot") else None
    is_plain = boots.is_accepted and boots.answered_at < line.opened_at and boots.asked == seen.payload
    if not is_plain or (known.connections.leaves or 0.0) > boots.asked_at or seen.payload["reason"] == "Triggered":
        return None
    return Later("BootNotification after a mere loss of the connection", known.terms.patience)


@TRANSPORT.check(
    "T14",
    "B02.FR.06",
    ERROR,
    "a Pending station keeps the connection open",
    when("disconnected"),
)
def stays(seen: Seen, known: Known) -> Said:
    """A close frame while Pending, without a reset and the like; who was accepted may leave."""
    event: Any = seen.event
    boots = known.boots
    if boots.status != "Pending" or not has_hung_up(event) or event.code == 1001:
        return None
    if (known.connections.leaves or -1.0) >= boots.asked_at:
        return None
    return f"closed the connection ({event.code}) while {boots.status}"


@TRANSPORT.check("T22", "Part 4 3.1", WARNING, "only one connection is open at a time", when("knocked"))
def has_one_connection(seen: Seen, known: Known) -> Said:
    """Another connection while there is one; one that was lost and is not known to be looks the same."""
    event: Any = seen.event
    if event.visitor.problem or not known.connections.is_open:
        return None
    age = seen.at - max(known.connections.heard_at, known.connections.opened_at)
    return f"a second connection while the first is open, which was last heard {age:.1f} s ago"


# What RFC 6455 forbids, for which the mock has ended the connection.


@WEBSOCKET.check("T23", "RFC 6455 5.1", ERROR, "frames from the station are masked", breach("RFC 6455 5.1"))
def masks(seen: Seen, _: Known) -> Said:
    """A frame without a mask."""
    return str(seen.payload)


@WEBSOCKET.check(
    "T24", "RFC 6455 5.2", ERROR, "frames use no reserved bits, opcodes or lengths", breach("RFC 6455 5.2")
)
def frames_rightly(seen: Seen, _: Known) -> Said:
    """A reserved bit without an extension for it, a reserved opcode, or a length beyond 63 bits."""
    return str(seen.payload)


@WEBSOCKET.check("T25", "RFC 6455 5.4", ERROR, "fragments of different messages are not mixed", breach("RFC 6455 5.4"))
def keeps_fragments_together(seen: Seen, _: Known) -> Said:
    """A continuation of nothing, or another message amid the fragments of one."""
    return str(seen.payload)


@WEBSOCKET.check(
    "T26", "RFC 6455 5.5", ERROR, "control frames are at most 125 bytes and not fragmented", breach("RFC 6455 5.5")
)
def controls_briefly(seen: Seen, _: Known) -> Said:
    """A ping, pong or close frame of more than 125 bytes, or in fragments."""
    return str(seen.payload)


@WEBSOCKET.check(
    "T27", "RFC 6455 5.5.1", ERROR, "a close frame has a valid code and a UTF-8 reason", breach("RFC 6455 5.5.1")
)
def closes_rightly(seen: Seen, _: Known) -> Said:
    """Half a code, one that is reserved or unknown (7.4), or a reason that is not UTF-8."""
    return str(seen.payload)


@WEBSOCKET.check(
    "T28", "RFC 6455 7.4.1", WARNING, "messages are not larger than the mock's limit", breach("RFC 6455 7.4.1")
)
def is_brief(seen: Seen, _: Known) -> Said:
    """One beyond --max-message-size: no clause forbids it, but it was lost, and the connection with it."""
    return str(seen.payload)


@TRANSPORT.check("T29", "RFC 6455 5.5.2", INFO, "the station answers WebSocket pings", breach("RFC 6455 5.5.2"))
def answers_pings(seen: Seen, known: Known) -> Said:
    """No pong in time: a warning where messages went on to come long after the ping; else the line may be dead."""
    event: Any = seen.event
    is_alive = known.connections.heard_at > seen.at - event.waited / 2
    severity = WARNING if is_alive else None
    return Wrong(str(seen.payload), severity=severity, why="messages went on to come after the ping")


@WEBSOCKET.check("T30", "RFC 6455 7.1.2", INFO, "the connection ends with a close frame", when("disconnected"))
def says_goodbye(seen: Seen, _: Known) -> Said:
    """For information: the connection ended without one; a cable may have been pulled, or the power gone."""
    event: Any = seen.event
    is_ours = not event.reason or any(words in event.reason for words in _BY_US)
    return None if event.code != 1006 or is_ours else event.reason


@WEBSOCKET.check("T31", "RFC 7692 7.2.2", ERROR, "compressed messages are valid DEFLATE", breach("RFC 7692 7.2.2"))
def compresses_rightly(seen: Seen, _: Known) -> Said:
    """One that is no DEFLATE."""
    return str(seen.payload)
