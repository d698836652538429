"""The message arrays of OCPP-J (Part 4, 4.2) as frozen types, and their decoding and encoding.

Nothing else in the program knows which position of an array means what. Decoding never raises: what a peer sent and is
not a message becomes `Malformed`, which says what is wrong and how Part 4 wants it answered.
"""

from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record

UNREADABLE_ID = "-1"
"""The message id of an answer to something whose own id could not be read (Part 4, 4.2.3)."""

MAX_ID_LENGTH = 36
MAX_DESCRIPTION_LENGTH = 255
DEEPEST = 250
"""How deep a message may be nested, so that it can be written again (for the log, or as part of an answer)."""


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


class Call(Record):
    """`[2, id, action, payload]`. The payload may be any JSON value until its schema was looked at."""

    id: str
    action: str
    payload: Any

    is_answer: ClassVar[bool] = False


class Result(Record):
    """`[3, id, payload]`, the answer to the CALL with that id."""

    id: str
    payload: Any

    is_answer: ClassVar[bool] = True


class Error(Record):
    """`[4, id, code, description, details]`, the refusal of the CALL with that id.

    A peer may send any text as its code; what we send is an `ErrorCode`, unless a user asks for another.
    """

    id: str
    code: str
    description: str = ""
    details: Json | None = None

    is_answer: ClassVar[bool] = True


class Malformed(Record):
    """Something received that is no message: what is wrong with it, and the code and id to refuse it with.

    One that `is_answer` is a spoiled CALLRESULT or CALLERROR: it is never answered itself (Part 4, 4.2.3), and ends the
    call of ours with that id as failed.
    """

    problem: str
    code: ErrorCode = ErrorCode.RpcFrameworkError
    id: str = UNREADABLE_ID
    is_answer: bool = False


Message: TypeAlias = Call | Result | Error

_CALL, _RESULT, _ERROR = 2, 3, 4
_UNKNOWN = 9
_SHAPES = {
    _CALL: ("CALL", ("id", "action", "payload")),
    _RESULT: ("CALLRESULT", ("id", "payload")),
    _ERROR: ("CALLERROR", ("id", "code", "description", "details")),
}
_ERROR_TYPES = [str, str, dict]


def decode(data: bytes) -> Message | Malformed:
    """Return the message that `data` (UTF-8 JSON text) holds, or what is wrong with it.

    Checks the array only (Part 4, 4.1.4 and 4.2); the payload is left for `schemas`.
    """
    try:
        array = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return Malformed(f"not JSON: {error}")
    if not isinstance(array, list):
        return Malformed(f"not a JSON array but {_kind(array)}")
    if not array or type(array[0]) is not int:
        return Malformed("the first item is not the number of a message type", id=_id_of(array))
    number = array[0]
    if is_too_deep(array):
        return Malformed(
            f"nested deeper than {DEEPEST} levels", id=_id_of(array), is_answer=number in (_RESULT, _ERROR)
        )
    if number == _CALL and len(array) == 4 and _is_id(array[1]) and type(array[2]) is str:
        return Call(array[1], array[2], array[3])
    if number == _RESULT and len(array) == 3 and _is_id(array[1]):
        return Result(array[1], array[2])
    if number == _ERROR and len(array) == 5 and _is_id(array[1]) and [type(part) for part in array[2:]] == _ERROR_TYPES:
        return Error(array[1], array[2], array[3], array[4])
    return _malformed(number, array)


def _malformed(number: int, array: list[Any]) -> Malformed:
    """Say which position of an array with the message type `number` is wrong."""
    id_ = _id_of(array)
    if number not in _SHAPES:
        return Malformed(f"message type {number} is unknown", ErrorCode.MessageTypeNotSupported, id_)
    name, parts = _SHAPES[number]
    is_answer = number != _CALL
    if len(array) != len(parts) + 1:
        problem = f"a {name} has {len(parts) + 1} items ({', '.join(parts)} after the type), not {len(array)}"
    elif not _is_id(array[1]):
        problem = f"the id of a {name} is a string of 1 to {MAX_ID_LENGTH} characters"
    elif number == _CALL:
        problem = f"the action of a CALL is a string, not {_kind(array[2])}"
    else:
        problem = "the code and the description of a CALLERROR are strings, its details are an object"
    return Malformed(problem, id=id_, is_answer=is_answer)


def encode(message: Message) -> bytes:
    """Return the JSON text of `message` as it goes over the wire."""
    match message:
        case Result():
            array = [_RESULT, message.id, message.payload]
        case Call():
            array = [_CALL, message.id, message.action, message.payload]
        case Error():
            description = message.description[:MAX_DESCRIPTION_LENGTH]
            array = [_ERROR, message.id, message.code, description, message.details or {}]
    return orjson.dumps(array)


def encode_as_wrong_type(message: Message) -> bytes:
    """Return the text of `message` with the number of the next message type, which its array does not fit."""
    array = orjson.loads(encode(message))
    array[0] = array[0] + 1 if array[0] < _ERROR else _CALL
    return orjson.dumps(array)


def encode_as_unknown_type(message: Message) -> bytes:
    """Return the text of `message` with a number that no version of OCPP has a message type for."""
    array = orjson.loads(encode(message))
    return orjson.dumps([_UNKNOWN, *array[1:]])


def _is_id(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= MAX_ID_LENGTH


def _id_of(array: list[Any]) -> str:
    """Return the array's message id, where it has a valid one to be echoed."""
    return array[1] if len(array) > 1 and _is_id(array[1]) else UNREADABLE_ID


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than `DEEPEST` or little more, too deep to be written again."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return False


def _kind(value: Any) -> str:
    """Name the JSON type of `value` for a person."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
