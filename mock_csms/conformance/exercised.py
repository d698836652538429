"""Notes which checks have judged anything: an occasion, an expired deadline, or a finding."""

from collections.abc import Collection, Set
from functools import cache
from typing import TypeAlias

from mock_csms.conformance.exercise import Exercise
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.judgings import checks_for
from mock_csms.conformance.occasions import EXERCISES
from mock_csms.conformance.subject import BROKEN, Check
from mock_csms.twin.seen import Occasion, Seen

_Kind: TypeAlias = tuple[str, str, str, str]
"""The version of a station, and the kind, the action and the sort of an event."""
_MOST_REPEATED = 1000
"""How many repeated values the checks examine, to find out which checks they exercise."""


class Exercised:
    """The ids of the checks that were exercised so far. The inspector reports the events to it."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self._open: list[Check] = []
        """The checks that were not exercised yet."""
        self._watching: dict[_Kind, list[Check]] = {}
        self._repeated_left = _MOST_REPEATED

    def watch(self, checks: Collection[Check]) -> None:
        """Note from now on which of these checks are exercised."""
        self._open = [check for check in checks if check.id not in self.ids]
        self._watching.clear()

    def add(self, id_: str) -> None:
        """Note that a check has judged something."""
        if id_ not in self.ids:
            self.ids.add(id_)
            self._open = [check for check in self._open if check.id != id_]
            self._watching.clear()

    def wants_repeated_values(self) -> bool:
        """Return whether all checks should look at the next value that may be a repeated one."""
        self._repeated_left -= self._repeated_left > 0
        return self._repeated_left > 0

    def look_at(self, seen: Seen, station: StationFacts, *, is_sound: bool) -> None:
        """Note which checks an event exercises, by the facts that were known before it."""
        key = (station.version, seen.kind, seen.action, seen.sort)
        watching = self._watching.get(key)
        if watching is None:
            watching = self._watching[key] = self._find(seen, station.version)
        for check in watching:
            row = EXERCISES.get(check.id) or Exercise(any_payload=check.any_payload)
            if (is_sound or row.any_payload) and row.holds(seen, station, check):
                self.add(check.id)

    def decide(self, check: Check, station: StationFacts) -> None:
        """Note that a deadline of a check has expired."""
        row = EXERCISES.get(check.id)
        if row is None or row.due(station):
            self.add(check.id)

    def _find(self, seen: Seen, version: str) -> list[Check]:
        actions = (seen.action, f"{seen.action}.{seen.detail}", f"{seen.action}.{seen.sort}", "*")
        occasions = {(seen.kind, action) for action in actions}
        open_ = checks_for(version, self._open)
        return [check for check in open_ if not occasions.isdisjoint(_occasions(check.id, check.on))]


@cache
def _occasions(id_: str, runs_at: tuple[Occasion, ...]) -> Set[Occasion]:
    """Return the occasions that may exercise a check, without broken messages, which lead to findings anyway."""
    on = (EXERCISES.get(id_) or Exercise()).on
    return frozenset(each for each in (runs_at if on is None else on) if not each[0].startswith(BROKEN))
