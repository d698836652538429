"""Pieces of JSON Lines, for the files that several programs read."""

from collections.abc import Mapping
from typing import Any

import orjson

from mock_csms.protocol.records import Record, asdict, json_text


def as_json(value: Any) -> bytes:
    """Write a JSON value; it may contain records."""
    try:
        return orjson.dumps(value, default=_plain)
    except orjson.JSONEncodeError:
        return orjson.dumps(_writable(value), default=_plain)


def quoted(text: str) -> bytes:
    """Write a string like `as_json`, but faster for long ones."""
    try:
        return json_text(text)
    except UnicodeEncodeError:
        return json_text(_writable(text))


def members(record: Mapping[str, Any]) -> bytes:
    """Write the members of a JSON object, to append them to others."""
    return b",%b" % as_json(record)[1:-1] if record else b""


def line(template: bytes, *parts: bytes) -> bytes:
    """Fill values into a template, and return a line without `<`, which could end an HTML element around it."""
    return without_tags(template % parts)


def without_tags(text: bytes) -> bytes:
    """Return JSON text with every `<` escaped."""
    return text.replace(b"<", b"\\u003c")


def _plain(value: Any) -> Any:
    """Convert a value that JSON does not have to one that it has."""
    return asdict(value) if isinstance(value, Record) else str(value)


def _writable(value: Any) -> Any:
    """Replace halves of surrogate pairs, which come from file names and identities that are not UTF-8."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    return [_writable(item) for item in value] if isinstance(value, list | tuple) else value
