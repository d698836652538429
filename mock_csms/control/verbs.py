"""The methods of the Python API that exist in the HTTP API too: rules, tokens, events, snapshots and registrations."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from mock_csms.behavior.dialect import TokenAnswer
from mock_csms.behavior.notation import parse_expectation
from mock_csms.control.tuning import PARTS, Tuning
from mock_csms.protocol.actions import Json
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import tables
from mock_csms.watch.blocks import Logged
from mock_csms.watch.journal import Journal
from mock_csms.watch.reading import line_of
from mock_csms.watch.records import Recorder
from mock_csms.watch.search import Criteria, content_of, criteria, explain, wait_for_events


class Verbs:
    """The methods of the Python API that the HTTP API has too."""

    _mock: CsmsServer
    _records: Recorder
    _tuning: Tuning

    # Rules.

    @property
    def rules(self) -> Mapping[str, str]:
        """The text of each current rule that a user wrote, by id: answers first, then faults."""
        return {rule.id: rule.name for rule in self._mock.rulebase.rules}

    def add_rule(self, match: str, *, at: int = 0, **then: Any) -> str:
        """Add a rule after the first `at` rules, by default before all, and return its id.

        `then` is one of `reply`, `reply_raw`, `error` and `fault`, as in a [[rule]] of a configuration file. Raises
        ValueError for a wrong rule.
        """
        return self._mock.rulebase.add(_table(match, then), at)[0]

    def change_rule(self, id_: str, match: str, **then: Any) -> None:
        """Replace the rule with that id by another one of the same kind, which keeps the id and the position.

        Raises LookupError if there is no such rule, ValueError for a wrong rule.
        """
        self._mock.rulebase.change(id_, _table(match, then))

    def remove_rule(self, id_: str) -> None:
        """Remove the rule with that id. Raises LookupError if there is no such rule."""
        self._mock.rulebase.remove(id_)

    def order_rules(self, *ids: str) -> None:
        """Change the order of the rules; rules that are not named follow at the end.

        Raises LookupError for an unknown id.
        """
        self._mock.rulebase.order(ids)

    def hits(self, id_: str) -> int:
        """Return how often a rule was used, by all stations together. Raises LookupError if there is no such rule."""
        return self._mock.rulebase.hits(self._mock.rulebase.find(id_).id)

    # Tokens.

    @property
    def tokens(self) -> Mapping[str, TokenAnswer]:
        """The answers for single idTokens, by id."""
        return {answer.id: answer for answer in reversed(self._mock.rulebase.tokens.all)}

    def set_token(self, id_: str, status: str, **more: Any) -> None:
        """Set the answer for an idToken; `more` has the keys of a [[token]] of a configuration file.

        It stays until it is removed; `configure` does not remove it. Raises ValueError for a wrong token.
        """
        [answer] = tables.tokens([{"id": id_, "status": status, **keys(more)}])
        self._mock.rulebase.set_token(answer)

    def remove_token(self, id_: str) -> None:
        """Remove the answer for an idToken: `auth_mode` decides again. Raises LookupError if there is none."""
        self._mock.rulebase.remove_token(id_)

    # Events.

    @property
    def cursor(self) -> int:
        """The number of the last event, for `after` of `events` and `wait_for`."""
        return self._journal.cursor

    def events(self, match: str = "", *, after: int = 0, limit: int = 1000, **which: str) -> Sequence[Json]:
        """Return events after a number, at most `limit`: each as the event log has it, with its number as `seq`.

        match: as in `expect`, without a count. `which` are `station`, `kind`, `type`, `action` and `finding`, as for
        `GET /api/v1/events`. Raises ValueError for an unknown kind, type or action.
        """
        what, journal = _criteria(match, which), self._journal
        found = (each for each in journal.between(after, journal.cursor + 1) if what.suits(each))
        return [_content(each) for each in islice(found, limit)]

    async def wait_for(
        self, match: str = "", *, after: int = 0, count: int = 1, within: float = 5.0, **which: str
    ) -> Sequence[Json]:
        """Wait until `count` matching events came after a number, and return them.

        Several callers may get the same events.

        Raises AssertionError with the events that came instead, if they do not come within `within` seconds.
        """
        __tracebackhide__ = True  # for pytest, because the message of the error is enough
        what = _criteria(match, which)
        waited = await wait_for_events(self._journal, what, after, count, within)
        if not waited.is_met:
            raise AssertionError(explain(self._journal, what, waited, after, within, line_of))
        return [_content(each) for each in waited.events]

    @property
    def _journal(self) -> Journal:
        journal = self._records.journal
        assert journal is not None, "the mock has not been started"  # noqa: S101 - a mistake of the program
        return journal

    # Stations, snapshots and resets.

    def register(self, station: str, password: str | None = None) -> None:
        """Register a station so that it may connect like one of `known_stations`; a `password` must then match."""
        if password is not None:
            self._records.secrets.hide(password)
        self._mock.door.registrations.add(station, password)

    def forget(self, station: str) -> None:
        """Remove a registration, and forget the facts about a station.

        Raises ValueError if the station is connected.
        """
        if self._mock.session_of(station) is not None:
            raise ValueError(f"{station} is connected; disconnect it first")
        self._mock.door.registrations.remove(station)
        self._mock.forget(station)

    def take_snapshot(self, name: str) -> None:
        """Save settings, rules, tokens and counters under a name."""
        self._tuning.take_snapshot(name)

    def restore_snapshot(self, name: str) -> None:
        """Return to a snapshot; stations stay connected. Raises LookupError if there is none with that name."""
        self._tuning.restore_snapshot(name)

    def reset(self, *parts: str) -> None:
        """Reset `rules`, `tokens`, `settings` or `counters` to the state at the start; without parts, all of them."""
        if unknown := set(parts) - set(PARTS):
            raise ValueError(f"{unknown.pop()!r} is not one of {', '.join(PARTS)}")
        self._tuning.reset(parts or PARTS)


def _criteria(match: str, which: Mapping[str, str]) -> Criteria:
    unknown = set(which) - {"station", "kind", "type", "action", "finding"}
    if unknown:
        raise TypeError(f"{unknown.pop()!r} is not one of station, kind, type, action and finding")
    return criteria(which, parse_expectation(match, counted=False) if match else None)


def _content(logged: Logged) -> Json:
    return {"seq": logged.seq, **content_of(logged)}


def _table(match: str, then: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(then) != 1:
        raise ValueError("a rule has one of reply, reply_raw, error and fault")
    return {"match": match, **keys(then)}


def keys(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return keyword arguments with the keys of a configuration file."""
    return {name.replace("_", "-"): value for name, value in given.items()}
