"""One record as one line of JSON, for the files that several programs read."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from mock_csms.protocol.records import Record, asdict, json_text


@lru_cache(maxsize=4)
def quoted(text: bytes) -> orjson.Fragment:
    """Return what came over the wire as a JSON string; what is no UTF-8 in it as its escaped bytes.

    Several files hold the text of each message: it is turned into a string for the first of them.
    """
    return orjson.Fragment(json_text(text.decode(errors="backslashreplace")))


def json_line(record: Mapping[str, Any]) -> bytes:
    """Write a record as a line, with no `<` in it that could end an HTML element around it."""
    try:
        line = orjson.dumps(record, default=_plain)
    except orjson.JSONEncodeError:
        line = orjson.dumps(_writable(record), default=_plain)
    # The sum is a copy of the right size: what orjson returns holds 4 KiB, and a thousand of them may wait in a sink.
    return line.replace(b"<", b"\\u003c") + b"\n"


def _plain(value: Any) -> Any:
    """Return what JSON does not have as something that it has."""
    return asdict(value) if isinstance(value, Record) else str(value)


def _writable(value: Any) -> Any:
    """Replace the halves of surrogate pairs, which come from names of files and stations that are no text."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    return [_writable(item) for item in value] if isinstance(value, list | tuple) else value
