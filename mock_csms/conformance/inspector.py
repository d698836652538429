"""Lets the checks look at what happens, and turns what they say into findings. Pure: times come with the events."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mock_csms.conformance.facts.station import NEVER, Deadline, KnownStation, Terms
from mock_csms.conformance.lessons.table import ALL_LESSONS
from mock_csms.conformance.lessons.v2.repeated_values import Courses, follow, is_acknowledged
from mock_csms.conformance.subject import BROKEN, JUDGED, Check, Done, Due, Later, Said, Word, Wrong
from mock_csms.conformance.v2.names import STANDARD_NAMES
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.v2.identifiers import folded
from mock_csms.twin.events import Connected, Event, Finding, Knocked, Received, Sent
from mock_csms.twin.lessons import Learners, is_sound, learners_of, occasions_of
from mock_csms.twin.seen import Seen, see, version_of
from mock_csms.twin.spellings import as_known

if TYPE_CHECKING:
    from mock_csms.conformance.exercised import Exercised

_MOST_TURNS = 100
"""How often deadlines are looked at for one event: after a long silence, some wait for the next one."""


class Inspector:
    """Looks at the events of all stations, each station by itself; who is new is told to `meet`, to be remembered.

    It folds what is `known` of a station, which is its twin too, after the checks looked. Nothing can be found in
    repeated values; the checks look at them too where it `is_thorough`. Which checks have judged anything is told to
    `exercised`, if somebody wants to know.
    """

    def __init__(
        self,
        checks: Collection[Check],
        terms: Terms,
        meet: Callable[[KnownStation], None] | None = None,
        *,
        is_thorough: bool = False,
        exercised: "Exercised | None" = None,
    ) -> None:
        self._meet = meet
        self._exercised = exercised
        self._is_thorough = is_thorough
        self.stations: dict[str, KnownStation] = {}
        self._strangers: set[str] = set()
        """The stations that speak a version of OCPP that is not judged."""
        self.judge_by(checks, terms)

    def judge_by(self, checks: Collection[Check], terms: Terms) -> None:
        """Let these checks look from now on, on these terms; what is known stays known."""
        passwords = terms.passwords and {folded(each): terms.passwords[each] for each in terms.passwords}
        self._terms = terms = replace(terms, passwords=passwords)
        self._checks = {check.id: check for check in checks}
        self._ranks = {id_: rank for rank, id_ in enumerate(self._checks)}
        if self._exercised is not None:
            self._exercised.watch(checks)
        self._watching: dict[tuple[str, str, str], _Watch] = {}
        self._courses: defaultdict[str, Courses] = defaultdict(dict)
        for station in self.stations.values():
            station.terms = terms
            station.deadlines = {key: late for key, late in station.deadlines.items() if key[0] in self._checks}

    def look_at(self, event: Event) -> Sequence[Finding]:
        """Return what is wrong about an event, and what has become wrong by the time that it comes."""
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
        if (self._strangers or not seen.id) and self._is_of_another_version(event):
            return self._look_at_stranger(seen)
        if station is None:
            station = self._get_to_know(event.station)
        found = self._expire(station, event.at) if station.next_due < event.at else []
        seen = as_known(seen, station, STANDARD_NAMES)
        sound = (seen.is_sound and not station.unsound) or is_sound(seen, station)
        watch = self._watching.get((seen.kind, seen.action, seen.sort)) or self._watch(seen)
        for check in watch.checks if sound else watch.checks_of_any:
            said = check.judge(seen, station)
            if said is not None:
                found += self._hear(check, said, seen, station)
        if self._exercised is not None:
            self._exercised.look_at(seen, station, is_sound=sound)
        for learn in watch.learners if sound else watch.learners_of_any:
            learn(seen, station)
        if seen.kind == "disconnected":
            _forget(station)
        return found

    def _get_to_know(self, identity: str) -> KnownStation:
        """Begin with what is remembered of a station."""
        station = self.stations[identity] = KnownStation(identity=identity, terms=self._terms)
        if self._meet is not None:
            self._meet(station)
        return station

    def _is_of_another_version(self, event: Event) -> bool:
        """Whether a station speaks a version of OCPP that is not judged; what was known of it holds no longer then."""
        version = version_of(event)
        if type(event) is Connected and version.name in JUDGED:
            self._strangers.discard(event.station)
        elif type(event) is Connected:
            self._strangers.add(event.station)
            self.stations.pop(event.station, None)
        elif type(event) is Knocked:  # who may not be let in
            return version.name not in JUDGED
        return event.station in self._strangers

    def _look_at_stranger(self, seen: Seen) -> list[Finding]:
        """Return what is wrong about an event in every version of OCPP; nothing is learned of it."""
        found: list[Finding] = []
        for check in [each for each in self._watch(seen).checks if not each.versions]:
            station = KnownStation(identity=seen.event.station, terms=self._terms)
            said = check.judge(seen, station)
            if said is not None:
                found += self._hear(check, said, seen, station)
        return found

    def _is_repeated(self, event: Event, station: KnownStation) -> bool:
        """Learn what nothing can be wrong about; return whether an event is that."""
        if self._exercised is not None and self._exercised.wants_repeated_values():
            return False
        if type(event) is Received:
            return follow(event, station, self._courses[station.identity])
        return type(event) is Sent and is_acknowledged(event, station)

    def tick(self, now: float) -> Sequence[Finding]:
        """Return what has become wrong by now, as nothing has happened."""
        found: list[Finding] = []
        for station in self.stations.values():
            if station.next_due < now:
                found += self._expire(station, now)
        return found

    def _expire(self, station: KnownStation, now: float) -> list[Finding]:
        """Return what has become wrong by now; a deadline that a check sets anew may have passed too."""
        found: list[Finding] = []
        for _ in range(_MOST_TURNS):
            if station.next_due >= now:
                break
            found += self._fall_due(station, now)
        return found

    def _fall_due(self, station: KnownStation, now: float) -> list[Finding]:
        passed = [(late.at, key) for key, late in station.deadlines.items() if late.at < now]
        passed.sort(key=lambda each: (each[0], self._ranks[each[1][0]]))
        found: list[Finding] = []
        for at, (id_, key) in passed:
            late = station.deadlines.pop((id_, key), None)
            if late is None:
                continue
            check = self._checks[id_]
            due = Due(at, key, late.text, late.message)
            if self._exercised is not None:
                self._exercised.decide(check, station)
            said = late.text if check.due is None else check.due(due, station)
            if said is not None:
                found += self._hear(check, said, due, station)
        station.next_due = min((late.at for late in station.deadlines.values()), default=NEVER)
        return found

    def _hear(self, check: Check, said: Said, seen: Seen | Due, station: KnownStation) -> Iterator[Finding]:
        """Yield the findings in what a check says, and keep its deadlines."""
        for word in _words(said):
            match word:
                case Later():
                    at = seen.at + word.within
                    station.deadlines[check.id, word.key] = Deadline(at, word.text, seen.id, word.survives)
                    station.next_due = min(station.next_due, at)
                case Done():
                    if station.deadlines.pop((check.id, word.key), None) is not None:
                        self._note(check)
                case Wrong():
                    self._note(check)
                    yield _finding(check, word, seen, station)
                case text:
                    self._note(check)
                    yield _finding(check, Wrong(text), seen, station)

    def _note(self, check: Check) -> None:
        """Note that a check has judged something."""
        if self._exercised is not None:
            self._exercised.add(check.id)

    def _watch(self, seen: Seen) -> "_Watch":
        """Find who looks at an occasion, once."""
        occasions = occasions_of(seen)
        broken = {(BROKEN + kind, action) for kind, action in occasions}
        every = self._checks.values()
        checks = [check for check in every if occasions.intersection(check.on)]
        of_any = [each for each in every if broken.intersection(each.on) or (each.any_payload and each in checks)]
        learners, learners_of_any = learners_of(ALL_LESSONS, occasions)
        watch = self._watching[seen.kind, seen.action, seen.sort] = _Watch(
            tuple(checks), tuple(of_any), learners, learners_of_any
        )
        return watch


class _Watch(Record):
    """Who looks at an occasion: checks and learners, and those of them that take any payload."""

    checks: tuple[Check, ...]
    checks_of_any: tuple[Check, ...]
    learners: Learners
    learners_of_any: Learners


def _words(said: Said) -> Iterable[Word]:
    return [said] if isinstance(said, str | Record) else said or ()


def _finding(check: Check, wrong: Wrong, seen: Seen | Due, station: KnownStation) -> Finding:
    messages = tuple(dict.fromkeys(id_ for id_ in (*wrong.messages, seen.id) if id_))
    severity = wrong.severity or check.severity
    why = "" if severity is check.severity else f"{severity}, not {check.severity}: {wrong.why}"
    return Finding(seen.at, station.identity, check.id, check.requirement, severity, wrong.text, messages, why)


def _forget(station: KnownStation) -> None:
    """Drop the deadlines that end with the connection."""
    station.deadlines = {key: late for key, late in station.deadlines.items() if late.survives}
    station.next_due = min((late.at for late in station.deadlines.values()), default=NEVER)
