"""How messages of OCPP 1.6 look (OCPP-J 1.6, 4): three types, ten error codes, and much that is not answered at all."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.messages import (
    TYPES,
    Call,
    ErrorCode,
    Framing,
    Huge,
    Message,
    MessageType,
    Result,
    with_payload,
)
from mock_csms.protocol.records import replace

CODES = (
    "FormationViolation",
    "GenericError",
    "InternalError",
    "NotImplemented",
    "NotSupported",
    "OccurenceConstraintViolation",
    "PropertyConstraintViolation",
    "ProtocolError",
    "SecurityError",
    "TypeConstraintViolation",
)
"""The error codes of a CALLERROR (4.2.3). Two of them are spelled in another way than later (errata, 5.1 and 5.2)."""

_SPELLINGS: Mapping[str, str] = {
    ErrorCode.FormatViolation: "FormationViolation",
    ErrorCode.OccurrenceConstraintViolation: "OccurenceConstraintViolation",
    ErrorCode.RpcFrameworkError: "FormationViolation",
    ErrorCode.MessageTypeNotSupported: "NotSupported",
}


def _reading_null(type_: MessageType) -> MessageType:
    """Return the type of a message whose payload may be `null` in place of `{}` (4.2.1, 4.2.2)."""

    def read(array: list[Any], huge: Huge) -> Message | None:
        message = type_.read(array, huge)
        if isinstance(message, Call | Result) and message.payload is None:
            return with_payload(message, {})
        return message

    return replace(type_, read=read)


FRAMING = Framing(
    types={number: type_ if number == 4 else _reading_null(type_) for number, type_ in TYPES.items()},
    unknown_type=None,
    unreadable_id=None,
    codes=CODES,
    spellings=_SPELLINGS,
)
"""A message of an unknown type is ignored (4.1.3), and so is one without a readable id: no answer has an id for it."""
