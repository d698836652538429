"""The message arrays of OCPP-J (Part 4, 4.2) as frozen types, and their decoding and encoding.

No other module knows what the positions of an array mean. Decoding never raises: a text that is not a message becomes
`Malformed`, which says what is wrong with it and how Part 4 wants it answered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any, ClassVar, TypeAlias

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.beginnings import begun
from mock_csms.protocol.json_text import DEEPEST, FLAT, is_too_deep, may_be_too_deep, with_huge_numbers
from mock_csms.protocol.json_values import abridged, huge_paths, kind_of
from mock_csms.protocol.records import Record, field

UNREADABLE_ID = "-1"
"""The message id of the answer to a message whose own id could not be read (Part 4, 4.2.3)."""

MAX_ID_LENGTH = 36
MAX_DESCRIPTION_LENGTH = 255


class ErrorCode(StrEnum):
    """The error codes of a CALLERROR (Part 4, 4.3)."""

    FormatViolation = "FormatViolation"
    GenericError = "GenericError"
    InternalError = "InternalError"
    MessageTypeNotSupported = "MessageTypeNotSupported"
    NotImplemented = "NotImplemented"
    NotSupported = "NotSupported"
    OccurrenceConstraintViolation = "OccurrenceConstraintViolation"
    PropertyConstraintViolation = "PropertyConstraintViolation"
    ProtocolError = "ProtocolError"
    RpcFrameworkError = "RpcFrameworkError"
    SecurityError = "SecurityError"
    TypeConstraintViolation = "TypeConstraintViolation"


class Call(Record, weakref=True):
    """`[2, id, action, payload]`."""

    id: str
    action: str
    payload: Any
    """Any JSON value: whether it fits its schema was not checked."""
    huge: tuple[str, ...] = ()
    """The paths in the payload to the first numbers beyond a double (`1e400`); each such number is read as infinity."""

    is_answer: ClassVar[bool] = False
    number: ClassVar[int] = 2
    """The number of its type."""


class Result(Record):
    """`[3, id, payload]`, the answer to the CALL with that id."""

    id: str
    payload: Any
    """Any JSON value, as in a `Call`."""
    huge: tuple[str, ...] = ()
    """The paths to the first numbers beyond the range of a double, as in a `Call`."""

    is_answer: ClassVar[bool] = True
    number: ClassVar[int] = 3


class Error(Record):
    """`[4, id, code, description, details]`, the refusal of the CALL with that id."""

    id: str
    code: str
    """Any text from a peer. The mock itself sends a code of its version, unless a user asks for another text."""
    description: str = ""
    details: Json | None = None

    is_answer: ClassVar[bool] = True
    number: ClassVar[int] = 4


class ReadArray(Record):
    """What was read of an array that is not a message, so that nobody has to parse its text again."""

    items: tuple[Any, ...]
    """Its first items, more than a message of any type has. What is long in them is cut, but their texts are whole."""
    length: int
    """How many items it has."""


class Malformed(Record):
    """A received text that is not a message."""

    problem: str
    """What is wrong with it, in one line."""
    code: ErrorCode | None = ErrorCode.RpcFrameworkError
    """The code of the CALLERROR that answers it; None if it is ignored."""
    id: str = UNREADABLE_ID
    """The id of that CALLERROR: its own id if that can be read."""
    is_answer: bool = False
    """Whether it is a malformed CALLRESULT or CALLERROR.

    Such an answer is never answered itself (Part 4, 4.2.3); it ends our call with its id as failed.
    """
    array: ReadArray | None = None
    """What was read of it; None unless it is an array that begins with an integer, without numbers beyond a double."""
    number: int | None = None
    """The number of the type that it begins with; None if it has none."""


Message: TypeAlias = Call | Result | Error

Huge: TypeAlias = tuple[str, ...]


class MessageType(Record):
    """What the array of a type of message looks like."""

    name: str
    parts: tuple[str, ...]
    """The names of its items after the number of the type."""
    read: Callable[[list[Any], Huge], Message | None]
    """Returns the message in an array, or None if the array does not have these parts."""
    is_answer: bool
    is_refused: bool = True
    """Whether a malformed message of this type is refused with a CALLERROR, unless it is an answer."""


def _read_call(array: list[Any], huge: Huge) -> Call | None:
    if len(array) != 4:
        return None
    _, id_, action, payload = array  # a call of `_is_id` would take as long as all the rest
    is_one = type(id_) is str and 0 < len(id_) <= MAX_ID_LENGTH and type(action) is str
    return Call(id_, action, payload, huge) if is_one else None


def _read_result(array: list[Any], huge: Huge) -> Result | None:
    return Result(array[1], array[2], huge) if len(array) == 3 and _is_id(array[1]) else None


def _read_error(array: list[Any], _: Huge) -> Error | None:
    is_one = len(array) == 5 and _is_id(array[1]) and [type(part) for part in array[2:]] == [str, str, dict]
    return Error(*array[1:]) if is_one else None


TYPES: Mapping[int, MessageType] = {
    Call.number: MessageType("CALL", ("id", "action", "payload"), _read_call, is_answer=False),
    Result.number: MessageType("CALLRESULT", ("id", "payload"), _read_result, is_answer=True),
    Error.number: MessageType("CALLERROR", ("id", "code", "description", "details"), _read_error, is_answer=True),
}
"""The types of messages that every version has, by their number (Part 4, 4.1.3)."""


class Framing(Record, eq=False):
    """What versions of OCPP do differently in the message arrays; the defaults are those of 2.0.1."""

    types: Mapping[int, MessageType] = field(default_factory=lambda: TYPES)
    """The types of messages, by their number."""
    unknown_type: ErrorCode | None = ErrorCode.MessageTypeNotSupported
    """The error code for a message of another type; None if it is ignored."""
    unreadable_id: str | None = UNREADABLE_ID
    """The id of the CALLERROR for a message without a readable id; None if it is not answered."""
    codes: Sequence[str] = tuple(ErrorCode)
    """The error codes of a CALLERROR, as the version spells them."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """How the version spells a code, if otherwise than `ErrorCode`."""

    def spelled(self, code: ErrorCode) -> str:
        """Return an error code as the version spells it."""
        return self.spellings.get(code, code)


FRAMING = Framing()
"""The framing of OCPP 2.0.1."""

_MOST_HUGE = 1000
"""How many numbers beyond the range of a double are named."""
_MOST_ITEMS = 8
"""How many items of an array that is not a message are kept."""
_RPC = ErrorCode.RpcFrameworkError
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def decode(data: bytes, framing: Framing = FRAMING) -> Message | Malformed:
    """Return the message that `data` (UTF-8 JSON text) holds, or what is wrong with it.

    Only the array is checked (Part 4, 4.1.4 and 4.2), not the payload: `schemas.py` does that.
    """
    huge: Huge = ()
    is_plain = True
    try:
        array = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        array = with_huge_numbers(data) if "number" in str(error) else None
        if array is None:
            return _broken(data, error, framing)
        is_plain = False
        if isinstance(array, list) and array:
            huge = tuple(islice(huge_paths(array[-1], ""), _MOST_HUGE))
    if not isinstance(array, list):
        return Malformed(f"not a JSON array but {kind_of(array)}")
    if not array or type(array[0]) is not int:
        problem, number = "the first item is not the number of a message type", _number_in(begun(data))
        is_answer, code = _refused_with(number, framing)
        return Malformed(problem, code, _id_of(array), is_answer, None, number)
    number = array[0]
    type_ = framing.types.get(number)
    if len(data) > FLAT and may_be_too_deep(data) and is_too_deep(array):
        is_answer, code = _refused_with(number, framing)
        return Malformed(_TOO_DEEP, code, _id_of(array), is_answer, _read(array, is_plain=is_plain), number)
    if type_ is None:
        problem, read = f"message type {number} is unknown", _read(array, is_plain=is_plain)
        return Malformed(problem, framing.unknown_type, _id_of(array), array=read)
    return type_.read(array, huge) or _malformed(type_, array, _read(array, is_plain=is_plain))


def _read(array: list[Any], *, is_plain: bool) -> ReadArray | None:
    """Return what a malformed message keeps of its array; None where not every parser can read it."""
    return ReadArray(tuple(abridged(item) for item in array[:_MOST_ITEMS]), len(array)) if is_plain else None


def _broken(data: bytes, error: orjson.JSONDecodeError, framing: Framing) -> Malformed:
    """Return what is wrong with a text that is not JSON, or is nested too deep to be read.

    A text that begins like an answer counts as one, and ends the call with its id. The id of a CALL that is not JSON
    counts as unreadable.
    """
    is_deep = any(limit in str(error).lower() for limit in ("depth limit", "recursion limit"))
    beginning = begun(data)
    number = _number_in(beginning)
    is_answer, code = _refused_with(number, framing)
    id_ = _begun_id(beginning) if beginning is not None and (is_answer or is_deep) else UNREADABLE_ID
    return Malformed(_TOO_DEEP if is_deep else f"not JSON: {error}", code, id_, is_answer, None, number)


def _number_in(beginning: re.Match[str] | None) -> int | None:
    return None if beginning is None else int(beginning["type"])


def _refused_with(number: int | None, framing: Framing) -> tuple[bool, ErrorCode | None]:
    """Return whether a malformed message with that type counts as an answer, and the error code for it.

    The code is None if the message is ignored.
    """
    type_ = None if number is None else framing.types.get(number)
    if type_ is None:
        return False, _RPC if number is None else framing.unknown_type and _RPC
    return type_.is_answer, _RPC if type_.is_refused else None


def _begun_id(beginning: re.Match[str]) -> str:
    """Return the message id in the beginning of a malformed text, or `UNREADABLE_ID`."""
    try:
        id_ = orjson.loads(f'"{beginning["id"] or beginning["single"] or beginning["bare"] or ""}"')
    except orjson.JSONDecodeError:
        return UNREADABLE_ID
    return id_ if _is_id(id_) else UNREADABLE_ID


def _malformed(type_: MessageType, array: list[Any], read: ReadArray | None) -> Malformed:
    """Return which position of an array of that type is wrong."""
    name, parts = type_.name, type_.parts
    if len(array) != len(parts) + 1:
        problem = f"a {name} has {len(parts) + 1} items ({', '.join(parts)} after the type), not {len(array)}"
    elif not _is_id(array[1]):
        problem = f"the id of a {name} is a string of 1 to {MAX_ID_LENGTH} characters"
    elif "action" in parts:
        problem = f"the action of a {name} is a string, not {kind_of(array[2])}"
    else:
        problem = f"the code and the description of a {name} are strings, its details are an object"
    return Malformed(problem, _RPC if type_.is_refused else None, _id_of(array), type_.is_answer, read, array[0])


def encode(message: Message) -> bytes:
    """Return the JSON text of `message` as it is sent."""
    match message:
        case Result():
            array = [message.number, message.id, message.payload]
        case Call():
            array = [message.number, message.id, message.action, message.payload]
        case Error():
            description = message.description[:MAX_DESCRIPTION_LENGTH]
            array = [message.number, message.id, message.code, description, message.details or {}]
    return orjson.dumps(array)


def _is_id(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= MAX_ID_LENGTH


def _id_of(array: list[Any]) -> str:
    """Return the message id of an array, or `UNREADABLE_ID` if it has no valid one."""
    return array[1] if len(array) > 1 and _is_id(array[1]) else UNREADABLE_ID
