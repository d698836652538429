"""Finds a value in a payload, and compares it with the expected one."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import orjson

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Record
from mock_csms.protocol.v2.identifiers import is_of_vendor
from mock_csms.protocol.versions import identifier_fields

Path: TypeAlias = tuple[str, ...]
"""The way to a value: names of properties, and positions in arrays as digits."""

ABSENT = object()
"""The result of `value_at` if there is no value."""
PRESENT = object()
"""The value of a condition that only asks whether there is any value."""


def parse_path(text: str) -> Path:
    """Return the path that people write as `meterValue.0.timestamp`."""
    return tuple(text.split("."))


def value_at(payload: Any, path: Path) -> Any:
    """Return what is at `path` of a payload of any shape, or ABSENT."""
    for part in path:
        if isinstance(payload, dict):
            payload = payload.get(part, ABSENT)
        elif isinstance(payload, list) and part.isascii() and part.isdigit() and int(part) < len(payload):
            payload = payload[int(part)]
        else:
            return ABSENT
    return payload


def comparable(path: Path, value: Any) -> Hashable:
    """Return a key that is the same for equal values: true is not 1, and the case of identifiers does not matter."""
    if isinstance(value, str):
        return folded(value) if path[-1] in identifier_fields() and not is_of_vendor(path) else value
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return (value,) if isinstance(value, bool) else value


class Predicate(Record):
    """The value of a condition that several values meet."""

    text: str
    """What it expects, for people."""
    suits: Callable[[Any], bool]
    """Gets the value found, or ABSENT, and returns whether it meets the condition."""


class Difference(NamedTuple):
    """The value found at a path of a payload, and the value wanted there."""

    path: Path
    wanted: Any
    found: Any

    def __str__(self) -> str:
        wanted, found = shown(self.wanted), shown(self.found)
        if wanted == found and self.wanted != self.found:  # 1 and "1"
            wanted, found = _json(self.wanted), _json(self.found)
        return f"{'.'.join(self.path)}: expected {wanted}, got {found}"


def shown(value: Any) -> str:
    """Return a wanted or found value for people: texts as they are, other values as JSON."""
    if value is ABSENT or value is PRESENT:
        return "nothing" if value is ABSENT else "something"
    if isinstance(value, Predicate):
        return value.text
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=repr).decode()


class Condition(Record):
    """What a payload must have at a path."""

    path: Path
    value: Any = PRESENT
    """A JSON value, PRESENT for any value, or a Predicate."""

    def holds(self, payload: Any) -> bool:
        """Whether `payload` meets the condition."""
        found = value_at(payload, self.path)
        if isinstance(self.value, Predicate):
            return self.value.suits(found)
        if found is ABSENT or self.value is PRESENT:
            return found is not ABSENT
        return comparable(self.path, found) == comparable(self.path, self.value)


def differences(conditions: Iterable[Condition], payload: Any) -> Sequence[Difference]:
    """Return how a payload differs from what the conditions want."""
    return [
        Difference(condition.path, condition.value, value_at(payload, condition.path))
        for condition in conditions
        if not condition.holds(payload)
    ]
