"""The happenings that expectations count: messages, connections, disconnections and refused handshakes."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from mock_csms.behavior.rules import ANY
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Refused

CONNECT = "connect"
DISCONNECT = "disconnect"
REFUSED = "refused"
NO_MESSAGES = (CONNECT, DISCONNECT, REFUSED)
"""The names of happenings that are not messages."""
RESPONSE = ".response"
ERROR = ".error"
_TEXT: Json = {"type": "string"}
SHAPES: Mapping[str, Json] = {
    CONNECT: {"properties": {"subprotocol": _TEXT}, "additionalProperties": False},
    REFUSED: {"properties": {"status": {"type": "integer"}, "reason": _TEXT}, "additionalProperties": False},
    DISCONNECT: {"properties": {"code": {"type": "integer"}, "reason": _TEXT}, "additionalProperties": False},
    ERROR: {
        "properties": {"code": _TEXT, "description": _TEXT, "details": {"type": "object"}},
        "additionalProperties": False,
    },
}
"""Schemas of the happenings that have no schema in OCPP."""

Happening: TypeAlias = tuple[str, Any]
"""A name and a payload, which expectations are compared with."""


def happening(event: Event) -> Happening | None:
    """Return the happening for an event; None if expectations do not count the event, such as a refused message."""
    match event:
        case Connected(subprotocol=subprotocol):
            return CONNECT, {"subprotocol": subprotocol}
        case Disconnected(code=code, reason=reason):
            return DISCONNECT, {"code": code, "reason": reason}
        case Refused(is_handshake=True, status=status, reason=reason):
            return REFUSED, {"reason": reason} if status is None else {"status": status, "reason": reason}
        case Received(is_refused=True):
            return None
        case Received(message=Call(action=action, payload=payload)):
            return action, payload
        case Received(message=Result(payload=payload), answers=Call(action=action)):
            return action + RESPONSE, payload
        case Received(message=Error(code=code, description=description, details=details), answers=Call(action=action)):
            return action + ERROR, {"code": code, "description": description, "details": details}
    return None


def names_of(name: str) -> tuple[str, ...]:
    """Return all names under which an expectation can ask for a happening with that name."""
    _, dot, kind = name.partition(".")
    return (name,) if name in NO_MESSAGES else (name, ANY + dot + kind)
