"""How people write what rules match and do: `Authorize[idToken.idToken=BAD]*2@CS-*`, `delay seconds=3`.

Everything here turns text into data, or raises ValueError with what is wrong and what was probably meant.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import orjson

from mock_csms.behavior.expectations import CONNECT, DISCONNECT, ERROR, RESPONSE, SHAPES, Expectation
from mock_csms.behavior.matching import Condition, Path, parse_path
from mock_csms.behavior.replies import COMMAND
from mock_csms.behavior.rules import Match
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.other_versions import told_elsewhere
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import node_at
from mock_csms.protocol.versions import actions, spoken, version_with

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault

_NAME = re.compile(r"[A-Za-z0-9]+(\.[a-z]+)?")
_TAIL = re.compile(r"(\*(?P<times>[0-9]{1,15}))?(@(?P<stations>.+))?", re.DOTALL)
_CONDITION = re.compile(r'\s*(?P<path>[^\s=,\[\]]+)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^,\]]*?)\s*(?P<end>[,\]])')


class Pattern(Record):
    """The parts of a match as they were written: the name, the conditions, and what stands behind them."""

    name: str
    conditions: Sequence[tuple[Path, str]]
    tail: str


def split(text: str) -> Pattern:
    """Return the parts of `NAME[path=value,…]TAIL`."""
    name = _NAME.match(text)
    if name is None:
        raise ValueError(f"{text!r} does not begin with the name of an action")
    position = name.end()
    conditions: list[tuple[Path, str]] = []
    if text[position : position + 1] == "[":
        end = ","
        while end == ",":
            found = _CONDITION.match(text, position + 1)
            if found is None:
                raise ValueError(f"{text[position:]!r} is not [path=value,…]")
            path = parse_path(found["path"])
            if any(path == other for other, _ in conditions):
                raise ValueError(f"{found['path']!r} is asked for twice")
            conditions.append((path, found["value"]))
            position, end = found.end() - 1, found["end"]
        position += 1
    return Pattern(name[0], conditions, text[position:])


def parse_match(text: str, *, commands: bool) -> Match:
    """Return the match for the calls of stations or, where `commands` are allowed too, for our own.

    The action of a command that stations may send as well keeps its `.command`.
    """
    pattern = split(text)
    action = pattern.name.removesuffix(COMMAND) if commands else pattern.name
    rows = actions()
    if action not in rows:
        hint = did_you_mean(action, rows)
        raise ValueError(told_elsewhere(action) or f"{pattern.name!r} is no action of {spoken()}{hint}")
    row = rows[action]
    if pattern.name != action and not row.sent_by(Sender.CSMS):
        raise ValueError(f"{action} is no command of a CSMS")
    if not (commands or row.sent_by(Sender.STATION)):
        raise ValueError(f"{action} is not sent by stations")
    tail = _TAIL.fullmatch(pattern.tail)
    if tail is None:
        raise ValueError(f"{pattern.tail!r} behind the match is not *N or @GLOB, in this order")
    name = action if row.sender is not Sender.EITHER else pattern.name
    conditions = tuple(_condition(_node(action, path), path, value) for path, value in pattern.conditions)
    times = int(tail["times"]) if tail["times"] else None
    if times == 0:
        raise ValueError(f"{pattern.tail!r}: a rule that is never used")
    return Match(name, conditions, times, tail["stations"] or "*")


_COUNT = re.compile(r"(@(?P<stations>.+?))?(\*(?P<least>[0-9]{1,15})(?P<open>\.\.)?(?P<most>[0-9]{1,15})?)?", re.DOTALL)


def parse_expectation(text: str, *, counted: bool = True) -> Expectation:
    """Return the expectation that `NAME[path=value,…]@GLOB*COUNT` is; without `counted` none has a count."""
    pattern = split(text)
    action, dot, kind = pattern.name.partition(".")
    rows = actions()
    happenings = [CONNECT, DISCONNECT, *rows]
    if action not in happenings:
        hint = did_you_mean(action, happenings)
        raise ValueError(told_elsewhere(action) or f"{action!r} is no action and neither connect nor disconnect{hint}")
    sender = Sender.CSMS if dot else Sender.STATION
    if action in rows and not rows[action].sent_by(sender):
        hint = f"; did you mean '{action}.response'?" if not dot else ""
        raise ValueError(f"{action} is not {'a command' if dot else 'sent by stations'}{hint}")
    if dot and (f".{kind}" not in (RESPONSE, ERROR) or action not in rows):
        raise ValueError(f"{pattern.name!r} ends with neither {RESPONSE} nor {ERROR}")
    conditions = tuple(_condition(_node(pattern.name, path), path, value) for path, value in pattern.conditions)
    tail = _COUNT.fullmatch(pattern.tail)
    if tail is None or (tail["least"] and not counted):
        raise ValueError(f"{pattern.tail!r} behind the match is not @GLOB{', *N, *N.. or *M..N' if counted else ''}")
    least = int(tail["least"] or 1)
    most = None
    if tail["least"]:
        most = int(tail["most"]) if tail["most"] else None if tail["open"] else least
    if most is not None and most < least:
        raise ValueError(f"{pattern.tail!r}: {most} is less than {least}")
    return Expectation(pattern.name, conditions, tail["stations"] or "*", least, most, text)


def _node(name: str, path: Path) -> Json:
    """Return what is known of `path` in the happening called `name`. Raises ValueError where nothing can be there."""
    action, _, kind = name.partition(".")
    shape = SHAPES.get(f".{kind}" if kind else name)
    if shape is not None:
        return node_at(shape, name, path)
    return version_with(action).schemas.node(f"{action}{'Response' if kind else 'Request'}", path)


def _condition(node: Json, path: Path, text: str) -> Condition:
    """Return the condition that `text`, read as the type that the schema's `node` has, is at `path`."""
    try:
        return Condition(path, _value(text, node))
    except ValueError as error:
        raise ValueError(f"{'.'.join(path)}={text}: {error}") from None


def _value(text: str, node: Json) -> Any:
    kind = node.get("type")
    if kind == "string" or text.startswith('"'):
        value = orjson.loads(text) if text.startswith('"') else text
        if kind not in ("string", None):
            raise ValueError(f"must be {kind}")
        return _spelled_like(value, node["enum"]) if "enum" in node else value
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        if kind is None:
            return text
        raise ValueError(f"must be {kind}") from None
    types: dict[str, type | tuple[type, ...]] = {"integer": int, "number": (int, float), "boolean": bool}
    wanted = types.get(kind or "", object)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)  # as JSON Schema has it
    if (
        kind in ("object", "array")
        or not isinstance(value, wanted)
        or (isinstance(value, bool) and kind != "boolean" and kind)
    ):
        raise ValueError(f"must be {kind}" if kind not in ("object", "array") else f"is {kind}; name a part of it")
    return value


def _spelled_like(value: str, names: Sequence[str]) -> str:
    for name in names:
        if name.lower() == value.lower():
            return name
    raise ValueError(f"must be one of {', '.join(names)}{did_you_mean(value, names)}")


def parse_fault(text: str) -> "tuple[Fault, float]":
    """Return the fault that `kind key=value …` names, and its probability."""
    from mock_csms.behavior.faults import FAULTS  # noqa: PLC0415 - only those who use faults wait for them

    kind, *words = text.split() or [""]
    if kind not in FAULTS:
        raise ValueError(f"{kind!r} is no fault{did_you_mean(kind, FAULTS)} (there are {', '.join(FAULTS)})")
    attributes = {setting.name: setting for setting in fields(FAULTS[kind])}  # type: ignore[arg-type] # all are dataclasses
    given: dict[str, float] = {}
    seen: set[str] = set()
    probability = 1.0
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not key=value")
        if key in seen:
            raise ValueError(f"{key!r} is given twice")
        seen.add(key)
        if key == "probability":
            probability = _number(key, value, float, 0)
            if probability > 1:
                raise ValueError(f"probability={value}: must be from 0 to 1")
        elif key in attributes:
            given[key] = _number(key, value, attributes[key].type, attributes[key].metadata["minimum"])
        else:
            raise ValueError(f"{kind} has no {key!r}{did_you_mean(key, [*attributes, 'probability'])}")
    for name, setting in attributes.items():
        if setting.default is MISSING and name not in given:
            raise ValueError(f"{kind} needs {name}=…")
    return FAULTS[kind](**given), probability


def _number(key: str, text: str, kind: Any, minimum: float) -> Any:
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"{key}={text}: must be {'a whole number' if kind is int else 'a number'}") from None
    if not math.isfinite(value) or value < minimum:
        raise ValueError(f"{key}={text}: must be at least {minimum:g}, and finite")
    return value
