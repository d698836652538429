"""The framing of OCPP 1.6 (OCPP-J 1.6, 4): three message types and ten error codes; many bad messages get no answer."""

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
"""The error codes of a CALLERROR (4.2.3). Later versions spell two of them differently (errata, 5.1 and 5.2)."""

_SPELLINGS: Mapping[str, str] = {
    ErrorCode.FormatViolation: "FormationViolation",
    ErrorCode.OccurrenceConstraintViolation: "OccurenceConstraintViolation",
    ErrorCode.RpcFrameworkError: "FormationViolation",
    ErrorCode.MessageTypeNotSupported: "NotSupported",
}


def _reading_null(type_: MessageType) -> MessageType:
    """Return a message type that accepts `null` as a payload in place of `{}` (4.2.1, 4.2.2)."""

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
"""Messages of an unknown type (4.1.3), and messages without a readable id, are ignored."""
