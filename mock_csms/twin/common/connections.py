"""Updates the connections in the twin; the same in every version of OCPP."""

from mock_csms.twin.connections import UNRECORDED, has_hung_up
from mock_csms.twin.events import Disconnected, Knocked, Refused, Sent
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

_MOST_OUTAGES = 100
_NOBODY_KNOWS_WHEN = ("no pong in time", "replaced by")
"""Reasons for an end that the station may have noticed long before the mock did."""


def knocked(seen: Seen, twin: Twin) -> None:
    """Note that the station requests a connection. A request for anything but a WebSocket is not from the station."""
    connections, visitor = twin.connections, seen.event_as(Knocked).visitor
    if visitor.wants_websocket:
        connections.visitor, connections.waits_since, connections.knocks = visitor, None, True


def opened(seen: Seen, twin: Twin) -> None:
    """Note that the station has connected. If the connection replaces another one, `lost` was not called before."""
    line = twin.connections
    line.admitted, line.refused, line.waits_since, line.knocks = line.visitor, 0, None, False
    if line.lost_at is not None:
        line.outages = [*line.outages[1 - _MOST_OUTAGES :], (line.lost_at, seen.at)]
    line.is_open, line.opened, line.opened_at, line.lost_at = True, line.opened + 1, seen.at, None
    line.calls.clear()


def was_refused(seen: Seen, twin: Twin) -> None:
    """Note that the request was refused. Without a common subprotocol the station was connected for a moment."""
    connections = twin.connections
    if not connections.knocks:
        return
    connections.knocks = False
    connections.refused = 0 if "no common subprotocol" in seen.event_as(Refused).reason else connections.refused + 1
    connections.waits_since = None if connections.is_open else seen.at


def lost(seen: Seen, twin: Twin) -> None:
    """Note that the connection has ended. A station that closed it on purpose may reconnect at once."""
    connections, event = twin.connections, seen.event_as(Disconnected)
    is_meant = has_hung_up(event) or (connections.leaves or 0.0) > connections.opened_at
    is_unclear = any(words in event.reason for words in _NOBODY_KNOWS_WHEN)
    connections.waits_since = None if is_meant or is_unclear else seen.at
    connections.is_open, connections.lost_at = False, None if event.reason == UNRECORDED else seen.at
    connections.calls.clear()


def message_came(seen: Seen, twin: Twin) -> None:
    """Note that a message came. A call is open until it is answered."""
    twin.connections.heard_at = seen.at
    if seen.kind == "call":
        twin.connections.calls[seen.id] = (seen.action, seen.at)


def answered(seen: Seen, twin: Twin) -> None:
    """Note that a call was answered, even if a fault spoiled the answer or its id."""
    event = seen.event
    answers = event.answers if isinstance(event, Sent) else None  # faster than `seen.answers`
    twin.connections.calls.pop(answers.id if answers else seen.id, None)
