"""Runs the checks on the events, and makes findings of their results. Pure: the time is that of the events."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mock_csms.conformance.check_table import check_table, running_at
from mock_csms.conformance.facts.makes import new_makes
from mock_csms.conformance.facts.station import NEVER, Deadline, StationFacts, Terms
from mock_csms.conformance.judging import Courses
from mock_csms.conformance.judgings import JUDGINGS
from mock_csms.conformance.subject import Check, CheckResult, Done, Due, Later, ResultPart, Wrong
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import DEFAULT
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.events import Connected, Event, Finding, Knocked, Received, Sent
from mock_csms.twin.lessons import is_sound, occasions_of
from mock_csms.twin.seen import Seen, see, version_of
from mock_csms.twin.spellings import as_known

if TYPE_CHECKING:
    from mock_csms.conformance.exercised import Exercised

_MOST_TURNS = 100
"""How many rounds of expired deadlines one event triggers. After a long silence, the rest waits for the next event."""


class Inspector:
    """Runs checks and learners on the events of all stations, each station by itself.

    For each event the checks run first, then the learners update the record of the station, which is its twin too. The
    version of a station decides which checks and learners these are (`judgings.py`). No check can find anything in
    repeated values, so they skip the checks.

    meet: called with the record of each new station, to fill in facts from earlier runs. is_thorough: the checks look
    at repeated values too. exercised: notes which checks have judged anything.
    """

    def __init__(
        self,
        checks: Collection[Check],
        terms: Terms,
        meet: Callable[[StationFacts], None] | None = None,
        *,
        is_thorough: bool = False,
        exercised: "Exercised | None" = None,
    ) -> None:
        self._meet = meet
        self._exercised = exercised
        self._is_thorough = is_thorough
        self.stations: dict[str, StationFacts] = {}
        """The record of each station, by its identity."""
        self._makes = new_makes()
        self.strangers: set[str] = set()
        """The identities of stations with a version of OCPP that the checks do not judge."""
        self._unexpected: Call | None = None
        """The last call that `takes_call` has refused; the next question about it is skipped."""
        self.judge_by(checks, terms)

    def judge_by(self, checks: Collection[Check], terms: Terms) -> None:
        """Use these checks and terms from now on. The records of the stations are kept.

        The findings of one event come in the order of `checks`.
        """
        passwords = terms.passwords and {folded(each): terms.passwords[each] for each in terms.passwords}
        self._terms = terms = replace(terms, passwords=passwords)
        self._ranks = {check.id: rank for rank, check in enumerate(checks)}
        self._general = [check for check in checks if not check.versions]
        self._tables = {name: check_table(name, checks) for name in JUDGINGS}
        if self._exercised is not None:
            self._exercised.watch(checks)
        self._courses: defaultdict[str, Courses] = defaultdict(dict)
        for station in self.stations.values():
            station.terms, known = terms, self._tables[station.version].checks
            station.deadlines = {key: late for key, late in station.deadlines.items() if key[0] in known}

    def look_at(self, event: Event) -> Sequence[Finding]:
        """Return the findings of an event, after those of the deadlines that expired before it."""
        station = self.stations.get(event.station)
        if (
            station is not None
            and station.next_due >= event.at
            and not self._is_thorough
            and self._is_repeated(event, station)
        ):
            return ()
        seen = see(event)
        if seen is None:
            return ()
        self._courses.pop(event.station, None)
        if (self.strangers or not seen.id) and self._is_of_another_version(event):
            return self._look_at_stranger(seen)
        station = self.stations.get(event.station) or self._get_to_know(
            event.station, (seen.version if seen.id else version_of(event)).name
        )
        found = self._expire(station, event.at) if station.next_due < event.at else []
        table = self._tables[station.version]
        seen = as_known(seen, station, table.judging.names)
        sound = (seen.is_sound and not station.unsound) or is_sound(seen, station)
        watch = table.watching.get((seen.kind, seen.action, seen.sort)) or table.watch(seen)
        for check in watch.checks if sound else watch.checks_of_any:
            result = check.judge(seen, station)
            if result is not None:
                found += self._findings_in(check, result, seen, station)
        if self._exercised is not None:
            self._exercised.look_at(seen, station, is_sound=sound)
        for learn in watch.learners if sound else watch.learners_of_any:
            learn(seen, station)
        if seen.kind == "disconnected":
            _forget(station)
        return found

    def forget(self, identity: str) -> StationFacts | None:
        """Drop the record of a station and return it. If the station comes back, it is new to the checks."""
        self._courses.pop(identity, None)
        self.strangers.discard(identity)
        return self.stations.pop(identity, None)

    def _get_to_know(self, identity: str, version: str) -> StationFacts:
        """Create the record of a new station, with the facts from earlier runs."""
        name = version if version in JUDGINGS else DEFAULT.name
        station = JUDGINGS[name].station(identity=identity, terms=self._terms, version=name, makes=self._makes)
        self.stations[identity] = station
        if self._meet is not None:
            self._meet(station)
            station.version, station.deadlines, station.next_due = name, {}, NEVER  # an earlier twin may have others
        return station

    def _is_of_another_version(self, event: Event) -> bool:
        """Return whether the checks do not judge a station's version of OCPP; then drop its record."""
        version = version_of(event).name
        if type(event) is Connected and version in JUDGINGS:
            self.strangers.discard(event.station)
            self._change(event.station, version)
        elif type(event) is Connected:
            self.strangers.add(event.station)
            self.stations.pop(event.station, None)
        elif type(event) is Knocked:  # the mock may still refuse this handshake
            return version not in JUDGINGS
        return event.station in self.strangers

    def _change(self, identity: str, version: str) -> None:
        """Make a new record for a station that speaks another version than before; only facts on connections stay."""
        station = self.stations.get(identity)
        if station is not None and station.version != version:
            self._courses.pop(identity, None)
            self._get_to_know(identity, version).connections = station.connections

    def _look_at_stranger(self, seen: Seen) -> list[Finding]:
        """Return the findings of the checks that hold for every version of OCPP. The learners skip the event."""
        found: list[Finding] = []
        for check in running_at(occasions_of(seen), self._general):
            station = StationFacts(identity=seen.event.station, terms=self._terms)
            result = check.judge(seen, station)
            if result is not None:
                found += self._findings_in(check, result, seen, station)
        return found

    def _is_repeated(self, event: Event, station: StationFacts) -> bool:
        """Return whether an event is a repeated value, or the answer to one; if so, learn from it."""
        if self._exercised is not None and self._exercised.wants_repeated_values():
            return False
        if type(event) is not Received:
            return type(event) is Sent and self._tables[station.version].judging.is_acknowledged(event, station)
        call = event.message
        if type(call) is not Call or event.violations or event.is_refused or event.binary or call is self._unexpected:
            return False
        judging = self._tables[station.version].judging
        if not judging.is_repeated(call, event.at, station, self._courses[station.identity]):
            return False
        station.connections.calls[call.id] = (call.action, event.at)
        return True

    def takes_call(self, call: Call, at: float, identity: str, answer: Json) -> bool:
        """Return whether no check can find anything in a call nor in its answer; if so, learn from the call.

        The call is typed and without violations, came at `at`, and gets `answer` at once, as `takes_answer` tells.
        """
        station = self.stations.get(identity)
        if station is None or station.next_due < at or self._is_thorough:
            return False
        judging = self._tables[station.version].judging
        if not judging.is_acknowledgement(call, answer, station):
            return False
        if self._exercised is not None and self._exercised.wants_repeated_values():
            return False
        if judging.is_repeated(call, at, station, self._courses[identity]):
            return True
        self._unexpected = call
        return False

    def takes_answer(self, answered: AnsweredCall) -> None:
        """Learn from the answer to the call that `takes_call` has just taken."""
        station = self.stations[answered.station]
        judging = self._tables[station.version].judging
        judging.note_acknowledgement(answered.call, answered.answered_at, answered.payload, station)

    def misses_answer(self, call: Call, at: float, identity: str) -> None:
        """Note that the call that `takes_call` has just taken was not answered."""
        self.stations[identity].connections.calls[call.id] = (call.action, at)

    def tick(self, now: float) -> Sequence[Finding]:
        """Return the findings of the deadlines that have expired by now, also if no event came."""
        found: list[Finding] = []
        for station in self.stations.values():
            if station.next_due < now:
                found += self._expire(station, now)
        return found

    def _expire(self, station: StationFacts, now: float) -> list[Finding]:
        """Return the findings of a station's expired deadlines, also of those that a check then sets in the past."""
        found: list[Finding] = []
        for _ in range(_MOST_TURNS):
            if station.next_due >= now:
                break
            found += self._fall_due(station, now)
        return found

    def _fall_due(self, station: StationFacts, now: float) -> list[Finding]:
        passed = [(late.at, key) for key, late in station.deadlines.items() if late.at < now]
        passed.sort(key=lambda each: (each[0], self._ranks[each[1][0]]))
        found: list[Finding] = []
        for at, (id_, key) in passed:
            late = station.deadlines.pop((id_, key), None)
            if late is None:
                continue
            check = self._tables[station.version].checks[id_]
            due = Due(at, key, late.text, late.message)
            if self._exercised is not None:
                self._exercised.decide(check, station)
            result = late.text if check.due is None else check.due(due, station)
            if result is not None:
                found += self._findings_in(check, result, due, station)
        station.next_due = min((late.at for late in station.deadlines.values()), default=NEVER)
        return found

    def _findings_in(
        self, check: Check, result: CheckResult, seen: Seen | Due, station: StationFacts
    ) -> Iterator[Finding]:
        """Yield the findings in the results of a check, and set or cancel its deadlines."""
        for part in _parts_of(result):
            match part:
                case Later():
                    at = seen.at + part.within
                    station.deadlines[check.id, part.key] = Deadline(at, part.text, seen.id, part.survives)
                    station.next_due = min(station.next_due, at)
                case Done():
                    if station.deadlines.pop((check.id, part.key), None) is not None:
                        self._note(check)
                case Wrong():
                    self._note(check)
                    yield _finding(check, part, seen, station)
                case text:
                    self._note(check)
                    yield _finding(check, Wrong(text), seen, station)

    def _note(self, check: Check) -> None:
        """Note that a check has judged something."""
        if self._exercised is not None:
            self._exercised.add(check.id)


def _parts_of(result: CheckResult) -> Iterable[ResultPart]:
    return [result] if isinstance(result, str | Record) else result or ()


def _finding(check: Check, wrong: Wrong, seen: Seen | Due, station: StationFacts) -> Finding:
    messages = tuple(dict.fromkeys(id_ for id_ in (*wrong.messages, seen.id) if id_))
    severity = wrong.severity or check.severity
    why = "" if severity is check.severity else f"{severity}, not {check.severity}: {wrong.why}"
    return Finding(seen.at, station.identity, check.id, check.requirement, severity, wrong.text, messages, why)


def _forget(station: StationFacts) -> None:
    """Drop the deadlines that end with the connection."""
    station.deadlines = {key: late for key, late in station.deadlines.items() if late.survives}
    station.next_due = min((late.at for late in station.deadlines.values()), default=NEVER)
