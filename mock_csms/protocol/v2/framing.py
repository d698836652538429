"""The framing of OCPP 2.1 (2.1 Part 4, 4): it adds two message types to 2.0.1, and ignores unknown types."""

from typing import Any

from mock_csms.protocol.messages import TYPES, Framing, Huge, MessageType
from mock_csms.protocol.records import replace
from mock_csms.protocol.sends import ResultError, SendMessage


def _read_send(array: list[Any], huge: Huge) -> SendMessage | None:
    call = TYPES[2].read(array, huge)
    return None if call is None else SendMessage(array[1], array[2], array[3], huge)


def _read_result_error(array: list[Any], huge: Huge) -> ResultError | None:
    error = TYPES[4].read(array, huge)
    return None if error is None else ResultError(*array[1:])


_NEW = {
    ResultError.number: replace(
        TYPES[4], name="CALLRESULTERROR", read=_read_result_error, is_answer=False, is_refused=False
    ),
    SendMessage.number: MessageType("SEND", TYPES[2].parts, _read_send, is_answer=False, is_refused=False),
}

FRAMING_OF_21 = Framing(types={**TYPES, **_NEW}, unknown_type=None)
