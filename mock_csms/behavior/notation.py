"""Parses the text of rules, faults and expectations: `Authorize[idToken.idToken=BAD]*2@CS-*`, `delay seconds=3`.

`Authorize~1.6` is the action of OCPP 1.6 only. Wrong text raises ValueError, which says what is wrong and what was
probably meant.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.conditions import Described, condition
from mock_csms.behavior.expectations import Expectation
from mock_csms.behavior.happenings import ERROR, NO_MESSAGES, REFUSED, RESPONSE, SHAPES
from mock_csms.behavior.matching import Path, parse_path
from mock_csms.behavior.rules import ANY, COMMAND, Match
from mock_csms.behavior.rules import RESPONSE as ANSWER
from mock_csms.protocol.actions import Action, Sender
from mock_csms.protocol.names import did_you_mean, nearest
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import Version, actions, elsewhere_hint, spoken, version_named, versions

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault, Latency

_NAME = r"(?P<name>(\*|[A-Za-z0-9]+)(\.[a-z]+)?)(~(?P<version>[A-Za-z0-9.]*))?"
_TAIL = r"(?s)(\*(?P<turn>=)?(?P<number>[0-9]{1,15}))?(@(?P<stations>.+))?"
_CONDITION = r'\s*(?P<path>[^\s=,\[\]]+)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^,\]]*?)\s*(?P<end>[,\]])'


class Pattern(Record):
    """The parts of a match as they were written."""

    name: str
    conditions: Sequence[tuple[Path, str]]
    tail: str
    """The text after the conditions."""
    version: Version | None
    """The version of OCPP that it is for; None for every version."""


def split(text: str) -> Pattern:
    """Return the parts of `NAME~VERSION[path=value,…]TAIL`."""
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
    version = None if name["version"] is None else version_named(name["version"])
    return Pattern(name["name"], conditions, text[position:], version)


def parse_match(text: str, *, commands: bool) -> Match:
    """Return the match for calls of stations; if `commands` are allowed, also for calls of the mock.

    `.command` after an action is kept only if stations may send that action too. `*` stands for every action. With
    `commands` it stands for every command too, `*.command` for commands only and `*.response` for answers only.
    """
    pattern = split(text)
    is_any = pattern.name.startswith(ANY)
    name = _any_name(pattern.name, commands=commands) if is_any else _action_name(pattern, commands=commands)
    tail = re.fullmatch(_TAIL, pattern.tail)
    if tail is None:
        is_starless = is_any and re.fullmatch(_TAIL, f"*{pattern.tail}")
        hint = f"; did you mean '{pattern.name}*{pattern.tail}'?" if is_starless else ""
        raise ValueError(f"{pattern.tail!r}: after the match only *N or *=N and then @GLOB may follow{hint}")
    number = int(tail["number"]) if tail["number"] else None
    if number == 0:
        raise ValueError(f"{pattern.tail!r}: N must be at least 1")
    schemas = _requests(name, _versions_of(pattern))
    conditions = tuple(condition(schemas, path, value) for path, value in pattern.conditions)
    times, turn = (None, number) if tail["turn"] else (number, None)
    its = pattern.version.name if pattern.version else ""
    return Match(name, conditions, times, tail["stations"] or "*", None, turn, its)


def _versions_of(pattern: Pattern) -> Sequence[Version]:
    return [pattern.version] if pattern.version else versions()


def _any_name(name: str, *, commands: bool) -> str:
    names = (ANY, ANY + COMMAND, ANY + ANSWER) if commands else (ANY,)
    if name not in names:
        raise ValueError(f"{name!r} is not {' or '.join(names)}")
    return name


def _action_name(pattern: Pattern, *, commands: bool) -> str:
    """Return the name of an action in rules; it ends with `.command` only if stations may send the action too."""
    written = pattern.name
    action = written.removesuffix(COMMAND) if commands else written
    row = _row(pattern, action, f"{written!r} is not an action of {{}}")
    if written != action and not row.sent_by(Sender.CSMS):
        raise ValueError(f"{action} is not a command of a CSMS")
    if not (commands or row.sent_by(Sender.STATION)):
        raise ValueError(f"{action} is not sent by stations")
    return written if row.sender is Sender.EITHER else action


def _row(pattern: Pattern, action: str, problem: str, others: Sequence[str] = ()) -> Action:
    """Return the row of an action, in the version that the pattern names or else in any version.

    problem: the text of the ValueError for an unknown action. others: further names that the error may propose.
    """
    version = pattern.version
    rows = version.actions if version else actions()
    if action in rows:
        return rows[action]
    where = f"OCPP {version.name}" if version else spoken()
    hint = version.elsewhere_hint(action) if version else elsewhere_hint(action)
    raise ValueError(hint or problem.format(where) + did_you_mean(action, [*others, *rows]))


def _requests(name: str, among: Sequence[Version]) -> Sequence[Described]:
    """Return the requests with that name in the versions `among`, each with its schema."""
    senders = {ANY: tuple(Sender), ANY + COMMAND: (Sender.CSMS,), ANY + ANSWER: (Sender.STATION,)}.get(name)
    found = [(version, action, row) for version in among for action, row in version.actions.items()]
    if senders is None:
        one = name.removesuffix(COMMAND)
        return [Described(f"{one}Request", version) for version, action, _ in found if action == one]
    return [Described(f"{action}Request", version) for version, action, row in found if any(map(row.sent_by, senders))]


def parse_tail(pattern: Pattern) -> tuple[int | None, int | None, str]:
    """Return how often a rule is used at most, for which occurrence, and for whom, from `*N@GLOB` or `*=N@GLOB`."""
    tail = re.fullmatch(_TAIL, pattern.tail)
    if tail is None:
        raise ValueError(f"{pattern.tail!r}: after the match only *N or *=N and then @GLOB may follow")
    number = int(tail["number"]) if tail["number"] else None
    if number == 0:
        raise ValueError(f"{pattern.tail!r}: N must be at least 1")
    times, turn = (None, number) if tail["turn"] else (number, None)
    return times, turn, tail["stations"] or "*"


_COUNT = r"(?s)(@(?P<stations>.+?))?(\*(?P<least>[0-9]{1,15})(?P<open>\.\.)?(?P<most>[0-9]{1,15})?)?"


def parse_expectation(text: str, *, counted: bool = True) -> Expectation:
    """Parse the expectation `NAME~VERSION[path=value,…]@GLOB*COUNT`; without `counted` a COUNT is an error."""
    pattern = split(text)
    its = pattern.version.name if pattern.version else ""
    return expectation_of(pattern, _happenings(pattern), text, its, counted=counted)


def expectation_of(
    pattern: Pattern, schemas: Sequence[Described], text: str, version: str, *, counted: bool
) -> Expectation:
    """Return the expectation for a pattern of happenings with these schemas."""
    conditions = tuple(condition(schemas, path, value) for path, value in pattern.conditions)
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
    return Expectation(pattern.name, conditions, tail["stations"] or "*", least, most, text, version)


def _happenings(pattern: Pattern) -> Sequence[Described]:
    """Return the happenings with the name in a pattern. Raises ValueError for an unknown name."""
    name = pattern.name
    action, dot, kind = name.partition(".")
    if action not in (*NO_MESSAGES, ANY):
        whose = " of {}" if pattern.version else ""
        problem = f"{action!r} is not an action{whose}, connect, disconnect or refused"
        row = _row(pattern, action, problem, NO_MESSAGES)
        if not row.sent_by(Sender.CSMS if dot else Sender.STATION):
            hint = f"; did you mean '{action}.response'?" if not dot else ""
            raise ValueError(f"{action} is not {'a command' if dot else 'sent by stations'}{hint}")
    if dot and (f".{kind}" not in (RESPONSE, ERROR) or action in NO_MESSAGES):
        raise ValueError(f"{name!r} ends with neither {RESPONSE} nor {ERROR}")
    if pattern.version and action == REFUSED:
        raise ValueError("a refused handshake has no version of OCPP")
    if action in SHAPES or f".{kind}" in SHAPES:
        return [Described(name, None)]
    sender, kinds = Sender.CSMS if dot else Sender.STATION, "Response" if dot else "Request"
    return [
        Described(f"{each}{kinds}", version)
        for version in _versions_of(pattern)
        for each, row in version.actions.items()
        if each == action or (action == ANY and row.sent_by(sender))
    ]


def parse_fault(text: str) -> "tuple[Fault, float]":
    """Parse the fault `kind key=value …`; return it and its probability."""
    from mock_csms.behavior.faults import FAULTS  # noqa: PLC0415 - only those who use faults wait for them

    return parse_fault_of(FAULTS, text)


def parse_fault_of(kinds: Mapping[str, Any], text: str) -> tuple[Any, float]:
    """Parse a fault of a table, whose classes are dataclasses; return it and its probability."""
    kind, *words = text.split() or [""]
    if kind not in kinds:
        raise ValueError(f"{kind!r} is not a fault{nearest(kind, kinds)} (faults: {', '.join(kinds)})")
    attributes = {setting.name: setting for setting in fields(kinds[kind])}
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
    return kinds[kind](**given), probability


def parse_latency(text: str) -> "Latency | None":
    """Parse the fault `SEC[+-JITTER]`; None for 0."""
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
