"""Shows payloads with the most important values first (`Accepted`, `Started seq 0 TAG1`), and then the rest as JSON."""

from typing import Any

import orjson

from mock_csms.protocol.actions import Action, Sender
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import DEFAULT, Version

_MOST_ITEMS = 3
"""How many items of a list are shown."""
_SCALARS = frozenset((str, int, float))


class _Places(dict[str, tuple[tuple[str, str, str], ...]]):
    """By the text in the row of an action: the paths of the fields in it; each text is parsed once."""

    def __missing__(self, written: str) -> tuple[tuple[str, str, str], ...]:
        places = self[written] = tuple(_place(*field.partition(":")) for field in written.split())
        return places


def _place(field: str, _: str, word: str) -> tuple[str, str, str]:
    """Return the place of a field: a key, the key within its value (or empty), and the word to show before it."""
    key, _, inner = field.partition(".")
    return key, inner, f"{word} " if word else ""


_PLACES = _Places()
_STRAY = Action(Sender.EITHER)
"""Stands for the row of an unknown action."""


def gist(message: Call | Result, answers: Call | None, version: Version = DEFAULT) -> str:
    """Return the payload of a call, or of the result of the call `answers`, with the most important values first.

    The rows of the version define these values. The payload may have any shape, because it may not be validated.
    """
    payload: Any = message.payload
    if payload == {}:
        return "{}"
    if isinstance(message, Call):
        places = _PLACES[version.actions.get(message.action, _STRAY).gist]
    else:
        places = _PLACES[(version.actions.get(answers.action, _STRAY) if answers else _STRAY).answer_gist]
    if not places or type(payload) is not dict:
        return as_json(payload)
    lead, rest = "", payload.copy()
    for key, inner, word in places:
        value = rest.pop(key, None)
        if value is None:
            if key in payload:
                rest[key] = None
            continue
        if type(value) in _SCALARS:
            lead += f"{word}{value} "
        else:
            lead += _inside(value, inner)
            left = _without(value, inner)
            if left is not None:
                rest[key] = left
    return lead + orjson.dumps(rest).decode() if rest else lead[:-1]


def as_json(payload: Any) -> str:
    """Return a payload in one line."""
    return orjson.dumps(payload).decode()


def _inside(value: Any, inner: str) -> str:
    """Return a field of an object, or of the first items of a list."""
    if type(value) is dict:
        return f"{value[inner]} " if type(value.get(inner)) is str else ""
    if type(value) is not list or not inner:
        return ""
    text = ", ".join(str(item.get(inner)) for item in value[:_MOST_ITEMS] if type(item) is dict)
    return text + (f" and {len(value) - _MOST_ITEMS} more " if len(value) > _MOST_ITEMS else " ")


def _without(value: Any, inner: str) -> Any:
    """Return a value without that field; None if nothing is left."""
    if type(value) is not dict or type(value.get(inner)) is not str:
        return value
    return {name: value[name] for name in value if name != inner} if len(value) > 1 else None
