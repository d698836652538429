"""Rules: which messages a rule matches, what happens then, and how often.

A `RuleBook` is one layer of rules. It finds rules by the action, and then by a value in their conditions, so that many
rules cost no more than a few. The uses of a rule are counted for each station, under the id of the rule.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping, Sequence
from copy import copy
from heapq import merge
from operator import is_
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from mock_csms.behavior.matching import PRESENT, Condition, Path, comparable, value_at
from mock_csms.behavior.templates import Template
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Record, field, replace
from mock_csms.twin.station import StationModel

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault

Then = TypeVar("Then")

ANY = "*"
"""The action of a rule for every message."""
COMMAND = ".command"
"""The suffix of an action in a rule for a call of the mock, if stations may send that action too."""
RESPONSE = ".response"
"""The suffix in `*.response`, the action of a rule for every answer of the mock and for no command."""


class Match(Record):
    """The messages that a rule applies to."""

    action: str
    """An action, or `*` for all."""
    conditions: tuple[Condition, ...] = ()
    """The conditions that the payload must all meet."""
    times: int | None = None
    """How often the rule can be used for each station; None for no limit."""
    stations: str = "*"
    """The pattern of the identities of stations that the rule applies to."""
    when: Callable[[StationModel], bool] | None = None
    """Whether the rule applies to a station in its current state; only for rules made from flags."""
    turn: int | None = None
    """The number of the matching message for which the rule is used; None for all.

    It is counted for each station, also if other rules were used before.
    """
    version: str = ""
    """The name of the version of OCPP that the rule is for; empty for every version."""

    def is_about(self, action: str) -> bool:
        """Whether it matches calls with that action."""
        return self.action in (action, ANY)

    def suits(self, payload: Any, station: StationModel) -> bool:
        """Whether payload and station match, ignoring `times` and `turn`."""
        for condition in self.conditions:
            if not condition.holds(payload):
                return False
        is_station = matches(station.identity, self.stations)
        return is_station and (self.when is None or self.when(station))


class Reply(Record):
    """Answer with this payload."""

    payload: Template
    is_raw: bool = False
    """Whether it replaces the result of other layers; otherwise it is merged into it."""


class Refusal(Record):
    """Answer with a CALLERROR."""

    code: str
    description: str = ""
    is_final: bool = False
    """Whether the layers below are skipped, so that none of their rules is used up."""


class Spoil(Record):
    """Change a message with a fault."""

    fault: "Fault"
    probability: float = 1.0
    """From 0 to 1."""


class Rule(Record, Generic[Then]):
    """What happens when a message matches."""

    match: Match
    then: Then
    name: str = ""
    """The rule as the user wrote it, for events; empty for a rule made from a flag."""
    id: str = ""
    """The id under which uses are counted; for an empty id, the number of the rule in its book."""
    table: Mapping[str, Any] = field(default_factory=dict)
    """The table that the user wrote; empty for a rule that a flag made."""


Answer: TypeAlias = Reply | Refusal
Entry: TypeAlias = tuple[int, Rule[Then]]
Counts: TypeAlias = MutableMapping[tuple[Hashable, str], int]
"""How often each rule was used, by its id and the identity of the station.

For a rule with a `turn`: how often it has matched. The identity TOTAL has the sum over all stations, for rules of
users.
"""
TOTAL = ""
"""The key for the sum over all stations; no station has this identity."""


class RuleBook(Generic[Then]):
    """One layer of rules. The caller that passes `counts` can pass them to a later book too."""

    def __init__(self, rules: Iterable[Rule[Then]], counts: Counts | None = None) -> None:
        self.rules: Sequence[Rule[Then]] = tuple(rules)
        """Its rules, in their order."""
        self._counts: Counts = {} if counts is None else counts
        self.actions = frozenset([rule.match.action for rule in self.rules])
        """The actions in its rules."""
        self._shelves: dict[tuple[str, str], _Shelf[Then]] = {}
        self._matches: Mapping[str, Match] | None = None

    @property
    def matches(self) -> Mapping[str, Match]:
        """What each rule matches, by its id."""
        if self._matches is None:
            self._matches = {rule.id: rule.match for rule in self.rules}
        return self._matches

    def copied(self) -> "RuleBook[Then]":
        """Return a book with the same rules and counts of its own."""
        made = copy(self)
        made._counts = {}
        return made

    def followed_by(self, rules: Iterable[Rule[Then]]) -> "RuleBook[Then]":
        """Return a book with these rules and the same counts; it is this one if the rules are the same objects.

        What was prepared for actions whose rules are the same objects is used again.
        """
        made = RuleBook(rules, self._counts)
        if len(made.rules) == len(self.rules) and all(map(is_, made.rules, self.rules)):
            return self
        if self._shelves and not any(action.startswith(ANY) for action in self.actions | made.actions):
            before, after = self._by_action(), made._by_action()
            made._shelves = {key: it for key, it in self._shelves.items() if before.get(key[0]) == after.get(key[0])}
        return made

    def _by_action(self) -> Mapping[str, Sequence[int]]:
        """Return the `id` of each rule, by the action."""
        found: dict[str, list[int]] = {}
        for rule in self.rules:
            found.setdefault(rule.match.action, []).append(id(rule))
        return found

    def __contains__(self, action: str) -> bool:
        return not self.actions.isdisjoint((action, ANY))

    def has_any(self, action: str, kind: str) -> bool:
        """Whether a rule applies to messages with that action, or to all messages of that kind."""
        return not self.actions.isdisjoint((action, ANY, ANY + kind))

    def use(self, action: str, payload: Any, station: StationModel) -> Rule[Then] | None:
        """Return the first rule that matches a message and has uses left, and count the use."""
        shelf = self._shelf(action, "")
        chosen: Rule[Then] | None = None
        for entry in shelf.candidates(payload):
            if self._is_due(entry, payload, station) and chosen is None:
                chosen = entry[1]
                self.spend(entry, station)
                if not shelf.has_turns:
                    break
        return chosen

    def due(self, action: str, payload: Any, station: StationModel, kind: str = "") -> Sequence[Entry[Then]]:
        """Return all rules that match a message and have uses left, in order.

        The caller calls `spend` for each rule it applies.

        kind: COMMAND or RESPONSE, to find the rules for every message of that kind too.
        """
        if not self.rules:
            return ()
        shelf = self._shelf(action, kind)
        return [entry for entry in shelf.candidates(payload) if self._is_due(entry, payload, station)]

    def spend(self, entry: Entry[Then], station: StationModel) -> None:
        """Count one use of a rule."""
        rule = entry[1]
        if rule.match.times is not None:
            self._count(entry, station)
        if rule.name:
            self._counts[rule.id, TOTAL] = self._counts.get((rule.id, TOTAL), 0) + 1

    def pass_over(self, action: str, payload: Any, station: StationModel) -> None:
        """Count a matching message for the rules with a `turn`, although this book does not answer it."""
        if self._shelf(action, "").has_turns:
            self.due(action, payload, station)

    def _is_due(self, entry: Entry[Then], payload: Any, station: StationModel) -> bool:
        match = entry[1].match
        if not match.suits(payload, station):
            return False
        if match.turn is not None:
            return self._count(entry, station) == match.turn
        return match.times is None or self._counts.get(_key(entry, station), 0) < match.times

    def _count(self, entry: Entry[Then], station: StationModel) -> int:
        key = _key(entry, station)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count

    def _shelf(self, action: str, kind: str) -> "_Shelf[Then]":
        """Return the rules for an action, from a cache."""
        shelf = self._shelves.get((action, kind))
        if shelf is None:
            wanted = (action, ANY, ANY + kind)
            entries = [entry for entry in enumerate(self.rules) if entry[1].match.action in wanted]
            shelf = self._shelves[action, kind] = _Shelf(entries)
        return shelf


def _key(entry: Entry[Any], station: StationModel) -> tuple[Hashable, str]:
    return entry[1].id or entry[0], station.identity


class _Shelf(Generic[Then]):
    """The rules of one action.

    A rule with conditions is found by the value of one of them: at the path with most values.
    """

    def __init__(self, entries: Sequence[Entry[Then]]) -> None:
        self.has_turns = any(rule.match.turn is not None for _, rule in entries)
        telling: dict[Path, set[Hashable]] = {}
        for _, rule in entries:
            for condition in _values(rule):
                telling.setdefault(condition.path, set()).add(comparable(condition.path, condition.value))
        self._general: list[Entry[Then]] = []
        self._by_value: dict[Path, dict[Hashable, list[Entry[Then]]]] = {}
        for entry in entries:
            values = _values(entry[1])
            if not values:
                self._general.append(entry)
                continue
            chosen = max(values, key=lambda condition: len(telling[condition.path]))
            by_value = self._by_value.setdefault(chosen.path, {})
            by_value.setdefault(comparable(chosen.path, chosen.value), []).append(_without(entry, chosen))

    def candidates(self, payload: Any) -> Iterable[Entry[Then]]:
        """Return the rules that may match `payload`, in their order."""
        found = [self._general] if self._general else []
        for path, by_value in self._by_value.items():
            entries = by_value.get(comparable(path, value_at(payload, path)))
            if entries:
                found.append(entries)
        if len(found) < 2:
            return found[0] if found else ()
        return merge(*found, key=lambda entry: entry[0])


def _without(entry: Entry[Then], condition: Condition) -> Entry[Then]:
    """Return an entry without the condition by which it was found, because that need not be checked again."""
    number, rule = entry
    rest = tuple(other for other in rule.match.conditions if other is not condition)
    return number, replace(rule, match=replace(rule.match, conditions=rest))


def _values(rule: Rule[Any]) -> list[Condition]:
    return [condition for condition in rule.match.conditions if condition.value is not PRESENT]
