"""Payloads with what matters first (`Accepted`, `Started seq 0 TAG1`), and then the rest of them as JSON."""

from typing import Any

import orjson

from mock_csms.protocol.actions import Action, Sender
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import DEFAULT, Version

_MOST_ITEMS = 3
"""Of how many items of a list the field is told."""
_SCALARS = frozenset((str, int, float))


class _Places(dict[str, tuple[tuple[str, str, str], ...]]):
    """Where the fields of a gist are, by how the row of the action writes them; worked out once."""

    def __missing__(self, written: str) -> tuple[tuple[str, str, str], ...]:
        places = self[written] = tuple(_place(*field.partition(":")) for field in written.split())
        return places


def _place(field: str, _: str, word: str) -> tuple[str, str, str]:
    """Return where a field is: a key, the key in what is there, and the word before the value."""
    key, _, inner = field.partition(".")
    return key, inner, f"{word} " if word else ""


_PLACES = _Places()
_STRAY = Action(Sender.EITHER)
"""Stands for the row of a call that is not known."""


def gist(message: Call | Result, answers: Call | None, version: Version = DEFAULT) -> str:
    """Return what leads in the payload of a call, or of the result of the call `answers`, and the rest of it.

    The rows of the version say what leads. The payload may be anything where payloads are not validated.
    """
    payload: Any = message.payload
    if payload == {}:
        return "{}"
    if type(message) is Call:
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
    told = ", ".join(str(item.get(inner)) for item in value[:_MOST_ITEMS] if type(item) is dict)
    return told + (f" and {len(value) - _MOST_ITEMS} more " if len(value) > _MOST_ITEMS else " ")


def _without(value: Any, inner: str) -> Any:
    """Return what is to be told of a value besides that field."""
    if type(value) is not dict or type(value.get(inner)) is not str:
        return value
    return {name: value[name] for name in value if name != inner} if len(value) > 1 else None
