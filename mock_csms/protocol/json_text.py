"""JSON text as peers write it: numbers that no double holds, and what is nested too deep to be written again."""

import math
from collections.abc import Iterator
from typing import Any

import orjson

DEEPEST = 250
"""How deep a message may be nested, so that it can be written again (for the log, or as part of an answer)."""
FLAT = 2 * DEEPEST
"""So many bytes are never nested too deep: each level has two brackets."""
_MOST_DIGITS = 20


def may_be_too_deep(text: bytes) -> bool:
    """Whether JSON has brackets enough to be nested deeper than `DEEPEST`; quicker than to look."""
    return text.count(b"[") + text.count(b"{") > DEEPEST


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than `DEEPEST` or little more, too deep to be written again."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return False


def with_huge_numbers(data: bytes) -> Any:
    """Read JSON with numbers that no double holds, which RFC 8259 (section 6) allows; None where it is not JSON."""
    import json  # noqa: PLC0415 - hardly a message needs it

    try:
        value = json.loads(data.decode(), parse_int=_integer, parse_constant=_no_number)
        orjson.dumps(value)  # refuses lone surrogates, which `json` takes
    except (ValueError, TypeError, RecursionError):
        return None
    return value if any(True for _ in huge_paths(value, "")) else None


def _integer(digits: str) -> int | float:
    """Read an integer as `orjson` does: beyond 64 bits as a float."""
    is_short = len(digits) <= _MOST_DIGITS and -(2**63) <= int(digits) < 2**64
    return int(digits) if is_short else float(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def huge_paths(value: Any, path: str) -> Iterator[str]:
    """Yield the paths to infinity in a JSON value."""
    if isinstance(value, float) and math.isinf(value):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from huge_paths(item, f"{path}.{key}" if path else str(key))
