"""Scripted behaviour: which messages a rule matches, what happens then, and how often.

A `RuleBook` is one layer of rules, of which the first that matches and has uses left counts. It finds that one without
looking at the others: by the action, then by the value that its rules ask for.
"""

from collections.abc import Callable, Hashable, Iterable
from heapq import merge
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from mock_csms.behavior.matching import PRESENT, Condition, Path, comparable, value_at
from mock_csms.behavior.templates import Template
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.station import Station

if TYPE_CHECKING:
    from mock_csms.behavior.faults import Fault

Then = TypeVar("Then")


class Match(Record):
    """Which messages a rule is for: an action, with all `conditions` on its payload, to or from the `stations`.

    With `times` only the first so many of each station. `when` is for rules that flags make: it looks at the station.
    """

    action: str
    conditions: tuple[Condition, ...] = ()
    times: int | None = None
    stations: str = "*"
    when: Callable[[Station], bool] | None = None

    def suits(self, payload: Any, station: Station) -> bool:
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
    """What happens when a message matches. `name` is what a user wrote, for those who ask which rule was at work."""

    match: Match
    then: Then
    name: str = ""


Answer: TypeAlias = Reply | Refusal
Entry: TypeAlias = tuple[int, Rule[Then]]


class RuleBook(Generic[Then]):
    """One layer of rules, and how often each station has used those that have a limit."""

    def __init__(self, rules: Iterable[Rule[Then]]) -> None:
        self._shelves: dict[str, _Shelf[Then]] = {}
        self._uses: dict[tuple[int, str], int] = {}
        by_action: dict[str, list[Entry[Then]]] = {}
        for entry in enumerate(rules):
            by_action.setdefault(entry[1].match.action, []).append(entry)
        for action, entries in by_action.items():
            self._shelves[action] = _Shelf(entries)

    def __contains__(self, action: str) -> bool:
        return action in self._shelves

    def use(self, action: str, payload: Any, station: Station) -> Rule[Then] | None:
        """Return the rule that counts for a message, and count the use."""
        shelf = self._shelves.get(action)
        if shelf is None:
            return None
        for number, rule in shelf.candidates(payload):
            match = rule.match
            if not match.suits(payload, station):
                continue
            if match.times is None:
                return rule
            used = self._uses.get((number, station.identity), 0)
            if used < match.times:
                self._uses[number, station.identity] = used + 1
                return rule
        return None


class _Shelf(Generic[Then]):
    """The rules of one action, those that ask for a value found by it; of several values, by the most telling one."""

    def __init__(self, entries: list[Entry[Then]]) -> None:
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
