"""Scripted behaviour: which messages a rule matches, what happens then, and how often.

A `RuleBook` is one layer of rules. It finds those that match without looking at the others: by the action, then by the
value that its rules ask for. How often they were used is counted for each station, under the id of the rule.
"""

from collections.abc import Callable, Hashable, Iterable, MutableMapping, Sequence
from heapq import merge
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from mock_csms.behavior.matching import PRESENT, Condition, Path, comparable, value_at
from mock_csms.behavior.templates import Template
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.station import StationModel

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault

Then = TypeVar("Then")

ANY = "*"
"""The action of a rule for every message."""
COMMAND = ".command"
"""What stands behind the action of a rule that is for our own call, where stations may send that action too."""
RESPONSE = ".response"
"""What stands behind `*` in a rule that is for every answer of ours, and for no command."""


class Match(Record):
    """Which messages a rule is for: an action, or `*`, with all `conditions` on its payload, of the `stations`.

    With `times` the rule is used only so often for each station; with `turn` only for the message of the station that
    is the so-manieth to match, whichever rule was used for the others. `when` is for rules that flags make: it looks at
    the station.
    """

    action: str
    conditions: tuple[Condition, ...] = ()
    times: int | None = None
    stations: str = "*"
    when: Callable[[StationModel], bool] | None = None
    turn: int | None = None

    def is_about(self, action: str) -> bool:
        """Whether it is for calls with that action."""
        return self.action in (action, ANY)

    def suits(self, payload: Any, station: StationModel) -> bool:
        """Whether the rule is for a message with that payload of that station, however often."""
        for condition in self.conditions:
            if not condition.holds(payload):
                return False
        is_station = matches(station.identity, self.stations)
        return is_station and (self.when is None or self.when(station))


class Reply(Record):
    """Answer with this, laid over what the layers below say; where it `is_raw`, in place of that."""

    payload: Template
    is_raw: bool = False


class Refusal(Record):
    """Answer with a CALLERROR; where it `is_final`, no layer below is even asked."""

    code: str
    description: str = ""
    is_final: bool = False


class Spoil(Record):
    """Spoil what is sent, with so much probability (from 0 to 1)."""

    fault: "Fault"
    probability: float = 1.0


class Rule(Record, Generic[Then]):
    """What happens when a message matches. `name` is what a user wrote, for those who ask which rule was at work.

    Uses are counted under the `id`; a rule without one is known by its number in its book.
    """

    match: Match
    then: Then
    name: str = ""
    id: str = ""


Answer: TypeAlias = Reply | Refusal
Entry: TypeAlias = tuple[int, Rule[Then]]
Counts: TypeAlias = MutableMapping[tuple[Hashable, str], int]
"""How often rules were used, or with a `turn`: matched, by the id of the rule and the identity of the station."""


class RuleBook(Generic[Then]):
    """One layer of rules, with `counts` that may outlive it."""

    def __init__(self, rules: Iterable[Rule[Then]], counts: Counts | None = None) -> None:
        self._entries = tuple(enumerate(rules))
        self._counts: Counts = {} if counts is None else counts
        self._actions = frozenset(rule.match.action for _, rule in self._entries)
        self._shelves: dict[tuple[str, str], _Shelf[Then]] = {}

    @property
    def rules(self) -> Sequence[Rule[Then]]:
        """Its rules, in their order."""
        return [rule for _, rule in self._entries]

    def __contains__(self, action: str) -> bool:
        return not self._actions.isdisjoint((action, ANY))

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
        """Return all rules that match a message and have uses left, in their order; whoever applies one spends a use.

        kind: COMMAND or RESPONSE, for those that are for every message of that kind.
        """
        if not self._entries:
            return ()
        shelf = self._shelf(action, kind)
        return [entry for entry in shelf.candidates(payload) if self._is_due(entry, payload, station)]

    def spend(self, entry: Entry[Then], station: StationModel) -> None:
        """Count the use of a rule."""
        if entry[1].match.times is not None:
            self._count(entry, station)

    def pass_over(self, action: str, payload: Any, station: StationModel) -> None:
        """Count a message that matches, where no rule of this book is asked about it."""
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
        """Return the rules for an action, found once."""
        shelf = self._shelves.get((action, kind))
        if shelf is None:
            wanted = (action, ANY, ANY + kind)
            entries = [entry for entry in self._entries if entry[1].match.action in wanted]
            shelf = self._shelves[action, kind] = _Shelf(entries)
        return shelf


def _key(entry: Entry[Any], station: StationModel) -> tuple[Hashable, str]:
    return entry[1].id or entry[0], station.identity


class _Shelf(Generic[Then]):
    """The rules of one action, those that ask for a value found by it; of several values, by the most telling one."""

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
    """Return an entry without the condition that it is found by, which then need not be looked at again."""
    number, rule = entry
    rest = tuple(other for other in rule.match.conditions if other is not condition)
    return number, replace(rule, match=replace(rule.match, conditions=rest))


def _values(rule: Rule[Any]) -> list[Condition]:
    return [condition for condition in rule.match.conditions if condition.value is not PRESENT]
