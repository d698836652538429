"""Gives each id of a transaction, component and variable one spelling, because their letter case may vary.

Learners and checks get each identifier as it was first written, or as Part 2 writes it. So they can compare it, and use
it as a key.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from operator import is_
from typing import Any, TypeAlias

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.json_values import NESTED
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import Version
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

_REQUESTS = {"call", "command"}
_ANSWERS = {"result", "response"}
Spell: TypeAlias = Callable[[str], str]
"""Returns the one spelling of an identifier."""
Place: TypeAlias = tuple[Sequence[str], bool]
"""The path to an identifier in a payload, and whether it is the id of a transaction (otherwise it is a name)."""

_MOST_NAMES = 20_000
_FEW = 20
"""Arrays with at most so many items are converted directly, which is faster. Nearly all arrays are so short."""


def as_known(seen: Seen, twin: Twin, standard: Mapping[str, str]) -> Seen:
    """Return an event with one spelling for each transaction, component and variable.

    `standard` has the names that Part 2 defines, as it writes them, by their folded spelling.
    """
    if seen.action not in seen.version.actions:
        return seen
    of_request, of_response = _places(seen.version, seen.action)
    payload, request = seen.payload, seen.request
    if of_request and seen.kind in _REQUESTS:
        payload = _respelt(payload, of_request, twin, standard)
    elif of_response and seen.kind in _ANSWERS:
        payload = _respelt(payload, of_response, twin, standard)
    if of_request and request is not None:
        request = _respelt(request, of_request, twin, standard)
    if payload is seen.payload and request is seen.request:
        return seen
    return replace(seen, payload=payload, request=request)


@cache
def _places(version: Version, action: str) -> tuple[Sequence[Place], Sequence[Place]]:
    """Return the places of such identifiers in the request of an action and in its response. A SEND has no response."""
    has_response = not version.actions[action].is_send
    fields = [*((name, True) for name in version.transaction_ids), *((name, False) for name in version.variable_names)]

    def places(schema: str) -> Sequence[Place]:
        return [(place, is_id) for name, is_id in fields for place in version.schemas.named(schema, name)]

    return places(f"{action}Request"), places(f"{action}Response") if has_response else ()


def _respelt(payload: Any, places: Sequence[Place], twin: Twin, standard: Mapping[str, str]) -> Any:
    for place, is_id in places:
        spell = twin.transactions.spelt if is_id else partial(_name, twin.variables.spellings, standard)
        payload = _put(payload, place, 0, spell)
    return payload


def _name(spellings: dict[str, str], standard: Mapping[str, str], written: str) -> str:
    """Return a name as Part 2 writes it, or else as it was written the first time."""
    key = folded(written)
    if key in standard:
        return standard[key]
    return spellings.setdefault(key, written) if len(spellings) < _MOST_NAMES else spellings.get(key, written)


def _put(value: Any, path: Sequence[str], depth: int, spell: Spell) -> Any:
    """Return a value with one spelling for the texts at a path; the same object if nothing changes.

    It may have any shape.
    """
    if depth == len(path):
        return spell(value) if isinstance(value, str) else value
    part = path[depth]
    if isinstance(value, dict) and part in value:
        inner = _put(value[part], path, depth + 1, spell)
        return value if inner is value[part] else value | {part: inner}
    if part == "*" and isinstance(value, list):
        if len(value) > _FEW:
            return _put_each(value, path, depth + 1, spell)
        items = [_put(item, path, depth + 1, spell) for item in value]
        return value if all(map(is_, items, value)) else items
    return value


def _put_each(values: list[Any], path: Sequence[str], depth: int, spell: Spell) -> list[Any]:
    """Return the items of a long array with one spelling; the same object if nothing changes.

    An invalid payload may have a hundred thousand items without the next key. They are skipped at nearly no cost.
    """
    if depth < len(path) and NESTED.isdisjoint(map(type, values)):
        return values
    if depth == len(path):
        places = [place for place, item in enumerate(values) if type(item) is str]
    else:
        key = path[depth]
        places = [
            place for place, item in enumerate(values) if item and type(item) in NESTED and (key in item or key == "*")
        ]
    changed = {place: new for place in places if (new := _put(values[place], path, depth, spell)) is not values[place]}
    return [changed.get(place, item) for place, item in enumerate(values)] if changed else values
