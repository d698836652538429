"""The rules of the mock and its answers for single tokens, from the settings and from changes at run time.

Every rule has an id. As long as a rule does not change, its count of uses stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import TOTAL, Counts, Match, Rule, RuleBook
from mock_csms.protocol import records
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.names import did_you_mean, fresh_name
from mock_csms.protocol.versions import Version
from mock_csms.settings import Config, assembly
from mock_csms.settings.tables import Rules, Table, rules

_ADDED = "rule-{}"
"""The id of a rule that was added while the mock runs."""


class RuleState(records.Record):
    """The state of a rulebase at one moment, for `Rulebase.restore`."""

    rules: Rules
    added: frozenset[str]
    given: Rules
    counts: Mapping[Any, int]
    tokens: Mapping[str, TokenAnswer | None]


class Rulebase:
    """The current rules. `changed` is called with the settings that contain them whenever a rule changes."""

    def __init__(self, config: Config, changed: Callable[[Config], None]) -> None:
        self.replies: Mapping[Version, Replies] = _Made(self._make)
        """By version of OCPP: the answers; made when the first station of the version connects."""
        self._changed = changed
        self._rules = Rules()
        """All rules, in order."""
        self._added: frozenset[str] = frozenset()
        """The ids of the rules that were added at run time."""
        self._number = 0
        self._given: Rules | None = None
        """The rules of the last settings."""
        self._tokens: dict[str, TokenAnswer | None] = {}
        """By folded id: the answers for tokens that were set at run time; None if the answer was removed."""
        self._counts: Counts = {}
        self._is_held = False
        self._matches: dict[tuple[str, str], Match] = {}
        """By version of OCPP and id of the rule: its match; the matches of faults are separate."""
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Replace the rules of the last settings by the rules of `config`; rules added at run time stay, before them.

        If `config` has the same rules as the last settings, no rule changes.
        """
        if config.rule is not self._given:
            kept = _changed(self._rules, lambda each: each if each.id in self._added else None)
            self._given = config.rule
            self._rules = kept + _identified(config.rule, self._added)
        self._config = config
        self._build()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Put several changes during the block into effect together at its end, which takes as long as one."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self._build()

    @property
    def given(self) -> Rules:
        """The rules of the last settings; settings with the same rules change nothing."""
        return self._given or Rules()

    def reset(self) -> None:
        """Remove all rules, answers for tokens and counts; the caller must call `configure` next."""
        self._rules, self._added, self._given = Rules(), frozenset(), None
        self._tokens.clear()
        self._counts.clear()

    def restore_rules(self, given: Rules) -> None:
        """Return to these rules of the settings; rules that are the same keep their counts."""
        self._rules, self._added, self._given = _identified(given, ()), frozenset(), given
        self._build()

    def reset_counts(self) -> None:
        """Set the counts of all rules to zero."""
        self._counts.clear()
        self._build()

    @property
    def settings(self) -> Config:
        """The last settings, with the rules and tokens that they had."""
        return replace(self._config, rule=self.given)

    @property
    def tokens(self) -> Sequence[TokenAnswer]:
        """The answers for single tokens, those that were set at run time first."""
        own = [each for each in self._tokens.values() if each is not None]
        return (*own, *(each for each in self._config.token if folded(each.id) not in self._tokens))

    def set_token(self, answer: TokenAnswer) -> None:
        """Set the answer for a token, in place of that of the settings."""
        self._tokens[folded(answer.id)] = answer
        self._build()

    def remove_token(self, id_: str) -> None:
        """Remove the answer for a token. Raises LookupError if there is none."""
        known = [each.id for each in self.tokens]
        if folded(id_) not in map(folded, known):
            raise LookupError(f"there is no token {id_!r}{did_you_mean(id_, known)}")
        self._tokens[folded(id_)] = None
        self._build()

    def reset_tokens(self) -> None:
        """Drop the answers for tokens that were set at run time."""
        self._tokens.clear()
        self._build()

    @property
    def state(self) -> RuleState:
        """The current state, for `restore`."""
        return RuleState(self._rules, self._added, self.given, dict(self._counts), dict(self._tokens))

    def restore(self, state: RuleState, config: Config) -> None:
        """Return to an earlier state; `config` must be the settings of that time.

        Rules that have changed since then get their counts of that time.
        """
        self._rules, self._added, self._given = state.rules, state.added, state.given
        self._config, self._tokens = config, dict(state.tokens)
        self._build(state.counts)

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        """The rules that users wrote, in order: those with an answer, then the faults."""
        return _all(self._rules)

    def is_added(self, rule: Rule[Any]) -> bool:
        """Whether a rule was added at run time."""
        return rule.id in self._added

    def is_answer(self, rule: Rule[Any]) -> bool:
        """Whether a rule decides about an answer; False for a fault."""
        return rule in self._rules.answers

    def uses(self, id_: str) -> Mapping[str, int]:
        """By identity: how often each station has used a rule whose uses are limited."""
        return {station: uses for (each, station), uses in self._counts.items() if each == id_ and station != TOTAL}

    def hits(self, id_: str) -> int:
        """Return how often a rule was used, by all stations together."""
        return self._counts.get((id_, TOTAL), 0)

    def add(self, table: Table, at: int = 0) -> Sequence[str]:
        """Add the rules of a table (`match` with `reply`, `error`, `fault` …) after the first `at` rules of their kind.

        Returns the id of each new rule. Raises ValueError for a wrong table.
        """
        made, fresh = rules([table]), Rules()
        for kind in ("answers", "faults"):
            for rule in getattr(made, kind):
                self._number += 1
                id_ = fresh_name(_ADDED.format(self._number), {each.id for each in self.rules})
                fresh = records.replace(fresh, **{kind: (records.replace(rule, id=id_),)})
        self._rules = Rules(
            (*self._rules.answers[:at], *fresh.answers, *self._rules.answers[at:]),
            (*self._rules.faults[:at], *fresh.faults, *self._rules.faults[at:]),
        )
        ids = [rule.id for rule in _all(fresh)]
        self._added |= set(ids)
        self._build()
        return ids

    def change(self, id_: str, table: Table) -> None:
        """Replace the rule with that id by the one in a table; it keeps the id and the position, but not the count.

        Raises LookupError if there is no such rule, ValueError for a table that is not one rule of the same kind.
        """
        old, made = self.find(id_), rules([table])
        fresh = [*made.answers] if self.is_answer(old) else [*made.faults]
        if len(fresh) != 1 or len(_all(made)) != 1:
            raise ValueError("an answer can be changed into one other answer, a fault into one other fault")
        rule = records.replace(fresh[0], id=id_)
        self._counts = {key: uses for key, uses in self._counts.items() if key[0] != id_}
        self._put(lambda each: rule if each.id == id_ else each)

    def remove(self, id_: str) -> None:
        """Remove the rule with that id. Raises LookupError if there is no such rule."""
        self.find(id_)
        self._put(lambda each: None if each.id == id_ else each)

    def order(self, ids: Sequence[str]) -> None:
        """Put the rules in this order; rules that are not named follow in their old order.

        Raises LookupError for an unknown id.
        """
        ranks = {self.find(id_).id: rank for rank, id_ in enumerate(ids)}

        def rank(rule: Rule[Any]) -> int:
            return ranks.get(rule.id, len(ranks))

        answers, faults = sorted(self._rules.answers, key=rank), sorted(self._rules.faults, key=rank)
        self._rules = Rules(tuple(answers), tuple(faults))
        self._build()

    def find(self, id_: str) -> Rule[Any]:
        """Return the rule with that id. Raises LookupError if there is none."""
        for rule in self.rules:
            if rule.id == id_:
                return rule
        raise LookupError(f"there is no rule {id_!r}{did_you_mean(id_, [rule.id for rule in self.rules])}")

    def _put(self, change: Callable[[Rule[Any]], Rule[Any] | None]) -> None:
        """Replace each rule by the result of `change`; None removes the rule."""
        self._rules = _changed(self._rules, change)
        self._build()

    def _build(self, restored: Mapping[Any, int] | None = None) -> None:
        """Make the rule books again that are in use; within `at_once` that waits for the end.

        Rules that did not change keep their counts; `restored` replaces all counts.
        """
        if self._is_held:
            return
        self._effective = replace(self._config, rule=self._rules, token=self.tokens)
        counts: Counts = {}
        before, self._matches, in_use = self._matches, {}, list(self.replies)
        self.replies = _Made(self._make)
        old, self._counts = self._counts, counts
        for version in in_use:
            self.replies[version]
        changed = {key[1] for key, match in self._matches.items() if before.get(key) != match}
        same = {id_ for _, id_ in self._matches} - changed
        kept = {key: uses for key, uses in old.items() if key[0] in same}
        counts.update(kept if restored is None else restored)
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
    """The answers by version of OCPP; those of a version are made when they are first read."""

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
    """Give each rule a free id: its text, with a number if needed. So the same rule always has the same id."""
    used = set(taken)

    def named(rule: Rule[Any]) -> Rule[Any]:
        id_ = fresh_name(rule.name, used)
        used.add(id_)
        return records.replace(rule, id=id_)

    return _changed(all_rules, named)
