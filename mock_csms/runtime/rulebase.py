"""The rules of the mock: those of its settings, and those that were added while it runs.

Every rule has an id. As long as a rule does not change, the count of its uses stays, whatever else changes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import Counts, Match, Rule, RuleBook
from mock_csms.protocol import records
from mock_csms.protocol.names import did_you_mean, fresh_name
from mock_csms.protocol.versions import Version
from mock_csms.settings import Config, assembly
from mock_csms.settings.tables import Rules, Table, rules


class Rulebase:
    """The current rules. `changed` is called with the settings that contain them whenever a rule changes."""

    def __init__(self, config: Config, changed: Callable[[Config], None]) -> None:
        self.replies: Mapping[Version, Replies] = _Made(self._make)
        """By version; made when the first station of a version connects."""
        self._changed = changed
        self._added = Rules()
        self._counts: Counts = {}
        self._matches: dict[tuple[str, str], Match] = {}
        """By the version of OCPP and the id of the rule; faults have their own."""
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Replace the rules of the previous settings by those of these; added rules stay, before them."""
        own = _identified(config.rule, [rule.id for rule in _all(self._added)])
        self._config = replace(config, rule=own)
        self._build()

    def reset(self) -> None:
        """Forget the added rules, and all counts."""
        self._added = Rules()
        self._counts.clear()

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        """The rules that users wrote, in order: those with an answer, then the faults."""
        return _all(self._added + self._config.rule)

    def add(self, table: Table) -> Sequence[str]:
        """Add the rules of a table (`match` with `reply`, `error`, `fault` …) before all others.

        Returns the id of each rule. Raises ValueError for a wrong table.
        """
        fresh = _identified(rules([table]), [rule.id for rule in self.rules])
        self._added = fresh + self._added
        self._build()
        return [rule.id for rule in _all(fresh)]

    def change(self, id_: str, table: Table) -> None:
        """Replace the rule with that id by the one in a table; it keeps the id and the position, but not the count.

        Raises LookupError if there is no such rule, ValueError for a table that is not one rule of the same kind.
        """
        old, made = self._find(id_), rules([table])
        fresh = [*made.answers] if old in self._answers else [*made.faults]
        if len(fresh) != 1 or len(_all(made)) != 1:
            raise ValueError("an answer can be changed into one other answer, a fault into one other fault")
        rule = records.replace(fresh[0], id=id_)
        self._counts = {key: uses for key, uses in self._counts.items() if key[0] != id_}
        self._put(lambda each: rule if each.id == id_ else each)

    def remove(self, id_: str) -> None:
        """Remove the rule with that id. Raises LookupError if there is no such rule."""
        self._find(id_)
        self._put(lambda each: None if each.id == id_ else each)

    @property
    def _answers(self) -> Sequence[Rule[Any]]:
        return (self._added + self._config.rule).answers

    def _find(self, id_: str) -> Rule[Any]:
        for rule in self.rules:
            if rule.id == id_:
                return rule
        raise LookupError(f"there is no rule {id_!r}{did_you_mean(id_, [rule.id for rule in self.rules])}")

    def _put(self, change: Callable[[Rule[Any]], Rule[Any] | None]) -> None:
        """Replace each rule by what `change` returns; None removes it."""
        self._added = _changed(self._added, change)
        self._config = replace(self._config, rule=_changed(self._config.rule, change))
        self._build()

    def _build(self) -> None:
        """Make the rule books again that are in use; rules that did not change keep their counts."""
        self._effective = replace(self._config, rule=self._added + self._config.rule)
        counts: Counts = {}
        before, self._matches, in_use = self._matches, {}, list(self.replies)
        self.replies = _Made(self._make)
        old, self._counts = self._counts, counts
        for version in in_use:
            self.replies[version]
        changed = {key[1] for key, match in self._matches.items() if before.get(key) != match}
        same = {id_ for _, id_ in self._matches} - changed
        counts.update({key: uses for key, uses in old.items() if key[0] in same})
        self._changed(self._effective)

    def _make(self, version: Version) -> Replies:
        """Return the answers to stations of a version, which use the counts of all rules."""
        config = self._effective
        faults = assembly.faults(config, version, self._counts)
        layers = assembly.layers(config, version, self._counts)
        books: Sequence[RuleBook[Any]] = [*layers, faults]
        self._matches |= {(version.name, rule.id): rule.match for book in books for rule in book.rules}
        return Replies(assembly.defaults(config, version), layers, faults, dialect_of(version))


class _Made(dict[Version, Replies]):
    """The answers by version; those of a version are made when they are first asked for."""

    def __init__(self, make: Callable[[Version], Replies]) -> None:
        self._make = make

    def __missing__(self, version: Version) -> Replies:
        made = self[version] = self._make(version)
        return made


def _all(all_rules: Rules) -> Sequence[Rule[Any]]:
    return [*all_rules.answers, *all_rules.faults]


def _changed(all_rules: Rules, change: Callable[[Rule[Any]], Rule[Any] | None]) -> Rules:
    answers, faults = (
        tuple(rule for each in part if (rule := change(each)) is not None)
        for part in (all_rules.answers, all_rules.faults)
    )
    return Rules(answers, faults)


def _identified(all_rules: Rules, taken: Iterable[str]) -> Rules:
    """Give each rule a free id: its text, with a number if necessary, so that the same rule keeps its id."""
    used = set(taken)

    def named(rule: Rule[Any]) -> Rule[Any]:
        id_ = fresh_name(rule.name, used)
        used.add(id_)
        return records.replace(rule, id=id_)

    return _changed(all_rules, named)
