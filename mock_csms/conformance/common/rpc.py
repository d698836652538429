"""Wrong message arrays (checks R): what can be said of a message before its payload is looked at.

What follows what is in `exchanges.py`, what is in a message in `payloads.py` and `times.py`.
"""

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any

import orjson

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, WARNING, Said, Subject, Wrong, broken
from mock_csms.protocol.messages import MAX_DESCRIPTION_LENGTH, MAX_ID_LENGTH, Error, ErrorCode
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, error, when

RPC = Subject("RPC")

_SHAPES = {2: ("CALL", 4), 3: ("CALLRESULT", 3), 4: ("CALLERROR", 5)}
_SIGNED = "-Signed"
_MISSPELT = "OccurenceConstraintViolation"
"""As Part 4 itself has it in places."""


def array_of(seen: Seen) -> list[Any] | None:
    """Return the message as an array that begins with a number, None where it is none."""
    try:
        array = orjson.loads(seen.event_as(Received).text)
    except orjson.JSONDecodeError:
        return None
    return array if isinstance(array, list) and array and type(array[0]) is int else None


def _whole(seen: Seen, number: int = 0) -> list[Any] | None:
    """Return the array where it has as many items as it should, and where a number is given that message type."""
    array = array_of(seen)
    is_whole = array is not None and array[0] in _SHAPES and len(array) == _SHAPES[array[0]][1]
    return array if array is not None and is_whole and number in (0, array[0]) else None


def _shown(value: Any) -> str:
    """Return a value that may be anything, short enough to be read."""
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


@RPC.check(
    "R01",
    "Part 4 4.1.2",
    ERROR,
    "a message is a JSON array that begins with an integer",
    broken(when("malformed")),
)
def is_an_array(seen: Seen, _: KnownStation) -> Said:
    """What is not JSON, not an array, or has no number in its first place."""
    return f"not a message: {seen.problem}" if array_of(seen) is None else None


@RPC.check("R02", "Part 4 4.1.3", ERROR, "the message type is 2, 3 or 4", broken(when("malformed")))
def has_a_known_type(seen: Seen, _: KnownStation) -> Said:
    """Another number; 5 and 6 are of OCPP 2.1."""
    array = array_of(seen)
    return None if array is None or array[0] in _SHAPES else f"the message type is {array[0]}"


@RPC.check(
    "R03", "Part 4 4.2", ERROR, "a message has the number of items that its type requires", broken(when("malformed"))
)
def has_all_items(seen: Seen, _: KnownStation) -> Said:
    """An array that is too short or too long."""
    array = array_of(seen)
    if array is None or array[0] not in _SHAPES or len(array) == _SHAPES[array[0]][1]:
        return None
    name, length = _SHAPES[array[0]]
    return f"a {name} has {length} items, this one has {len(array)}"


@RPC.check("R04", "Part 4 4.1.4", ERROR, "the message id is a string of 1 to 36 characters", broken(when("malformed")))
def has_an_id(seen: Seen, _: KnownStation) -> Said:
    """Something else than a text, an empty one, or one that is too long."""
    array = _whole(seen)
    if array is None or (type(array[1]) is str and 0 < len(array[1]) <= MAX_ID_LENGTH):
        return None
    return f"the message id is {_shown(array[1])}"


@RPC.check(
    "R09",
    "Part 4 4.1.6",
    ERROR,
    "the action is one that a station may send",
    broken(call(), when("malformed")),
)
def has_an_action(seen: Seen, _: KnownStation) -> Said:
    """An action that is unknown (also RebootRequest or reboot), no text, or for the CSMS to send."""
    if seen.action.endswith(_SIGNED):
        return None
    if seen.kind == "call":
        first = next(iter(seen.event_as(Received).violations), None)
        return f"{_shown(seen.action)}: {first}" if first and not first.is_of_payload else None
    array = _whole(seen, 2)
    return f"the action is {_shown(array[2])}" if array and type(array[2]) is not str else None


def _error_in(seen: Seen) -> Sequence[Any]:
    """Return the code, the description and the details of a CALLERROR, which may be anything; those of a right one."""
    if isinstance(seen.message, Error):
        return seen.message.code, seen.message.description, {}
    array = _whole(seen, 4) if seen.kind == "malformed" else None
    return array[2:] if array else (ErrorCode.GenericError, "", {})


@RPC.check(
    "R13",
    "Part 4 4.3",
    ERROR,
    "the code of a CALLERROR is one of those defined",
    error(),
    when("stray", "malformed"),
    any_payload=True,
)
def has_a_known_code(seen: Seen, _: KnownStation) -> Said:
    """Another one; one that Part 4 misspells itself is a warning."""
    code = _error_in(seen)[0]
    if isinstance(code, str) and code in ErrorCode.__members__:
        return None
    severity = WARNING if code == _MISSPELT else None
    return Wrong(f"the error code is {_shown(code)}", severity=severity, why="Part 4 itself spells it so")


@RPC.check(
    "R14",
    "Part 4 4.2.3",
    ERROR,
    "a CALLERROR has a description of at most 255 characters and an object of details",
    error(),
    when("stray", "malformed"),
    any_payload=True,
)
def explains_itself(seen: Seen, _: KnownStation) -> Said:
    """A description that is no text or too long, or details that are no object."""
    description, details = _error_in(seen)[1:]
    if type(description) is not str:
        return f"the description is {_shown(description)}"
    if len(description) > MAX_DESCRIPTION_LENGTH:
        return f"the description has {len(description)} characters"
    return f"the details are {_shown(details)}" if type(details) is not dict else None


@RPC.check("R19", "Part 4 7", INFO, "messages are signed only by agreement", broken(call()))
def is_not_signed(seen: Seen, _: KnownStation) -> Said:
    """For information: a signed message, and what can be read of it."""
    if not seen.action.endswith(_SIGNED):
        return None
    return f"{_shown(seen.action)} is a signed message, {_unwrapped(seen.payload)}"


def _unwrapped(payload: Any) -> str:
    """Say what a signature (RFC 7515) is wrapped around."""
    text = payload.get("payload") if isinstance(payload, dict) else None
    try:
        inner = orjson.loads(urlsafe_b64decode(f"{text}==="))
    except ValueError:  # whatever is wrong with the base64 or the JSON
        return "of which nothing can be read"
    return f"with {', '.join(inner)[:100] or 'nothing'}" if isinstance(inner, dict) else "around something else"
