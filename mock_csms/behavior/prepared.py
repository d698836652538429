"""Answers that are remembered: most calls are answered as the one before was, with another message id.

An answer is remembered only if it depends on nothing but the values that the rules for its action look at, and on the
time. So a remembered answer is the one that the rules would give again:

* Every condition of every rule for the action looks at a value of the payload. The key of an answer has all of these
  values; calls with the same key meet the same conditions.
* No rule for the action counts its uses, is for some stations only, or asks what the station is like. No fault and no
  simulated network may change what is sent. So neither the station nor what it did before makes a difference.
* The templates of the answer have no placeholder but `{{now}}`. An answer with a time is remembered until the time is
  written differently: to the millisecond, as a rule.
* The answer is made by the rules themselves (`replies.py`), and checked against its schema, for the first call with a
  key. Only then is it remembered. A change of rules or settings forgets all answers.

For all other calls there is no remembered answer, and the rules are asked. Where the long way is forced
(`protocol/long_way.py`), no call is typed, and so the rules are asked for all calls.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior.matching import PRESENT, Condition
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import Answer, Reply, Rule
from mock_csms.behavior.templates import Context, World, placeholders_in, rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import UNSET, Bounded, Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version

_MOST = 1000
"""How many answers to one action are remembered."""
_NOW = frozenset({"now"})
"""The placeholders that a remembered answer may have."""
_SCALARS = ("string", "integer", "boolean")
"""The types of values that an answer may be remembered by: two of them are equal only if they are the same JSON."""

ContextOf: TypeAlias = Callable[[str, Json], Context]
"""Returns the answer rules for a call."""
_Read: TypeAlias = Callable[[Any], Hashable]
"""Returns what a condition looks at in a typed payload."""


class Prepared(Record):
    """The answer to all calls with one key."""

    payload: Json
    tail: bytes
    """The text of the answer behind its message id: the end of the id's string, the payload, and the bracket."""
    violations: Sequence[Violation]
    """How the payload breaks its schema."""
    moment: Hashable
    """What stands for the time in the answer: equal for equal texts of the time. None for an answer without one."""

    def text_for(self, id_: str) -> bytes:
        """Return the text of the answer to the call with that id, which was written without a backslash."""
        return b'[3,"' + id_.encode() + self.tail


class PreparedAnswers:
    """The remembered answers of one version, for the present rules and settings."""

    def __init__(
        self, version: Version, replies: Replies, world: World, clock_offset: float, context_of: ContextOf
    ) -> None:
        self._version = version
        self._clock_offset = clock_offset
        self._context_of = context_of
        self._replies = replies
        self._moment_of: Callable[[float], Hashable] = world.write_time
        if world.write_time is rfc3339:
            self._moment_of = _millisecond  # the same for the same text, and faster
        self._lanes: dict[str, _Lane | None] = {}

    def find(self, call: Call, station: str, at: float) -> Prepared | None:
        """Return the answer to a typed call without violations; None if the rules must decide.

        station: the identity of the station. at: when the call came, in seconds since 1970.
        """
        try:
            lane = self._lanes[call.action]
        except KeyError:
            lane = self._lanes[call.action] = self._lane(call.action)
        if lane is None:
            return None
        key = lane.key(call.typed)
        found = lane.answers.get(key, UNSET)
        if found is UNSET or (
            found is not None and found.moment is not None and found.moment != self._moment_of(at + self._clock_offset)
        ):
            found = lane.answers[key] = self._prepare(call, self._context_of(station, call.payload))
        return found

    def _lane(self, action: str) -> "_Lane | None":
        """Return how the answers to an action are remembered; None if they must not be."""
        rules = self._replies.rules_for(action)
        if self._replies.may_spoil(action) or not all(_is_repeatable(rule) for rule in rules):
            return None
        reads: dict[tuple[Any, ...], _Read] = {}
        for condition in [condition for rule in rules for condition in rule.match.conditions]:
            read = self._read(action, condition)
            if read is None:
                return None
            reads[condition.path, condition.value is PRESENT] = read
        return _Lane(list(reads.values()))

    def _read(self, action: str, condition: Condition) -> _Read | None:
        """Return what reads the value that a condition looks at; None if it is not a single value."""
        path = condition.path
        if any(part.isdigit() for part in path):
            return None
        try:
            node = self._version.schemas.node(f"{action}Request", path)
        except ValueError:
            return _nothing  # no typed payload has such a property
        if not node:
            return _nothing  # no typed payload has properties of any shape
        if condition.value is PRESENT:
            return _presence(path)
        return _value(path) if node.get("type") in _SCALARS else None

    def _prepare(self, call: Call, context: Context) -> Prepared | None:
        """Return the answer that the rules give; None if it must not be remembered."""
        templates = self._replies.templates_for(call, context)
        if templates is None:
            return None
        needed = [placeholders_in(template) for template in templates]
        if any(names is None or not names <= _NOW for names in needed):
            return None
        message = self._replies.answer(call, None, context).message
        if not isinstance(message, Result):
            return None
        moment = self._moment_of(context.now) if any(needed) else None
        payload, violations = message.payload, self._version.result_violations(call, message.payload)
        return Prepared(payload, b'",%b]' % orjson.dumps(payload), violations, moment)


class _Lane:
    """The answers to one action, by the values that its rules look at."""

    __slots__ = ("answers", "key")

    def __init__(self, reads: Sequence[_Read]) -> None:
        self.answers: Bounded[Hashable, Prepared | None] = Bounded(_MOST)
        """None for a key whose answer must not be remembered."""
        self.key: _Read = _key_of(reads)
        """Returns the key of a typed payload."""


def _key_of(reads: Sequence[_Read]) -> _Read:
    if not reads:
        return _nothing
    if len(reads) == 1:
        return reads[0]
    if len(reads) == 2:  # the usual number, with fewer calls than any number
        first, second = reads
        return lambda typed: (first(typed), second(typed))
    return lambda typed: tuple([read(typed) for read in reads])


def _millisecond(seconds: float) -> int:
    """Return the milliseconds since 1970, rounded as `rfc3339` does."""
    return int(seconds * 1_000_000 + 0.5) // 1000


def _is_repeatable(rule: Rule[Answer]) -> bool:
    """Whether a rule does the same for every call that meets its conditions; a user's rule counts its uses."""
    match = rule.match
    is_for_all = match.stations == "*" and match.when is None
    return isinstance(rule.then, Reply) and is_for_all and match.times is None and match.turn is None and not rule.name


def _nothing(_: Any) -> Hashable:
    return None


def _presence(path: Sequence[str]) -> _Read:
    """Return what says whether there is a value at a path."""
    if len(path) == 1:
        (name,) = path
        return lambda typed: getattr(typed, name, UNSET) is not UNSET
    read = _value(path)
    return lambda typed: read(typed) is not UNSET


def _value(path: Sequence[str]) -> _Read:
    """Return what reads the scalar at a path."""
    if len(path) == 1:
        return attrgetter(*path)  # every type has the names of scalars
    return partial(_walk, path)


def _walk(path: Sequence[str], typed: Any) -> Hashable:
    for name in path:
        typed = getattr(typed, name, UNSET)
    value: Hashable = typed
    return value
