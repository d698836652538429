"""Parts of JSON schemas; and the part of a payload that is needed to explain its violations."""

from collections.abc import Iterator
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.json_values import NESTED, abridged, fewer

MOST_ITEMS = 50
"""How many items of an array are checked: a megabyte of wrong items must not keep other stations waiting."""


def resolve(root: Json, node: Json) -> Json:
    """Return the definition in `root` that `node` refers to by its `$ref`, or `node` itself."""
    reference = node.get("$ref")
    return root["definitions"][reference.removeprefix("#/definitions/")] if reference else node


def shortened(root: Json, node: Json, value: Any, shown: int, most: int = MOST_ITEMS) -> Any:
    """Return a JSON value with its long arrays cut: inner arrays shorter than outer ones.

    Where the schema does not check a value, or does not want an array or object, only as much is kept as the first
    `shown` characters of a violation can show. A valid value stays valid: no schema requires more than one item, or
    items that differ.
    """
    if type(value) not in NESTED:
        return value
    node = resolve(root, node)
    if type(value) is list and "items" in node:
        return [shortened(root, node["items"], item, shown, fewer(most)) for item in value[:most]]
    if type(value) is dict and "properties" in node:
        return dict(_members(root, node, value, shown, most))
    return abridged(value, shown, most)


def _members(root: Json, node: Json, value: Json, shown: int, most: int) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object, shortened; of members that the schema does not name only as many as are shown."""
    known, is_strict, others = node["properties"], node.get("additionalProperties") is False, 0
    for name, item in value.items():
        if name in known:
            yield name, shortened(root, known[name], item, shown, most)
            continue
        others += 1
        if others <= shown:
            yield name, abridged(item, shown, most)
        elif is_strict:
            yield name, None
