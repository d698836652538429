"""Checks of message arrays (R): everything except the payload.

`exchanges.py` checks the order of messages, `payloads.py` and `times.py` their content.
"""

from collections.abc import Sequence
from typing import Any

from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Subject, Wrong, broken
from mock_csms.protocol.json_values import SHOWN
from mock_csms.protocol.messages import (
    MAX_ID_LENGTH,
    Error,
    Malformed,
    MessageType,
    ReadArray,
)
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, error, when

RPC = Subject("RPC")


def array_of(seen: Seen) -> ReadArray | None:
    """Return the array of a malformed message that begins with an integer; None for any other message."""
    message = seen.message
    return message.array if isinstance(message, Malformed) else None


def _type_of(seen: Seen, array: ReadArray) -> MessageType | None:
    """Return the type of a message; None if its version has no such type."""
    return seen.version.framing.types.get(array.items[0])


def _length_of(type_: MessageType) -> int:
    """Return how many items a message of a type has: its parts, and the number of the type before them."""
    return len(type_.parts) + 1


def _whole(seen: Seen, name: str = "") -> Sequence[Any] | None:
    """Return the items of a message; None if their number is wrong, or its type is not `name` (empty: any type)."""
    array = array_of(seen)
    type_ = None if array is None else _type_of(seen, array)
    if array is None or type_ is None or array.length != _length_of(type_):
        return None
    return array.items if name in ("", type_.name) else None


def shown(value: Any) -> str:
    """Return any value as a text, at most 60 characters of it."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


@RPC.check(
    "R01",
    "Part 4 4.1.2",
    ERROR,
    "a message is a JSON array that begins with an integer",
    broken(when("malformed")),
)
def is_an_array(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a text that is not JSON, is not an array, or does not begin with an integer."""
    return f"not a message: {seen.problem}" if array_of(seen) is None else None


@RPC.check(
    "R02",
    "Part 4 4.1.3",
    ERROR,
    "the message type is 2, 3 or 4, and in OCPP 2.1 also 5 or 6",
    broken(when("malformed")),
)
def has_a_known_type(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a message type that the version does not have. 5 and 6 are types of OCPP 2.1."""
    array = array_of(seen)
    return None if array is None or _type_of(seen, array) else f"the message type is {array.items[0]}"


@RPC.check(
    "R03", "Part 4 4.2", ERROR, "a message has the number of items that its type requires", broken(when("malformed"))
)
def has_all_items(seen: Seen, _: StationFacts) -> CheckResult:
    """Report an array that is too short or too long."""
    array = array_of(seen)
    type_ = None if array is None else _type_of(seen, array)
    if array is None or type_ is None or array.length == _length_of(type_):
        return None
    return f"a {type_.name} has {_length_of(type_)} items, this one has {array.length}"


@RPC.check("R04", "Part 4 4.1.4", ERROR, "the message id is a string of 1 to 36 characters", broken(when("malformed")))
def has_an_id(seen: Seen, _: StationFacts) -> CheckResult:
    """Report an id that is not a string, is empty, or is too long."""
    array = _whole(seen)
    if array is None or (type(array[1]) is str and 0 < len(array[1]) <= MAX_ID_LENGTH):
        return None
    return f"the message id is {shown(array[1])}"


def is_send_as_call(seen: Seen) -> bool:
    """Return whether a CALL has an action that is sent as a SEND (OCPP 2.1)."""
    row = seen.version.actions.get(seen.action)
    return seen.kind == "call" and row is not None and row.is_send


@RPC.check(
    "R09",
    "Part 4 4.1.6",
    ERROR,
    "the action is one that a station may send",
    broken(call(), when("malformed")),
)
def has_an_action(seen: Seen, _: StationFacts) -> CheckResult:
    """Report an action that is unknown (also RebootRequest or reboot), is not a string, or is only for the CSMS."""
    signed = rules_of(seen.version.name).signed
    if signed and seen.action.endswith(signed):
        return None
    if is_send_as_call(seen):
        return None
    if seen.kind == "call":
        first = next(iter(seen.event_as(Received).violations), None)
        return f"{shown(seen.action)}: {first}" if first and not first.is_of_payload else None
    array = _whole(seen, "CALL")
    return f"the action is {shown(array[2])}" if array and type(array[2]) is not str else None


def _error_in(seen: Seen) -> Sequence[Any] | None:
    """Return the code, description and details of a CALLERROR, of any type; None for another message."""
    if isinstance(seen.message, Error):
        return seen.message.code, seen.message.description, {}
    array = _whole(seen, "CALLERROR") if seen.kind == "malformed" else None
    return array[2:] if array else None


@RPC.check(
    "R13",
    "Part 4 4.3",
    ERROR,
    "the code of a CALLERROR is one of those defined",
    error(),
    when("stray", "malformed", "resulterror"),
    any_payload=True,
)
def has_a_known_code(seen: Seen, _: StationFacts) -> CheckResult:
    """Report an unknown error code. A code that is misspelt for a known reason is only a warning."""
    parts = _error_in(seen)
    code = parts[0] if parts else None
    if parts is None or (isinstance(code, str) and code in seen.version.framing.codes):
        return None
    rules = rules_of(seen.version.name)
    severity = WARNING if isinstance(code, str) and code in rules.misspelt else None
    return Wrong(f"the error code is {shown(code)}", severity=severity, why=rules.misspelt_by)


@RPC.check(
    "R14",
    "Part 4 4.2.3",
    ERROR,
    "a CALLERROR has a description of at most 255 characters and an object of details",
    error(),
    when("stray", "malformed", "resulterror"),
    any_payload=True,
)
def explains_itself(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a description that is not a string or is too long, or details that are not an object."""
    parts = _error_in(seen)
    if parts is None:
        return None
    description, details = parts[1:]
    most = rules_of(seen.version.name).most_described
    if type(description) is not str:
        return f"the description is {shown(description)}"
    if most is not None and len(description) > most:
        return f"the description has {len(description)} characters"
    return f"the details are {shown(details)}" if type(details) is not dict else None
