"""The message arrays of OCPP-J (Part 4, 4.2) as frozen types, and their decoding and encoding.

Nothing else in the program knows which position of an array means what. Decoding never raises: what a peer sent and is
not a message becomes `Malformed`, which says what is wrong and how Part 4 wants it answered.
"""

import math
import re
from collections.abc import Iterator
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
    """`[2, id, action, payload]`. The payload may be any JSON value until its schema was looked at.

    `huge` are the paths in the payload to numbers that no double holds (`1e400`); each reads as infinity.
    """

    id: str
    action: str
    payload: Any
    huge: tuple[str, ...] = ()

    is_answer: ClassVar[bool] = False


class Result(Record):
    """`[3, id, payload]`, the answer to the CALL with that id; `huge` is as in a CALL."""

    id: str
    payload: Any
    huge: tuple[str, ...] = ()

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


_ANSWERS = (_RESULT, _ERROR)
_BEGINNING = re.compile(
    r"""\ufeff?\s*\[\s*
        (?P<quote>["']?)\s*\+?0*(?P<type>[0-9])(?:\.0*)?(?:[eE][+-]?0*)?(?![0-9.eE])
        \s*(?:(?P=quote)(?![\w.+-])|(?=,)|$)[\s,]*
        (?:"(?P<id>(?:[^"\\]|\\.)*)(?:"|$)|'(?P<single>[^']*)'|(?P<bare>[^\s"',\[\]{}]+)(?=[\s,\]]))?
    """,
    re.VERBOSE | re.DOTALL,
)
"""How a message begins, however broken it is: the number of its type, and its id; half an id is nobody's."""
_LONGEST_BEGINNING = 4096
_MOST_DIGITS = 20
_FLAT = 2 * DEEPEST
"""So many bytes cannot be nested too deep: each level has two brackets."""
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def decode(data: bytes) -> Message | Malformed:
    """Return the message that `data` (UTF-8 JSON text) holds, or what is wrong with it.

    Checks the array only (Part 4, 4.1.4 and 4.2); the payload is left for `schemas`.
    """
    huge: tuple[str, ...] = ()
    try:
        array = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        array = _with_huge_numbers(data)
        if array is None:
            return _broken(data, error)
        if isinstance(array, list) and array:
            huge = tuple(_huge_paths(array[-1], ""))
    if not isinstance(array, list):
        return Malformed(f"not a JSON array but {_kind(array)}")
    if not array or type(array[0]) is not int:
        problem = "the first item is not the number of a message type"
        return Malformed(problem, id=_id_of(array), is_answer=_is_of_answer(_begun(data)))
    number = array[0]
    if len(data) > _FLAT and data.count(b"[") + data.count(b"{") > DEEPEST and is_too_deep(array):
        return Malformed(_TOO_DEEP, id=_id_of(array), is_answer=number in _ANSWERS)
    if number == _CALL and len(array) == 4 and _is_id(array[1]) and type(array[2]) is str:
        return Call(array[1], array[2], array[3], huge)
    if number == _RESULT and len(array) == 3 and _is_id(array[1]):
        return Result(array[1], array[2], huge)
    if number == _ERROR and len(array) == 5 and _is_id(array[1]) and [type(part) for part in array[2:]] == _ERROR_TYPES:
        return Error(array[1], array[2], array[3], array[4])
    return _malformed(number, array)


def _broken(data: bytes, error: orjson.JSONDecodeError) -> Malformed:
    """Say what is wrong with a text that is not JSON, or too deep to be read.

    What begins like an answer is one, and ends the call whose id is in it. The id of a CALL that is not JSON counts as
    unreadable.
    """
    is_deep = any(limit in str(error).lower() for limit in ("depth limit", "recursion limit"))
    begun = _begun(data)
    is_answer = _is_of_answer(begun)
    id_ = _begun_id(begun) if begun is not None and (is_answer or is_deep) else UNREADABLE_ID
    return Malformed(_TOO_DEEP if is_deep else f"not JSON: {error}", id=id_, is_answer=is_answer)


def _begun(data: bytes) -> re.Match[str] | None:
    """Return how a text that is no message begins; NULs (so those of UTF-16) and its byte-order mark are left out."""
    text = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")[:_LONGEST_BEGINNING]
    return _BEGINNING.match(text.replace(b"\0", b"").decode(errors="replace"))


def _is_of_answer(begun: re.Match[str] | None) -> bool:
    return begun is not None and int(begun["type"]) in _ANSWERS


def _begun_id(begun: re.Match[str]) -> str:
    """Return the message id behind a beginning, where a valid one is there."""
    try:
        id_ = orjson.loads(f'"{begun["id"] or begun["single"] or begun["bare"] or ""}"')
    except orjson.JSONDecodeError:
        return UNREADABLE_ID
    return id_ if _is_id(id_) else UNREADABLE_ID


def _with_huge_numbers(data: bytes) -> Any:
    """Read JSON with numbers that no double holds, which RFC 8259 (section 6) allows; None where it is not JSON."""
    import json  # noqa: PLC0415 - hardly a message needs it

    try:
        value = json.loads(data.decode(), parse_int=_integer, parse_constant=_no_number)
        orjson.dumps(value)  # refuses lone surrogates, which `json` takes
    except (ValueError, TypeError, RecursionError):
        return None
    return value if any(True for _ in _huge_paths(value, "")) else None


def _integer(digits: str) -> int | float:
    """Read an integer as `orjson` does: beyond 64 bits as a float."""
    is_short = len(digits) <= _MOST_DIGITS and -(2**63) <= int(digits) < 2**64
    return int(digits) if is_short else float(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _huge_paths(value: Any, path: str) -> Iterator[str]:
    """Yield the paths to infinity in a JSON value."""
    if isinstance(value, float) and math.isinf(value):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _huge_paths(item, f"{path}.{key}" if path else str(key))


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


def with_wrong_type(text: bytes) -> bytes:
    """Return the `text` of a message with the number of the next message type, which its array does not fit."""
    number = int(text[1:2])
    return b"%b%d%b" % (text[:1], number + 1 if number < _ERROR else _CALL, text[2:])


def with_unknown_type(text: bytes) -> bytes:
    """Return the `text` of a message with a number that no version of OCPP has a message type for."""
    return b"%b%d%b" % (text[:1], _UNKNOWN, text[2:])


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
