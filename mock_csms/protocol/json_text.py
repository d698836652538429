"""JSON text as peers write it: numbers beyond the range of a double, and values nested too deep to be encoded again."""

import re
from typing import Any

import orjson

from mock_csms.protocol.json_values import huge_paths

DEEPEST = 250
"""How deep a message may be nested, so that it can still be encoded for the log, or as part of an answer."""
FLAT = 2 * DEEPEST
"""A text of up to this many bytes cannot be nested too deep, because each level has two brackets."""
_MOST_DIGITS = 20
_LONG = re.compile(rb"(?<![0-9])[0-9]{19}")
"""The beginning of an integer that may be beyond 64 bits."""


def may_be_too_deep(text: bytes) -> bool:
    """Return whether a JSON text has enough brackets to be nested deeper than `DEEPEST`: a quick first test."""
    return text.count(b"[") + text.count(b"{") > DEEPEST


def is_too_deep(value: Any) -> bool:
    """Return whether a JSON value is nested too deep to be encoded: at a little more than `DEEPEST` levels."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return False


def with_huge_numbers(data: bytes) -> Any:
    """Return the value of JSON with numbers beyond the range of a double (RFC 8259, section 6, allows them).

    Such a number is read as infinity. Returns None if the text is not JSON, or has no such number.
    """
    import json  # noqa: PLC0415 - hardly a message needs it

    try:
        integer = _integer if _LONG.search(data) else None  # a call for each integer takes five times as long
        value = json.loads(data.decode(), parse_int=integer, parse_constant=_no_number)
        orjson.dumps(value)  # refuses lone surrogates, which `json` accepts
    except (ValueError, TypeError, RecursionError):
        return None
    return value if any(True for _ in huge_paths(value, "")) else None


def _integer(digits: str) -> int | float:
    """Return an integer as `orjson` reads it: beyond 64 bits as a float."""
    is_short = len(digits) <= _MOST_DIGITS and -(2**63) <= int(digits) < 2**64
    return int(digits) if is_short else float(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
