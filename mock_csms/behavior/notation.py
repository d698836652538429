"""How people write what rules match and do: `Authorize[idToken.idToken=BAD]*2@CS-*`, `**=3`, `delay seconds=3`.

Everything here turns text into data, or raises ValueError with what is wrong and what was probably meant.
"""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import orjson

from mock_csms.behavior.expectations import ERROR, NO_MESSAGES, RESPONSE, SHAPES, Expectation
from mock_csms.behavior.matching import Condition, Path, parse_path
from mock_csms.behavior.rules import ANY, COMMAND, Match
from mock_csms.behavior.rules import RESPONSE as ANSWER
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean, nearest
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import node_at
from mock_csms.protocol.v2.identifiers import CUSTOM
from mock_csms.protocol.versions import actions, schemas_with, spoken, told_elsewhere

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault, Latency

_NAME = r"(\*|[A-Za-z0-9]+)(\.[a-z]+)?"
_TAIL = r"(?s)(\*(?P<turn>=)?(?P<number>[0-9]{1,15}))?(@(?P<stations>.+))?"
_CONDITION = r'\s*(?P<path>[^\s=,\[\]]+)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^,\]]*?)\s*(?P<end>[,\]])'


class Pattern(Record):
    """The parts of a match as they were written."""

    name: str
    conditions: Sequence[tuple[Path, str]]
    tail: str
    """What follows the conditions."""


def split(text: str) -> Pattern:
    """Return the parts of `NAME[path=value,…]TAIL`."""
    name = re.match(_NAME, text)
    if name is None:
        raise ValueError(f"{text!r} does not begin with the name of an action, or * for any")
    position = name.end()
    conditions: list[tuple[Path, str]] = []
    if text[position : position + 1] == "[":
        end = ","
        while end == ",":
            found = re.compile(_CONDITION).match(text, position + 1)
            if found is None:
                raise ValueError(f"{text[position:]!r} is not of the form [path=value,…]")
            path = parse_path(found["path"])
            if any(path == other for other, _ in conditions):
                raise ValueError(f"the path {found['path']!r} is given twice")
            if found["value"].startswith("="):
                written = f"{found['path']}={found['value']}"
                raise ValueError(f"{written!r}: write one =, and quotes around a value that begins with =")
            conditions.append((path, found["value"]))
            position, end = found.end() - 1, found["end"]
        position += 1
    return Pattern(name[0], conditions, text[position:])


def parse_match(text: str, *, commands: bool) -> Match:
    """Return the match for the calls of stations or, where `commands` are allowed too, for our own.

    `.command` behind an action is kept only if stations may send that action too. `*` stands for every action. With
    `commands` it stands for every command too, `*.command` for commands only and `*.response` for answers only.
    """
    pattern = split(text)
    is_any = pattern.name.startswith(ANY)
    name = _any_name(pattern.name, commands=commands) if is_any else _action_name(pattern.name, commands=commands)
    tail = re.fullmatch(_TAIL, pattern.tail)
    if tail is None:
        is_starless = is_any and re.fullmatch(_TAIL, f"*{pattern.tail}")
        hint = f"; did you mean '{pattern.name}*{pattern.tail}'?" if is_starless else ""
        raise ValueError(f"{pattern.tail!r}: after the match only *N or *=N and then @GLOB may follow{hint}")
    number = int(tail["number"]) if tail["number"] else None
    if number == 0:
        raise ValueError(f"{pattern.tail!r}: N must be at least 1")
    schemas = _requests(name)
    conditions = tuple(_condition(schemas, path, value) for path, value in pattern.conditions)
    times, turn = (None, number) if tail["turn"] else (number, None)
    return Match(name, conditions, times, tail["stations"] or "*", None, turn)


def _any_name(name: str, *, commands: bool) -> str:
    names = (ANY, ANY + COMMAND, ANY + ANSWER) if commands else (ANY,)
    if name not in names:
        raise ValueError(f"{name!r} is not {' or '.join(names)}")
    return name


def _action_name(written: str, *, commands: bool) -> str:
    """Return the name of one action as rules have it: with `.command` only where stations may send it too."""
    action = written.removesuffix(COMMAND) if commands else written
    rows = actions()
    if action not in rows:
        hint = did_you_mean(action, rows)
        raise ValueError(told_elsewhere(action) or f"{written!r} is not an action of {spoken()}{hint}")
    row = rows[action]
    if written != action and not row.sent_by(Sender.CSMS):
        raise ValueError(f"{action} is not a command of a CSMS")
    if not (commands or row.sent_by(Sender.STATION)):
        raise ValueError(f"{action} is not sent by stations")
    return written if row.sender is Sender.EITHER else action


def _requests(name: str) -> Sequence[str]:
    """Return the names of the request schemas of the calls that a rule with that name matches."""
    senders = {ANY: tuple(Sender), ANY + COMMAND: (Sender.CSMS,), ANY + ANSWER: (Sender.STATION,)}.get(name)
    if senders is None:
        return [f"{name.removesuffix(COMMAND)}Request"]
    rows = actions().items()
    return [f"{action}Request" for action, row in rows if any(map(row.sent_by, senders))]


_COUNT = r"(?s)(@(?P<stations>.+?))?(\*(?P<least>[0-9]{1,15})(?P<open>\.\.)?(?P<most>[0-9]{1,15})?)?"


def parse_expectation(text: str, *, counted: bool = True) -> Expectation:
    """Return the expectation that `NAME[path=value,…]@GLOB*COUNT` is; without `counted` a COUNT is an error."""
    pattern = split(text)
    schemas = _happenings(pattern.name)
    conditions = tuple(_condition(schemas, path, value) for path, value in pattern.conditions)
    tail = re.fullmatch(_COUNT, pattern.tail)
    if tail is None or (tail["least"] and not counted):
        count = " and then *N, *N.. or *M..N" if counted else ""
        raise ValueError(f"{pattern.tail!r}: after the match only @GLOB{count} may follow")
    least = int(tail["least"] or 1)
    most = None
    if tail["least"]:
        most = int(tail["most"]) if tail["most"] else None if tail["open"] else least
    if most is not None and most < least:
        raise ValueError(f"{pattern.tail!r}: the upper bound {most} is below the lower bound {least}")
    return Expectation(pattern.name, conditions, tail["stations"] or "*", least, most, text)


def _happenings(name: str) -> Sequence[str]:
    """Return the names of the schemas of happenings with that name. Raises ValueError for an unknown name."""
    action, dot, kind = name.partition(".")
    rows = actions()
    happenings = [*NO_MESSAGES, *rows]
    if action not in (*happenings, ANY):
        hint = did_you_mean(action, happenings)
        raise ValueError(told_elsewhere(action) or f"{action!r} is not an action, connect, disconnect or refused{hint}")
    sender = Sender.CSMS if dot else Sender.STATION
    if action in rows and not rows[action].sent_by(sender):
        hint = f"; did you mean '{action}.response'?" if not dot else ""
        raise ValueError(f"{action} is not {'a command' if dot else 'sent by stations'}{hint}")
    if dot and (f".{kind}" not in (RESPONSE, ERROR) or action in NO_MESSAGES):
        raise ValueError(f"{name!r} ends with neither {RESPONSE} nor {ERROR}")
    if action in SHAPES or f".{kind}" in SHAPES:
        return [name]
    names = [action] if action != ANY else actions(sender)
    return [f"{each}{'Response' if dot else 'Request'}" for each in names]


def _node(schema: str, path: Path) -> Json:
    """Return the part of the schema at `path`. Raises ValueError where the schema allows nothing there."""
    _, dot, kind = schema.partition(".")
    shape = SHAPES.get(dot + kind if dot else schema)
    return schemas_with(schema).node(schema, path) if shape is None else node_at(shape, schema, path)


def _common_node(schemas: Sequence[str], path: Path) -> Json:
    """Return what the schemas that have `path` have in common there. Raises ValueError where none has it."""
    if len(schemas) == 1:
        return _node(schemas[0], path)
    nodes: list[Json] = []
    for schema in schemas:
        with suppress(ValueError):
            nodes.append(_node(schema, path))
    if not nodes:
        raise ValueError(f"no message that this matches has {'.'.join(path)!r}")
    kinds = [{key: node[key] for key in ("type", "enum", "properties", "items") if key in node} for node in nodes]
    if all(kind == kinds[0] for kind in kinds):
        return nodes[0]
    types = {kind.get("type") for kind in kinds}
    return {"type": types.pop()} if len(types) == 1 and None not in types else {}


def _condition(schemas: Sequence[str], path: Path, text: str) -> Condition:
    """Return the condition that the value at `path` is `text`, read as the type that the schemas have there."""
    node = _common_node(schemas, path)
    kind = node.get("type")
    if kind in ("object", "array"):
        parts = list(_parts(schemas, path, text))
        told = f"{'.'.join(path)} is an {kind}"
        wanted = (path[-1], *node.get("required", ()))
        likely = [part for part in parts if part.removesuffix(f"={text}").rpartition(".")[2] in wanted]
        if len(parts) == 1 or len(likely) == 1:
            raise ValueError(f"{told}; did you mean {(likely or parts)[0]}?")
        raise ValueError(f"{told}; name a part of it{': ' * bool(parts)}{', '.join(parts)}")
    try:
        return Condition(path, _value(text, node))
    except ValueError as error:
        raise ValueError(f"{'.'.join(path)}={text}: {error}") from None


def _parts(schemas: Sequence[str], path: Path, text: str) -> Iterator[str]:
    """Yield likely conditions with the value `text`, for parts of an object or of the first item of an array."""
    node = _common_node(schemas, path)
    names = ["0"] if "items" in node else [name for name in node.get("properties", {}) if name != CUSTOM]
    for name in names:
        part = (*path, name)
        known = _common_node(schemas, part)
        if known.get("type") in ("object", "array"):
            yield from _parts(schemas, part, text) if name == "0" else ()
            continue
        with suppress(ValueError):
            _value(text, known)
            yield f"{'.'.join(part)}={text}"


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
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean" and kind):
        raise ValueError(f"must be {kind}")
    return value


def _spelled_like(value: str, names: Sequence[str]) -> str:
    for name in names:
        if name.lower() == value.lower():
            return name
    raise ValueError(f"must be one of {', '.join(names)}{nearest(value, names)}")


def parse_fault(text: str) -> "tuple[Fault, float]":
    """Return the fault that `kind key=value …` names, and its probability."""
    from mock_csms.behavior.faults import FAULTS  # noqa: PLC0415 - only those who use faults wait for them

    kind, *words = text.split() or [""]
    if kind not in FAULTS:
        raise ValueError(f"{kind!r} is not a fault{nearest(kind, FAULTS)} (faults: {', '.join(FAULTS)})")
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
            raise ValueError(f"{kind} has no attribute {key!r}{did_you_mean(key, [*attributes, 'probability'])}")
    for name, setting in attributes.items():
        if setting.default is MISSING and name not in given:
            raise ValueError(f"{kind} needs {name}=…")
    return FAULTS[kind](**given), probability


def parse_latency(text: str) -> "Latency | None":
    """Return the fault that `SEC[+-JITTER]` stands for; None for 0."""
    from mock_csms.behavior.faults import Latency  # noqa: PLC0415 - only those who use faults wait for them

    first, has_jitter, second = text.replace("±", "+-").partition("+-")
    seconds = _number("SEC", first.strip(), float, 0)
    jitter = _number("JITTER", second.strip(), float, 0) if has_jitter else 0.0
    if jitter > seconds:
        raise ValueError(f"{text!r}: a jitter of more than {seconds:g} would make messages come before they are sent")
    return Latency(seconds - jitter, 2 * jitter) if seconds else None


def _number(key: str, text: str, kind: Any, minimum: float) -> Any:
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"{key}={text}: must be {'a whole number' if kind is int else 'a number'}") from None
    if not math.isfinite(value) or value < minimum:
        raise ValueError(f"{key}={text}: must be a finite number of at least {minimum:g}")
    return value
