"""Cuts the shown text out of a call that differs only in digits from one that was cut by its layout (`layout.py`).

To compare outlines (`protocol/outlines.py`) takes less than half of the time that the pattern of a layout takes, and
the result is the same. For two valid JSON texts have the same outline only if

* their keys are equal, because `outlined` refuses texts with a digit in a key
* their strings and numbers have the same places and lengths, and so fit the same pattern, with one exception: JSON may
  write a number in another way if a certain digit is 0. These digits are tested in each text (`not_zero`).

So the shown texts differ at most in the digits of the values in them.
"""

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import Version
from mock_csms.watch.layout import HEAD, VALUE, Layout

_ZERO = ord("0")
_has_digits = re.compile(rb"[0-9]").search
_NOT_ZERO = re.compile(rb"-(?P<only>[0-9])|-?[0-9]+\.[0-9]+(?P<last>[0-9])")
"""A number with a digit that must not be 0 if it is shown: `-0` is written as `0`, and `1.50` as `1.5`."""


class Outlined(Record):
    """What is shown of all calls with one outline. Places are negative, counted from the end of the text."""

    version: Version
    outline: bytes
    not_zero: tuple[int, ...]
    """The places of digits that must not be 0."""
    values: Callable[[bytes], Any]
    """Returns the shown values that have digits, from the text."""
    shown: bytes
    """The text to show, with `%b` for each of these values."""

    def cut(self, text: bytes) -> str | None:
        """Return the text to show for a call with this outline; None if its payload must be parsed."""
        for place in self.not_zero:
            if text[place] == _ZERO:
                return None
        shown: bytes = self.shown % self.values(text)
        return shown.decode()


def outlined(text: bytes, outline: bytes, layout: Layout) -> Outlined | None:
    """Return what is shown of calls with this outline; None if their layouts may differ.

    text: a valid call with this outline, which its layout can cut.
    """
    head, found, size = HEAD.match(text), layout.match(text), len(text)
    if head is None or found is None:
        return None
    values = list(VALUE.finditer(text, head.end(), size - 1))
    if _has_digits(head[1]) or any(_has_digits(value[0]) for value in values if _is_key(value)):
        return None
    spans = [found.span(group) for group in layout.groups]
    shown = [value for value in values if any(begin <= value.start() < end for begin, end in spans)]
    changing = [slice(begin - size, end - size) for begin, end in spans if _has_digits(text[begin:end])]
    pieces = [b"%b" if _has_digits(text[begin:end]) else text[begin:end].replace(b"%", b"%%") for begin, end in spans]
    form = layout.shown.replace(b"%%", b"%%%%") % tuple(pieces)
    not_zero = tuple(place - size for place in _zeros(shown))
    return Outlined(layout.version, outline, not_zero, itemgetter(*changing) if changing else _nothing, form)


def _is_key(value: re.Match[bytes]) -> bool:
    return value["text"] is None and value["number"] is None


def _zeros(values: list[re.Match[bytes]]) -> Iterator[int]:
    """Yield the places of the digits that must not be 0 in the numbers among these values."""
    for value in values:
        found = _NOT_ZERO.fullmatch(value["number"] or b"")
        if found is not None:
            yield value.start() + found.start(found.lastgroup or 0)


def _nothing(_: bytes) -> tuple[()]:
    return ()
