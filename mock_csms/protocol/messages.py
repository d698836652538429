"""The message arrays of OCPP-J (Part 4, 4.2) as frozen types, and their decoding and encoding.

Nothing else in the program knows which position of an array means what. Decoding never raises: what a peer sent and is
not a message becomes `Malformed`, which says what is wrong and how Part 4 wants it answered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.json_text import DEEPEST, FLAT, huge_paths, is_too_deep, may_be_too_deep, with_huge_numbers
from mock_csms.protocol.records import Record, field

UNREADABLE_ID = "-1"
"""The message id of an answer to something whose own id could not be read (Part 4, 4.2.3)."""

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
    """Something received that is no message: what is wrong with it, and the code (if any) and id to refuse it with.

    One that `is_answer` is a spoiled CALLRESULT or CALLERROR: it is never answered itself (Part 4, 4.2.3), and ends the
    call of ours with that id as failed.
    """

    problem: str
    code: ErrorCode | None = ErrorCode.RpcFrameworkError
    id: str = UNREADABLE_ID
    is_answer: bool = False


Message: TypeAlias = Call | Result | Error

Huge: TypeAlias = tuple[str, ...]


class MessageType(Record):
    """How the array of a type of message looks: its name, and the parts behind the number of the type.

    `read` returns the message in an array, or None where the array does not look like that.
    """

    name: str
    parts: tuple[str, ...]
    read: Callable[[list[Any], Huge], Message | None]
    is_answer: bool


def _read_call(array: list[Any], huge: Huge) -> Call | None:
    if len(array) != 4:
        return None
    _, id_, action, payload = array  # `_is_id` takes as long as all the rest
    is_one = type(id_) is str and 0 < len(id_) <= MAX_ID_LENGTH and type(action) is str
    return Call(id_, action, payload, huge) if is_one else None


def _read_result(array: list[Any], huge: Huge) -> Result | None:
    return Result(array[1], array[2], huge) if len(array) == 3 and _is_id(array[1]) else None


def _read_error(array: list[Any], _: Huge) -> Error | None:
    is_one = len(array) == 5 and _is_id(array[1]) and [type(part) for part in array[2:]] == [str, str, dict]
    return Error(*array[1:]) if is_one else None


_CALL, _RESULT, _ERROR = 2, 3, 4
_UNKNOWN = 9
TYPES: Mapping[int, MessageType] = {
    _CALL: MessageType("CALL", ("id", "action", "payload"), _read_call, is_answer=False),
    _RESULT: MessageType("CALLRESULT", ("id", "payload"), _read_result, is_answer=True),
    _ERROR: MessageType("CALLERROR", ("id", "code", "description", "details"), _read_error, is_answer=True),
}
"""The types of messages that every version has, by their number (Part 4, 4.1.3)."""


class Framing(Record, eq=False):
    """What differs between versions of OCPP in the messages themselves; where nothing is said, as in 2.0.1."""

    types: Mapping[int, MessageType] = field(default_factory=lambda: TYPES)
    """The types of messages, by their number."""
    unknown_type: ErrorCode | None = ErrorCode.MessageTypeNotSupported
    """The code that a message of another type is refused with; None where it is ignored."""
    unreadable_id: str | None = UNREADABLE_ID
    """The id of the refusal of what has no readable one; None where that is not answered."""
    codes: Sequence[str] = tuple(ErrorCode)
    """The error codes of a CALLERROR, as the version spells them."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """How it spells the codes that it has under another name than an `ErrorCode`."""

    def spelled(self, code: ErrorCode) -> str:
        """Return an error code as the version spells it."""
        return self.spellings.get(code, code)


FRAMING = Framing()
"""The messages of OCPP 2.0.1."""

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
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def decode(data: bytes, framing: Framing = FRAMING) -> Message | Malformed:
    """Return the message that `data` (UTF-8 JSON text) holds, or what is wrong with it.

    Checks the array only (Part 4, 4.1.4 and 4.2); the payload is left for `schemas`.
    """
    huge: Huge = ()
    try:
        array = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        array = with_huge_numbers(data)
        if array is None:
            return _broken(data, error, framing)
        if isinstance(array, list) and array:
            huge = tuple(huge_paths(array[-1], ""))
    if not isinstance(array, list):
        return Malformed(f"not a JSON array but {_kind(array)}")
    if not array or type(array[0]) is not int:
        problem = "the first item is not the number of a message type"
        return Malformed(problem, id=_id_of(array), is_answer=_is_of_answer(_begun(data), framing))
    number = array[0]
    type_ = framing.types.get(number)
    if len(data) > FLAT and may_be_too_deep(data) and is_too_deep(array):
        return Malformed(_TOO_DEEP, id=_id_of(array), is_answer=type_ is not None and type_.is_answer)
    if type_ is None:
        return Malformed(f"message type {number} is unknown", framing.unknown_type, _id_of(array))
    return type_.read(array, huge) or _malformed(type_, array)


def _broken(data: bytes, error: orjson.JSONDecodeError, framing: Framing) -> Malformed:
    """Say what is wrong with a text that is not JSON, or too deep to be read.

    What begins like an answer is one, and ends the call whose id is in it. The id of a CALL that is not JSON counts as
    unreadable.
    """
    is_deep = any(limit in str(error).lower() for limit in ("depth limit", "recursion limit"))
    begun = _begun(data)
    is_answer = _is_of_answer(begun, framing)
    id_ = _begun_id(begun) if begun is not None and (is_answer or is_deep) else UNREADABLE_ID
    return Malformed(_TOO_DEEP if is_deep else f"not JSON: {error}", id=id_, is_answer=is_answer)


def _begun(data: bytes) -> re.Match[str] | None:
    """Return how a text that is no message begins; NULs (so those of UTF-16) and its byte-order mark are left out."""
    text = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")[:_LONGEST_BEGINNING]
    return _BEGINNING.match(text.replace(b"\0", b"").decode(errors="replace"))


def _is_of_answer(begun: re.Match[str] | None, framing: Framing) -> bool:
    type_ = framing.types.get(int(begun["type"])) if begun is not None else None
    return type_ is not None and type_.is_answer


def _begun_id(begun: re.Match[str]) -> str:
    """Return the message id behind a beginning, where a valid one is there."""
    try:
        id_ = orjson.loads(f'"{begun["id"] or begun["single"] or begun["bare"] or ""}"')
    except orjson.JSONDecodeError:
        return UNREADABLE_ID
    return id_ if _is_id(id_) else UNREADABLE_ID


def _malformed(type_: MessageType, array: list[Any]) -> Malformed:
    """Say which position of an array of that type is wrong."""
    name, parts = type_.name, type_.parts
    if len(array) != len(parts) + 1:
        problem = f"a {name} has {len(parts) + 1} items ({', '.join(parts)} after the type), not {len(array)}"
    elif not _is_id(array[1]):
        problem = f"the id of a {name} is a string of 1 to {MAX_ID_LENGTH} characters"
    elif "action" in parts:
        problem = f"the action of a {name} is a string, not {_kind(array[2])}"
    else:
        problem = f"the code and the description of a {name} are strings, its details are an object"
    return Malformed(problem, id=_id_of(array), is_answer=type_.is_answer)


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


def _kind(value: Any) -> str:
    """Name the JSON type of `value` for a person."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
