"""The rules of the mock and its answers for single tokens, from the settings and from changes at run time.

Every rule has an id. As long as a rule does not change, its count of uses stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import TOTAL, Counts, Rule
from mock_csms.protocol import records
from mock_csms.protocol.names import did_you_mean, fresh_name
from mock_csms.protocol.versions import Version
from mock_csms.runtime.token_answers import TokenAnswers
from mock_csms.settings import Config
from mock_csms.settings.layering import Layering, matches_same
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
        self._counts: Counts = {}
        self._layering = Layering(config, self._counts)
        self.replies: Mapping[Version, Replies] = _Made(self._layering.replies)
        """By version of OCPP: the answers; made when the first station of the version connects."""
        self._changed = changed
        self._rules = Rules()
        """All rules, in order."""
        self._added: frozenset[str] = frozenset()
        """The ids of the rules that were added at run time."""
        self._number = 0
        self._given: Rules | None = None
        """The rules of the last settings."""
        self.tokens = TokenAnswers()
        """The answers for single tokens."""
        self._is_held = False
        self._identified: tuple[Rules, frozenset[str], Rules] | None = None
        """Rules of settings, the ids that were taken, and these rules with their ids."""
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Replace the rules of the last settings by the rules of `config`; rules added at run time stay, before them.

        If `config` has the same rules as the last settings, no rule changes.
        """
        if config.rule is not self._given:
            kept = _changed(self._rules, lambda each: each if each.id in self._added else None)
            self._given = config.rule
            self._rules = kept + self._named(config.rule, self._added)
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
        self.tokens.clear()
        self._counts.clear()

    def restore_rules(self, given: Rules) -> None:
        """Return to these rules of the settings; rules that are the same keep their counts."""
        self._rules, self._added, self._given = self._named(given, frozenset()), frozenset(), given
        self._build()

    def reset_counts(self) -> None:
        """Set the counts of all rules to zero."""
        self._counts.clear()
        self._build()

    @property
    def settings(self) -> Config:
        """The last settings, with the rules and tokens that they had."""
        return replace(self._config, rule=self.given)

    def set_token(self, answer: TokenAnswer) -> None:
        """Set the answer for a token, in place of that of the settings."""
        self.tokens.set(answer)
        self._build()

    def remove_token(self, id_: str) -> None:
        """Remove the answer for a token. Raises LookupError if there is none."""
        self.tokens.remove(id_)
        self._build()

    def reset_tokens(self) -> None:
        """Drop the answers for tokens that were set at run time."""
        self.tokens.clear()
        self._build()

    @property
    def state(self) -> RuleState:
        """The current state, for `restore`."""
        return RuleState(self._rules, self._added, self.given, dict(self._counts), self.tokens.changes)

    def restore(self, state: RuleState, config: Config) -> None:
        """Return to an earlier state; `config` must be the settings of that time.

        Rules that have changed since then get their counts of that time.
        """
        self._rules, self._added, self._given = state.rules, state.added, state.given
        self._config = config
        self.tokens.restore(state.tokens)
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
        for key in [key for key in self._counts if key[0] == id_]:
            del self._counts[key]
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

    def below(self, version: Version) -> Replies:
        """Return the answers to stations of a version without the rules that users wrote, to compare the two."""
        return self._layering.below(version)

    def _named(self, given: Rules, taken: frozenset[str]) -> Rules:
        """Return rules of settings with their ids; the same objects if they are asked for again."""
        last = self._identified
        if last is None or last[0] is not given or last[1] != taken:
            last = self._identified = given, taken, _identified(given, taken)
        return last[2]

    def _build(self, restored: Mapping[Any, int] | None = None) -> None:
        """Make the rule books again that are in use and have changed; within `at_once` that waits for the end.

        Rules that did not change keep their counts; `restored` replaces all counts.
        """
        if self._is_held:
            return
        self.tokens.use(self._config.token)
        self._effective = replace(self._config, rule=self._rules, token=self.tokens.all)
        before = {version: self._layering.books(version) for version in self.replies}
        self.replies = _Made(self._layering.replies)
        self._layering.use(self._effective)
        after = {version: self._layering.books(version) for version in before if self.replies[version]}
        if restored is not None:
            self._counts.clear()
            self._counts.update(restored)
        else:
            same = {id_ for id_ in {key[0] for key in self._counts} if matches_same(before, after, id_)}
            for key in [key for key in self._counts if key[0] not in same]:
                del self._counts[key]
        self._changed(self._effective)


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
