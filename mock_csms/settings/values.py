"""Parsers of settings: each converts text to a value, or raises ValueError with what is wrong.

A parser gets the text after one flag, or a list of texts if the flag takes several. Patterns are stored as text, and
`re` compiles each when it is first used, because most starts use only one or two.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from mock_csms.behavior.admission import Cuts, Hang, Refusals, Respond, SlamDoor, Verdict
from mock_csms.behavior.commands import VERSION
from mock_csms.behavior.templates import rfc3339
from mock_csms.behavior.validation import Strictness, Validation
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.masks import is_masked
from mock_csms.protocol.names import did_you_mean, nearest
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import actions, elsewhere_hint, schemas_with, spoken, version_named
from mock_csms.settings.texts import read_json, read_text


def text(value: str) -> str:
    """Accept any text that is not empty."""
    if not value:
        raise ValueError("must not be empty")
    return value


def fitting(schema: str, *path: str, least: int = 1) -> Callable[[str], str]:
    """Return a parser for text of `least` or more characters, up to the maxLength of the OCPP schema at `path`."""
    return no_longer_than(lambda: int(schemas_with(schema).node(schema, path)["maxLength"]), least)


def no_longer_than(most: Callable[[], int], least: int = 1) -> Callable[[str], str]:
    """Return a parser for text with at least `least` and at most `most()` characters."""

    def parse(value: str) -> str:
        if len(value) > most():
            raise ValueError(f"{value!r} is longer than {most()} characters")
        return text(value) if least else value

    return parse


def texts(value: Sequence[str]) -> tuple[str, ...]:
    """Accept one or more texts."""
    return tuple(text(item) for item in value)


_INTEGER, _MOST_DIGITS = r"[+-]?[0-9]+", 20
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""A number in the usual notation; Python's own parser would accept `9_0` too."""

LONGEST = 9_999_999_999
"""The greatest time in a setting, in seconds: three centuries, so that `datetime` can represent all dates."""


def number(minimum: float = 0, *, above: bool = False) -> Callable[[str], float]:
    """Return a parser for a number from `minimum` (or `above` it) to `LONGEST`."""

    def parse(value: str) -> float:
        if not re.fullmatch(_NUMBER, value):
            raise ValueError(f"{value!r} is not a number")
        parsed = float(value)
        if not minimum <= parsed <= LONGEST or (above and parsed == minimum):
            raise ValueError(
                f"{value!r} must be {'greater than' if above else 'at least'} {minimum:g} and at most {LONGEST:g}"
            )
        return parsed

    return parse


def percent(value: str) -> float:
    """Parse a share from 0 to 100, with or without `%`."""
    share = number()(value.removesuffix("%").rstrip())
    if share > 100:
        raise ValueError(f"{value!r} is more than 100")
    return share


def integer(minimum: int = 0, maximum: int = 2**31 - 1) -> Callable[[str], int]:
    """Return a parser for an integer from `minimum` to `maximum`."""

    def parse(value: str) -> int:
        if not re.fullmatch(_INTEGER, value):
            raise ValueError(f"{value!r} is not a whole number")
        parsed = int(value) if len(value) <= _MOST_DIGITS else maximum + 1  # Python refuses to read very many digits
        if not minimum <= parsed <= maximum:
            raise ValueError(f"{value!r} is not between {minimum} and {maximum}")
        return parsed

    return parse


class one_of(Record):  # noqa: N801 - used as the functions beside it
    """A parser for one of `names` in any letter case. `names` is a function, so that schemas are read late."""

    names: Callable[[], Iterable[str]]

    def __call__(self, value: str) -> str:
        """Return the name in its own spelling."""
        known = tuple(self.names())
        for name in known:
            if name.lower() == value.lower():
                return name
        raise ValueError(f"{value!r} is not one of {', '.join(known)}{nearest(value, known)}")


def several(item: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Return a parser for a comma-separated list of values, each parsed by `item`."""
    return lambda value: tuple(item(part.strip()) for part in value.split(","))


def enumeration(schema: str, *path: str) -> Callable[[], Iterable[str]]:
    """Return the values of the enumeration at `path` in the OCPP schema called `schema`."""
    return cache(lambda: schemas_with(schema).values(schema, *path))


def commands() -> Iterable[str]:
    """Return the actions that a CSMS may send."""
    return actions(Sender.CSMS)


def command(value: str) -> str:
    """Parse the exact name of an action that a CSMS may send in some version, or in the named version: `Reset~1.6`."""
    name, _, its = value.partition(VERSION)
    rows = version_named(its).actions if its else actions()
    known = [action for action, row in rows.items() if row.sent_by(Sender.CSMS)]
    if name in known:
        return value
    if name in rows:
        raise ValueError(f"{name!r} is sent by stations only, not by a CSMS")
    problem = (
        f"{name!r} is not an action that a CSMS may send{f' in OCPP {its}' * bool(its)}{did_you_mean(name, known)}"
    )
    raise ValueError(elsewhere_hint(name) or problem)


def delayed_commands(value: str) -> tuple[tuple[str, float], ...]:
    """Parse `ACTION:SEC,ACTION:SEC` to pairs of an action and its delay."""
    pairs = []
    for part in value.split(","):
        action, colon, seconds = part.strip().partition(":")
        if not colon:
            raise ValueError(f"{part!r} is not ACTION:SEC")
        pairs.append((command(action.strip()), number()(seconds.strip())))
    return tuple(pairs)


class Raw(Record):
    """A JSON value that is sent as it is."""

    value: Any


def raw(value: str) -> Raw:
    """Parse JSON, or `@FILE` with JSON in it."""
    return Raw(read_json(value))


def json_object(value: str) -> Json:
    """Parse a JSON object, or `@FILE` with one."""
    parsed = read_json(value)
    if not isinstance(parsed, dict):
        raise ValueError("must be a JSON object")
    return parsed


def reason_of(error: Exception) -> str:
    """Return the text of an exception; of an OSError without its number and file name."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


_NEXT_VARIABLE = r",(?=\s*[^\s.,=]+\.[^\s.,=]+\s*(?:[,=]|$))"
_NEXT_KEY = r",(?=\s*[^\s.,=]+\s*=)"


def _variable(name: str, *, needs_component: bool = False) -> tuple[str, str]:
    """Return a component and a variable; the component is empty for a configuration key of OCPP 1.6."""
    component, dot, variable = name.rpartition(".") if "." not in name else name.partition(".")
    if not variable or bool(dot) != bool(component) or (needs_component and not dot):
        raise ValueError(f"{name!r} is not COMPONENT.VARIABLE")
    return component, variable


def variables_to_get(value: str) -> list[tuple[str, str]]:
    """Parse `C.V,C.V` to pairs of a component and a variable."""
    items: list[tuple[str, str]] = []
    for name in map(str.strip, value.split(",")):
        if "=" in name:
            raise ValueError(f"{name!r} must not have a value: GetVariables takes names only")
        items.append(_variable(name, needs_component=bool(items and items[0][0])))
    return items


def variables_to_set(value: str) -> list[tuple[str, str, str]]:
    """Parse `C.V=value,C.V=value` to components, variables and values.

    A comma separates only before `NAME.NAME`, so that values may be lists. If the first name has no component, because
    it is a configuration key of OCPP 1.6, a comma separates before `KEY=` too.
    """
    first, items = value.partition("=")[0], []
    for part in re.split(_NEXT_VARIABLE if "." in first else _NEXT_KEY, value):
        name, equals, wanted = part.strip().partition("=")
        if not equals:
            raise ValueError(f"{part.strip()!r} is not COMPONENT.VARIABLE=VALUE: =VALUE is missing")
        if wanted.endswith(","):
            raise ValueError(f"{part.strip()!r} ends with a comma, and nothing follows it")
        items.append((*_variable(name.strip()), wanted))
    return items


_COUNTED = r"(?P<value>[^*\s]+)(\*(?P<times>\d+))?(\s+for=(?P<seconds>\S+))?"


def refusals(value: str) -> Refusals:
    """Parse `STATUS|reset|hang` with an optional `*N` or ` for=SEC`."""
    found = re.fullmatch(_COUNTED, value.strip())
    if found is None:
        raise ValueError(f"{value!r} is not STATUS|reset|hang, with *N or for=SEC after it if needed")
    kinds: dict[str, Verdict] = {"reset": SlamDoor(), "hang": Hang()}
    verdict = kinds.get(found["value"])
    if verdict is None:
        if not found["value"].isdigit():
            raise ValueError(f"{found['value']!r} is not an HTTP status, reset or hang")
        verdict = Respond(integer(400, 599)(found["value"]), "refused by --refuse")
    seconds = number(above=True)(found["seconds"]) if found["seconds"] else None
    return Refusals(verdict, _times(found["times"]), seconds)


def cuts(value: str) -> Cuts:
    """Parse `SEC` with an optional `*N`."""
    found = re.fullmatch(_COUNTED, value.strip())
    if found is None or found["seconds"]:
        raise ValueError(f"{value!r} is not SEC or SEC*N")
    return Cuts(number(above=True)(found["value"]), _times(found["times"]))


def _times(digits: str | None) -> int | None:
    return integer(1)(digits) if digits else None


def passwords(value: Sequence[str]) -> dict[str, str]:
    """Parse `ID:PASSWORD`, or `@FILE` with one on each line; the flag is repeatable. Errors contain no password."""
    pairs: dict[str, str] = {}
    for item in value:
        lines = map(str.strip, read_text(item[1:]).split("\n")) if item.startswith("@") else [item]
        for line in filter(str.strip, lines):
            identity, colon, password = line.partition(":")
            if not (identity and colon and password):
                raise ValueError("an entry is not ID:PASSWORD")
            if line != line.strip():
                raise ValueError(f"the entry for {identity.strip()!r} begins or ends with a space")
            if is_masked(password):
                raise ValueError(f"the password of {identity!r} is a mask (***); write the password itself")
            if pairs.setdefault(identity, password) != password:
                raise ValueError(f"{identity!r} is given two different passwords")
    if not pairs:
        raise ValueError("there is no ID:PASSWORD")
    return pairs


_ORIGIN = r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]+/?"


def origins(value: Sequence[str]) -> tuple[str, ...]:
    """Parse origins of web pages as browsers send them (RFC 6454, 6.2), or `*`."""
    for item in value:
        if not re.fullmatch(_ORIGIN, item):
            raise ValueError(f"{item!r} is not an origin, such as http://localhost:3000, nor *")
    return tuple(value)


def validation(value: Sequence[str]) -> Validation:
    """Parse `strict|report|off` with an optional `:ACTION,…`; the flag is repeatable."""
    others, by_action = Strictness.STRICT, {}
    for item in value:
        word, colon, names = item.partition(":")
        strictness = Strictness(one_of(lambda: list(Strictness))(word.strip()))
        if not colon:
            others = strictness
        for name in map(str.strip, names.split(",")) if colon else ():
            if name not in actions():
                hint = did_you_mean(name, actions())
                raise ValueError(elsewhere_hint(name) or f"{name!r} is not an action of {spoken()}{hint}")
            by_action[name] = strictness
    return Validation(others, by_action)


TIMESTAMPS: Mapping[str, Callable[[float], str]] = {
    ".000Z": rfc3339,
    "Z": lambda seconds: rfc3339(seconds)[:-5] + "Z",
    ".000+00:00": lambda seconds: rfc3339(seconds)[:-1] + "+00:00",
    "+00:00": lambda seconds: rfc3339(seconds)[:-5] + "+00:00",
}
"""The functions that format a timestamp, by the end of their text."""
