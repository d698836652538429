"""The message arrays of OCPP-J (Part 4, 4.2) as frozen types, and their decoding and encoding.

No other module knows what the positions of an array mean. Decoding never raises: a text that is not a message becomes
`Malformed`, which says what is wrong with it and how Part 4 wants it answered.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any, ClassVar, TypeAlias, TypeVar

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field, force_setattr, replace

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


class _Unread(Enum):
    """Stands for a payload that was not parsed yet."""

    UNREAD = 0


UNREAD = _Unread.UNREAD


class Call(Record, eq=False, weakref=True):
    """`[2, id, action, payload]`."""

    id: str
    action: str
    value: Any
    """The payload; UNREAD if it is parsed from the `text` when `payload` is first read."""
    huge: tuple[str, ...] = ()
    """The paths to the first numbers in the payload outside a double (`1e400`). They are read as infinity."""
    text: bytes = b""
    """The text of the whole message, if the payload may have to be parsed from it."""
    typed: Any = None
    """The payload as an object with attributes, if the text fits the schema (`typed.py`); else None."""

    is_answer: ClassVar[bool] = False
    number: ClassVar[int] = 2
    """The number of its message type (Part 4, 4.1.3)."""

    @property
    def payload(self) -> Any:
        """The payload: any JSON value, not checked against its schema."""
        value = self.value
        if value is UNREAD:
            value = orjson.loads(self.text)[3]
            force_setattr(self, "value", value)
        return value

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Call):
            return NotImplemented
        return (self.id, self.action, self.payload, self.huge) == (other.id, other.action, other.payload, other.huge)

    def __hash__(self) -> int:
        return hash((self.id, self.action))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r}, action={self.action!r}, payload={self.payload!r})"


class Result(Record):
    """`[3, id, payload]`, the answer to the CALL with that id."""

    id: str
    payload: Any
    """Any JSON value, as in a `Call`."""
    huge: tuple[str, ...] = ()
    """The paths to such numbers, as in a `Call`."""

    is_answer: ClassVar[bool] = True
    number: ClassVar[int] = 3


class Error(Record):
    """`[4, id, code, description, details]`, the refusal of the CALL with that id."""

    id: str
    code: str
    """Any text from a peer. The mock sends a code of the version, unless a user wants another text."""
    description: str = ""
    details: Json | None = None

    is_answer: ClassVar[bool] = True
    number: ClassVar[int] = 4


class ReadArray(Record):
    """The items of an array that is not a message, so that its text need not be parsed again."""

    items: tuple[Any, ...]
    """Its first items, more than any message has. Long arrays and objects in them are shortened, strings are not."""
    length: int
    """The number of its items."""


class Malformed(Record):
    """A received text that is not a message."""

    problem: str
    """What is wrong with the text, in one line."""
    code: ErrorCode | None = ErrorCode.RpcFrameworkError
    """The code of the CALLERROR that answers it; None if it is ignored."""
    id: str = UNREADABLE_ID
    """The id for that CALLERROR: the message's own id if it is readable."""
    is_answer: bool = False
    """Whether it is a malformed CALLRESULT or CALLERROR.

    Such an answer gets no answer itself (Part 4, 4.2.3), and lets our call with its id fail.
    """
    array: ReadArray | None = None
    """The items of the text; None unless it is an array with an integer first and without numbers outside a double."""
    number: int | None = None
    """The number of its message type; None if it begins with no number."""


Message: TypeAlias = Call | Result | Error
_Paid = TypeVar("_Paid", bound=Call | Result)

Huge: TypeAlias = tuple[str, ...]


class MessageType(Record):
    """The form of the array for one type of message."""

    name: str
    parts: tuple[str, ...]
    """The names of its items after the message type."""
    read: Callable[[list[Any], Huge], Message | None]
    """Returns the message in an array; None if the array does not have this form."""
    is_answer: bool
    is_refused: bool = True
    """Whether a malformed message of this type gets a CALLERROR. Answers never get one."""


def _read_call(array: list[Any], huge: Huge) -> Call | None:
    if len(array) != 4:
        return None
    _, id_, action, payload = array  # a call of `_is_id` would double the time
    is_one = type(id_) is str and 0 < len(id_) <= MAX_ID_LENGTH and type(action) is str
    return Call(id_, action, payload, huge) if is_one else None


def _read_result(array: list[Any], huge: Huge) -> Result | None:
    return Result(array[1], array[2], huge) if len(array) == 3 and is_id(array[1]) else None


def _read_error(array: list[Any], _: Huge) -> Error | None:
    is_one = len(array) == 5 and is_id(array[1]) and [type(part) for part in array[2:]] == [str, str, dict]
    return Error(*array[1:]) if is_one else None


TYPES: Mapping[int, MessageType] = {
    Call.number: MessageType("CALL", ("id", "action", "payload"), _read_call, is_answer=False),
    Result.number: MessageType("CALLRESULT", ("id", "payload"), _read_result, is_answer=True),
    Error.number: MessageType("CALLERROR", ("id", "code", "description", "details"), _read_error, is_answer=True),
}
"""The message types that every version has, by number (Part 4, 4.1.3)."""


class Framing(Record, eq=False):
    """The form of messages in some versions of OCPP; the defaults are those of 2.0.1."""

    types: Mapping[int, MessageType] = field(default_factory=lambda: TYPES)
    """The message types by number."""
    unknown_type: ErrorCode | None = ErrorCode.MessageTypeNotSupported
    """The error code for a message of an unknown type; None to ignore it."""
    unreadable_id: str | None = UNREADABLE_ID
    """The id of the CALLERROR for a message without a readable id; None to send none."""
    codes: Sequence[str] = tuple(ErrorCode)
    """The error codes of a CALLERROR, in the spelling of the version."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """By error code: the spelling of the version, if it differs from `ErrorCode`."""

    def spelled(self, code: ErrorCode) -> str:
        """Return an error code in the spelling of the version."""
        return self.spellings.get(code, code)


FRAMING = Framing()
"""The framing of OCPP 2.0.1."""


def with_payload(message: _Paid, payload: Any) -> _Paid:
    """Return a copy of a message with another payload."""
    is_call = isinstance(message, Call)
    changes = {"value": payload, "text": b"", "typed": None} if is_call else {"payload": payload}
    return replace(message, **changes)


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


def is_id(value: Any) -> bool:
    """Whether a JSON value is a valid message id (Part 4, 4.1.4)."""
    return type(value) is str and 0 < len(value) <= MAX_ID_LENGTH
