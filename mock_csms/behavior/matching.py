"""Finding a value inside a payload, and telling whether it is the one that somebody expects."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeAlias

import orjson

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Record
from mock_csms.protocol.v2.identifiers import FIELDS

Path: TypeAlias = tuple[str, ...]
"""The way to a value: names of properties, and positions in arrays as digits."""

ABSENT = object()
"""What is found where nothing is."""
PRESENT = object()
"""What a condition expects that only asks whether something is there."""


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
    """Return what is equal for equal values: JSON keeps true apart from 1, and identifiers have any case."""
    if isinstance(value, str):
        return folded(value) if path[-1] in FIELDS and not _is_free(path) else value
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return (value,) if isinstance(value, bool) else value


def _is_free(path: Path) -> bool:
    """Whether a path leads into a DataTransfer's data or customData: vendors define their types, no schema does."""
    return path[0] == "data" or "customData" in path


class Predicate(Record):
    """What a condition expects that no single value says: `suits` gets what is there, or ABSENT."""

    text: str
    suits: Callable[[Any], bool]


class Difference(NamedTuple):
    """What is at a path of a payload in place of what was wanted there."""

    path: Path
    wanted: Any
    found: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: expected {_told(self.wanted)}, got {_told(self.found)}"


def _told(value: Any) -> str:
    """Write a value for people: texts as they are."""
    if value is ABSENT or value is PRESENT:
        return "nothing" if value is ABSENT else "something"
    if isinstance(value, Predicate):
        return value.text
    return value if isinstance(value, str) else orjson.dumps(value).decode()


class Condition(Record):
    """That `value` (or anything, for PRESENT, or what suits a Predicate) is at `path`."""

    path: Path
    value: Any = PRESENT

    def holds(self, payload: Any) -> bool:
        """Whether it is so in `payload`."""
        found = value_at(payload, self.path)
        if isinstance(self.value, Predicate):
            return self.value.suits(found)
        if found is ABSENT or self.value is PRESENT:
            return found is not ABSENT
        return comparable(self.path, found) == comparable(self.path, self.value)
