"""One layout of messages (`layouts.py`): how to learn it from a text, and how to use it for other texts."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import orjson

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable, Record
from mock_csms.protocol.versions import Version
from mock_csms.watch.gist import gist

HEAD = re.compile(rb'\[(?:2,"[^"]*+",("[^"]*+")|3,"[^"]*+"),')
"""The text before a payload."""
VALUE = re.compile(rb'"(?P<text>[^"]*+)"(?!\s*:)|"[^"]*+"|(?P<number>-?[0-9][-+0-9.eE]*+)')
"""A value in a payload, or a key."""
_STRING = rb'[^"]{%d,}+'
_SHOWN_NUMBER = rb"(?!-0[^.])-?(?:0|[1-9][0-9]{0,10})(?:\.(?:0|[0-9]{0,3}[1-9]))?"
"""A number with at most 15 digits, in the form of both JSON and Python."""
_NUMBER = rb"-?[0-9][0-9.]{0,19}+"
_FIRST_MARK = b"7331"
_MARK = re.compile("\ue000?7331([0-9]{12})\ue001?")
"""A mark in place of a value: a number, in a string between two characters from the private use area."""

_DELETE = "\x7f"
"""DEL, the only ASCII character that JSON strings may contain and that is not printable."""


class _Value(Mutable):
    """The place of a string (without quotes) or a number in a payload."""

    start: int
    end: int
    is_number: bool
    is_shown: bool = False

    @property
    def least(self) -> int:
        """The least length of a value in its place; the layout uses it to compute how much text fits."""
        return 0 if self.is_number else (self.end - self.start) * 3 // 4


class Layout(Record):
    """One layout of messages, and the text to show for it."""

    version: Version
    match: "Callable[[bytes], re.Match[bytes] | None]"
    """Matches a text of this layout."""
    groups: tuple[int, ...]
    """The groups of the match that are in the text, in order."""
    shown: bytes
    """The text to show, with `%b` for each group."""

    def cut(self, text: bytes) -> str | None:
        """Return the text to show for a message; None if the message has another layout."""
        found = self.match(text)
        if found is None:
            return None
        shown = (self.shown % found.group(*self.groups) if self.groups else self.shown % ()).decode()
        return shown if _DELETE not in shown else None  # see _DELETE


def layout_of(text: bytes, message: Call | Result, answers: Call | None, version: Version, width: int) -> Layout | None:
    """Return the layout of a message; None if it cannot be learned. The text must not contain a backslash."""
    head = HEAD.match(text)
    if head is None or _FIRST_MARK in text:
        return None
    payload = text[head.end() : -1]
    values = [_value(found) for found in VALUE.finditer(payload) if found["text"] is not None or found["number"]]
    marked = _with_marks(payload, values)
    read = orjson.loads(marked)
    like = Call("", message.action, read) if isinstance(message, Call) else Result("", read)
    pieces = list(_pieces(gist(like, answers, version), values, width))
    if len({number for _, number in pieces}) < len(pieces):
        return None  # a value occurs twice
    shown, runs = _shown(payload, values, pieces)
    ordered = sorted(runs)
    begin = rb'\[2,"[^"]*+",%b,' % re.escape(head[1]) if head[1] else rb'\[3,"[^"]*+",'
    pattern = re.compile(b"".join((begin, *_pattern(payload, values, ordered), rb"\]")))
    return Layout(version, pattern.fullmatch, tuple(ordered.index(run) + 1 for run in runs), shown)


def _value(found: re.Match[bytes]) -> _Value:
    kind = "text" if found["text"] is not None else "number"
    return _Value(*found.span(kind), kind == "number")


def _with_marks(payload: bytes, values: Sequence[_Value]) -> bytes:
    """Return a payload with a mark in place of each value."""
    pieces, end = [], 0
    for number, value in enumerate(values):
        mark = b"%b%012d" % (_FIRST_MARK, number)
        pieces += [payload[end : value.start], mark if value.is_number else b"\xee\x80\x80%b\xee\x80\x81" % mark]
        end = value.end
    return b"".join((*pieces, payload[end:]))


def _pieces(shown: str, values: Sequence[_Value], width: int) -> Iterator[tuple[bytes, int | None]]:
    """Yield the parts of the shown text: the text before a value, and the number of the value; None for the last part.

    It stops when the parts have `width` characters, with each value as short as it may be.
    """
    end = size = 0
    for found in _MARK.finditer(shown):
        before = shown[end : found.start()]
        size += len(before)
        if size >= width:
            yield before.encode(), None
            return
        yield before.encode(), int(found[1])
        size += values[int(found[1])].least
        end = found.end()
    yield shown[end:].encode(), None


def _shown(
    payload: bytes, values: Sequence[_Value], pieces: Iterable[tuple[bytes, int | None]]
) -> tuple[bytes, Sequence[tuple[int, int]]]:
    """Return the text to show, with `%b` for each run of values, and the places of these runs in the payload.

    Neighbouring values form one run if the text between them is the same as in the payload.
    """
    form: list[bytes] = []
    runs: list[tuple[int, int]] = []
    for before, number in pieces:
        value = values[number] if number is not None else _Value(len(payload), len(payload), is_number=False)
        value.is_shown = True
        last = runs[-1][1] if runs and number is not None else len(payload)
        if last <= value.start and payload[last : value.start] == before and number is not None:
            runs[-1] = (runs[-1][0], value.end)
            continue
        form.append(before.replace(b"%", b"%%"))
        if number is not None:
            form.append(b"%b")
            runs.append((value.start, value.end))
    return b"".join(form), runs


def _pattern(payload: bytes, values: Sequence[_Value], runs: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the parts of a pattern that matches payloads with this layout; each run is a group."""
    starts, ends, end = {run[0] for run in runs}, {run[1] for run in runs}, 0
    for value in values:
        yield re.escape(payload[end : value.start])
        yield b"(" if value.start in starts else b""
        yield (
            (_SHOWN_NUMBER if value.is_shown else _NUMBER)
            if value.is_number
            else _STRING % (value.least if value.is_shown else 0)
        )
        yield b")" if value.end in ends else b""
        end = value.end
    yield re.escape(payload[end:])
