"""The records in a file of the OCPP trace format: JSON Lines, or one JSON array, in UTF-8, UTF-16 or UTF-32."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from json import JSONDecodeError, JSONDecoder
from typing import Any, BinaryIO, TypeAlias

import orjson

from mock_csms.protocol.records import Record
from mock_csms.settings.texts import MARKS


class Unreadable(Record):
    """Text in a trace that is not JSON."""

    why: str
    is_cut: bool = False
    """Whether it is the end of a file that was cut off."""


Item: TypeAlias = tuple[int, Any]
"""The number of a line, and the JSON value that begins there, or an Unreadable."""

_MARKS = (
    *MARKS,
    (b"{\0", "utf-16-le"),
    (b"[\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\0[", "utf-16-be"),
)
"""The possible first bytes of a file, each with its encoding: a mark, or the brace or bracket of JSON."""
_DECODER = JSONDecoder()
_PARTIAL = re.compile(r"[-+.eE]*|tr?u?|fa?l?s?|nu?l?")
"""The rest of the text where decoding stops, if the file was cut within a number, true, false or null."""
_SPACE = re.compile(r"[\s,]*")
_NEXT = re.compile(r"^[ \t]*(?=\{)", re.MULTILINE)
"""The beginning of a record of an array, if the record has its own lines."""


def items_in(file: BinaryIO) -> Iterator[Item]:
    """Yield every record of a file, or an Unreadable in its place; blank lines are skipped."""
    lines = iter(_lines(file))
    blank = 0
    for first in lines:
        if first.strip():
            break
        blank += 1
    else:
        return
    if first.lstrip().startswith(b"[") or first.strip() == b"{":
        yield from _values(b"".join([b"\n" * blank, first, *lines]).decode(errors="surrogateescape"))
    else:
        yield from _json_lines(chain([first], lines), blank + 1)


def _lines(file: BinaryIO) -> Iterable[bytes]:
    """Return the lines of a file in UTF-8, without a byte-order mark."""
    first = file.readline()
    mark, encoding = next(((mark, name) for mark, name in _MARKS if first.startswith(mark)), (b"", "utf-8"))
    if encoding == "utf-8":
        return chain([first[len(mark) :]], file)
    data = first + file.read()
    text = data[len(mark) if mark[0] >= 0x80 or mark[:2] == b"\0\0" else 0 :].decode(encoding, errors="replace")
    return text.encode(errors="replace").splitlines(keepends=True)


def _json_lines(lines: Iterable[bytes], number: int) -> Iterator[Item]:
    for at, line in enumerate(lines, number):
        if line.strip():
            yield at, _parsed(line, is_last=not line.endswith(b"\n"))


def _parsed(line: bytes, *, is_last: bool = False) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Unreadable(f"not JSON: {error.msg}", is_last and _is_cut(line.decode(errors="replace")))


def _values(text: str) -> Iterator[Item]:
    """Yield the items of an array, or of values without an array, up to the first part that cannot be read."""
    is_array = text.lstrip().startswith("[")
    at, number, counted = text.index("[") + 1 if is_array else 0, 1, 0
    while True:
        at = _end_of(_SPACE, text, at)
        number, counted = number + text.count("\n", counted, at), at
        if at == len(text):
            if is_array:
                yield number, Unreadable("the JSON array is not closed", is_cut=True)
            return
        if text[at] == "]" and is_array:
            is_array, at = False, at + 1
            continue
        try:
            end = _DECODER.raw_decode(text, at)[1]
        except (ValueError, RecursionError) as error:
            further = _NEXT.search(text, at + 1)
            yield number, _why(error, text[at:], is_last=further is None)
            if further is None:
                return
            at = further.end()
        else:
            yield number, _parsed(text[at:end].encode(errors="surrogateescape"))
            at = end


def _is_cut(text: str) -> bool:
    """Whether a text that is not JSON is the beginning of an object."""
    text = text.strip()
    try:
        _DECODER.raw_decode(text)
    except JSONDecodeError as error:
        is_in_text = error.msg.startswith(("Unterminated", "Invalid \\"))
        return text.startswith("{") and (is_in_text or _PARTIAL.fullmatch(text, error.pos) is not None)
    except (ValueError, RecursionError):
        pass
    return False


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _why(error: Exception, text: str, *, is_last: bool) -> Unreadable:
    if not isinstance(error, JSONDecodeError):
        return Unreadable(f"not JSON: {error}")
    return Unreadable(f"not JSON: {error.msg}", is_last and _is_cut(text))
