"""Parses the message arrays of OCPP-J. Decoding never raises: a text that is not a message becomes `Malformed`.

A `Malformed` says what is wrong, and how Part 4 wants it answered.
"""

import re
from itertools import islice
from typing import Any

import orjson

from mock_csms.protocol.beginnings import begun
from mock_csms.protocol.json_text import DEEPEST, FLAT, is_too_deep, may_be_too_deep, with_huge_numbers
from mock_csms.protocol.json_values import abridged, huge_paths, kind_of
from mock_csms.protocol.messages import (
    FRAMING,
    MAX_ID_LENGTH,
    UNREADABLE_ID,
    ErrorCode,
    Framing,
    Huge,
    Malformed,
    Message,
    MessageType,
    ReadArray,
    is_id,
)

_MOST_HUGE = 1000
"""How many numbers outside the range of a double are reported."""
_MOST_ITEMS = 8
"""How many items of an array are kept if it is not a message."""
_RPC = ErrorCode.RpcFrameworkError
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def decode(data: bytes, framing: Framing = FRAMING) -> Message | Malformed:
    """Return the message in `data` (UTF-8 JSON text), or what is wrong with it.

    Only the array is checked (Part 4, 4.1.4 and 4.2); `schemas.py` checks the payload.
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
    """Return the items of a malformed message that are kept; None if not every parser can read its array."""
    return ReadArray(tuple(abridged(item) for item in array[:_MOST_ITEMS]), len(array)) if is_plain else None


def _broken(data: bytes, error: orjson.JSONDecodeError, framing: Framing) -> Malformed:
    """Return what is wrong with a text that is not JSON, or whose nesting is too deep.

    A text that begins like an answer counts as an answer, and ends the call with its id. The id of a CALL that is not
    JSON counts as unreadable.
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
    """Return whether a malformed message of that type counts as an answer, and the error code to answer it with.

    The code is None if the message is ignored.
    """
    type_ = None if number is None else framing.types.get(number)
    if type_ is None:
        return False, _RPC if number is None else framing.unknown_type and _RPC
    return type_.is_answer, _RPC if type_.is_refused else None


def _begun_id(beginning: re.Match[str]) -> str:
    """Return the message id at the start of a malformed text; `UNREADABLE_ID` without one."""
    try:
        id_ = orjson.loads(f'"{beginning["id"] or beginning["single"] or beginning["bare"] or ""}"')
    except orjson.JSONDecodeError:
        return UNREADABLE_ID
    return id_ if is_id(id_) else UNREADABLE_ID


def _malformed(type_: MessageType, array: list[Any], read: ReadArray | None) -> Malformed:
    """Return which item of an array is wrong for a message of that type."""
    name, parts = type_.name, type_.parts
    if len(array) != len(parts) + 1:
        problem = f"a {name} has {len(parts) + 1} items ({', '.join(parts)} after the type), not {len(array)}"
    elif not is_id(array[1]):
        problem = f"the id of a {name} is a string of 1 to {MAX_ID_LENGTH} characters"
    elif "action" in parts:
        problem = f"the action of a {name} is a string, not {kind_of(array[2])}"
    else:
        problem = f"the code and the description of a {name} are strings, its details are an object"
    return Malformed(problem, _RPC if type_.is_refused else None, _id_of(array), type_.is_answer, read, array[0])


def _id_of(array: list[Any]) -> str:
    """Return the message id of an array; `UNREADABLE_ID` without a valid one."""
    return array[1] if len(array) > 1 and is_id(array[1]) else UNREADABLE_ID
