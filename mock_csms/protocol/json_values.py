"""Walks through JSON values of any shape and size, each in proportion to the size of the value.

A station may send a megabyte of tiny values. So each walk looks at the types of all items of an array or object at
once, and enters only those that may hold what it looks for.
"""

import math
from collections.abc import Iterator
from itertools import islice, takewhile
from operator import is_
from typing import Any

SHOWN = 60
"""How many characters of a wrong item in a message are shown."""
NESTED = frozenset((list, dict))
_CHANGING = NESTED | {float}
"""The types of values that are a float, or may contain one."""

_HUGE = float(2**63)
"""The first number that does not fit into a signed integer of 64 bits."""


def with_integers(value: Any) -> Any:
    """Return a JSON value with integers in place of whole floats of up to 64 bits, and 0 in place of infinity.

    If there are none of them, it is the same object.
    """
    kind = type(value)
    if kind is float:
        is_whole = value.is_integer() and abs(value) < _HUGE
        return int(value) if is_whole else 0 if math.isinf(value) else value
    if kind is list and not _CHANGING.isdisjoint(map(type, value)):
        items = [with_integers(item) if item and type(item) in _CHANGING else item for item in value]
        return value if all(map(is_, items, value)) else items
    if kind is dict and not _CHANGING.isdisjoint(map(type, value.values())):
        changed = {
            key: new
            for key, item in value.items()
            if type(item) in _CHANGING and (new := with_integers(item)) is not item
        }
        return value | changed if changed else value
    return value


def is_huge(value: Any) -> bool:
    """Whether a value is a whole number that does not fit into a signed integer of 64 bits."""
    return isinstance(value, float) and value.is_integer() and abs(value) >= _HUGE


def huge_paths(value: Any, path: str) -> Iterator[str]:
    """Yield the path to each infinity in a JSON value, such as `meter.0.value`; `path` leads to the value itself."""
    if isinstance(value, float) and math.isinf(value):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if type(item) is float:
            if math.isinf(item):
                yield f"{path}.{key}" if path else str(key)
        elif type(item) in NESTED and not _CHANGING.isdisjoint(
            map(type, item.values() if type(item) is dict else item)
        ):
            yield from huge_paths(item, f"{path}.{key}" if path else str(key))


def abridged(value: Any, shown: int = SHOWN, most: int | None = None) -> Any:
    """Return a JSON value with no more in its arrays and objects than the first `shown` characters of its text show.

    Its arrays keep at most `most` items, inner ones fewer than outer ones; None for no limit.
    """
    return _abridged(value, [shown], most) if type(value) in NESTED else value


def _abridged(value: Any, room: list[int], most: int | None) -> Any:
    """Return a value with at most `room[0]` values in it; `room` is counted down."""
    room[0] -= 1  # each value takes at least one character
    if isinstance(value, list):
        inner = None if most is None else fewer(most)
        return [_abridged(item, room, inner) for item in takewhile(lambda _: room[0] >= 0, islice(value, most))]
    if isinstance(value, dict):
        return {key: _abridged(item, room, most) for key, item in takewhile(lambda _: room[0] >= 0, value.items())}
    return value


def fewer(most: int) -> int:
    """Return how many items the inner arrays keep if the outer one keeps `most`."""
    return max(2, most // 5)


def kind_of(value: Any) -> str:
    """Return the JSON type of `value` with its article, such as "an object"."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
