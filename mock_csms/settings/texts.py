"""Reads the files and the JSON that users write. Nothing is skipped or changed without an error."""

import codecs
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.json_text import DEEPEST, is_too_deep

_MOST_DIGITS = 20
_TOO_DEEP = f"not TOML: nested deeper than {DEEPEST} levels"
_DOTTED = rf"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){{{DEEPEST}}}"""
"""A key with very many parts."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The byte-order marks that a file may begin with, each with its encoding; longer marks come first."""


def read_text(path: str) -> str:
    """Return the text of a file of a user, in UTF-8 or in the encoding of its byte-order mark.

    Every file of a user is read here. Raises ValueError with one line that names the file and the place.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {path!r}: {error.strerror or error}") from None
    mark, encoding = next((each for each in MARKS if data.startswith(each[0])), (b"", "utf-8"))
    data = data.removeprefix(mark)
    try:
        found = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"cannot read {path!r}: line {line}: not {encoding.upper()} ({error.reason})") from None
    if "\0" in found:
        line = found.count("\n", 0, found.index("\0")) + 1
        raise ValueError(f"cannot read {path!r}: line {line}: contains a NUL character; this is not a UTF-8 text file")
    return found.replace("\r\n", "\n").replace("\r", "\n")


def parse_toml(text: str) -> Json:
    """Return the content of TOML text. Raises ValueError with one line."""
    import tomllib  # noqa: PLC0415 - only users with files wait for it

    if re.search(_DOTTED, text):  # the parser needs quadratic time for such text
        raise ValueError(f"not TOML: a key has more than {DEEPEST} parts")
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {error}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except ValueError:  # otherwise the error is about too many digits
        raise ValueError("not TOML: a number has too many digits") from None
    if _is_nested(parsed, DEEPEST):
        raise ValueError(_TOO_DEEP)
    return parsed


def _is_nested(value: Any, most: int) -> bool:
    """Whether a value has more than so many levels of tables and lists."""
    level = [value]
    for _ in range(most):
        level = [item for each in level for item in _items(each)]
    return any(isinstance(each, dict | list) for each in level)


def _items(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def read_json(value: str) -> Any:
    """Return the value of JSON text, or of its `@FILE`. Raises ValueError, also for values that Python would change."""
    import json  # noqa: PLC0415 - only users who write JSON wait for it

    path = value[1:] if value.startswith("@") else ""
    value = read_text(path) if path else value
    where = f"{path}: " if path else ""
    try:
        orjson.loads(value)  # use the stricter limit
        parsed = json.loads(value, object_pairs_hook=_object, parse_int=_held, parse_float=_held_float)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{where}not JSON: {error}") from None
    except ValueError as error:
        raise ValueError(f"{where}{error}") from None
    except RecursionError:
        raise ValueError(f"{where}nested deeper than {DEEPEST} levels") from None
    if is_too_deep(parsed):
        raise ValueError(f"{where}nested deeper than {DEEPEST} levels")
    return parsed


def _object(pairs: Sequence[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is given twice in one object")
    return found


def _held(digits: str) -> int | float:
    if digits == "-0":
        return -0.0
    if len(digits) > _MOST_DIGITS or not -(2**63) <= int(digits) < 2**64:
        raise ValueError(f"{digits[:40]} does not fit into a 64-bit integer")
    return int(digits)


def _held_float(text: str) -> float:
    value = float(text)
    if value == 0 and text.lower().partition("e")[0].strip("-0."):
        raise ValueError(f"{text[:40]} is too small for a 64-bit float")
    return value


def as_json_text(value: Any) -> str:
    """Return a text as it is, and any other TOML value as JSON text. Raises ValueError for values that JSON lacks."""
    if isinstance(value, str):
        return value
    for place, lost in _not_json(value, ""):
        raise ValueError(f"{f'{place} = ' if place else ''}{lost}: JSON has no such value")
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError as error:
        raise ValueError(f"cannot be written as JSON: {error}") from None


def _not_json(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield the places and values that JSON lacks: NaN, infinity, and TOML's dates and times (texts in OCPP)."""
    if (isinstance(value, float) and not math.isfinite(value)) or isinstance(value, date | time):
        yield place, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in items:
        yield from _not_json(item, f"{place}.{key}" if place else str(key))
