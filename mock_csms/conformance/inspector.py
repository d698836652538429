"""Lets the checks look at what happens, and turns what they say into findings. Pure: times come with the events."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mock_csms.conformance.facts import ALL_LESSONS, NEVER, Deadline, Known, Terms
from mock_csms.conformance.facts.names import STANDARD_NAMES
from mock_csms.conformance.facts.v2.repeated_values import Courses, is_acknowledged, is_expected
from mock_csms.conformance.subject import BROKEN, JUDGED, Check, Done, Later, Said, Word, Wrong
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.events import Connected, Event, Finding, Knocked, Received, Sent
from mock_csms.twin.lessons import Learners, is_sound, learners_of, occasions_of
from mock_csms.twin.seen import Seen, see, version_of
from mock_csms.twin.spellings import as_known

if TYPE_CHECKING:
    from mock_csms.conformance.exercised import Exercised

_NO_EVENT = Event(0.0, "")
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
        meet: Callable[[Known], None] | None = None,
        *,
        is_thorough: bool = False,
        exercised: "Exercised | None" = None,
    ) -> None:
        self._meet = meet
        self._exercised = exercised
        self._is_thorough = is_thorough
        self.known: dict[str, Known] = {}
        self._strangers: set[str] = set()
        """The stations that speak a version of OCPP that is not judged."""
        self.judge_by(checks, terms)

    def judge_by(self, checks: Collection[Check], terms: Terms) -> None:
        """Let these checks look from now on, on these terms; what is known stays known."""
        passwords = terms.passwords and {folded(each): terms.passwords[each] for each in terms.passwords}
        self._terms = terms = replace(terms, passwords=passwords)
        self._checks = {check.id: check for check in checks}
        if self._exercised is not None:
            self._exercised.watch(checks)
        self._watching: dict[tuple[str, str, str], _Watch] = {}
        self._courses: defaultdict[str, Courses] = defaultdict(dict)
        for known in self.known.values():
            known.terms = terms
            known.deadlines = {key: late for key, late in known.deadlines.items() if key[0] in self._checks}

    def look_at(self, event: Event) -> Sequence[Finding]:
        """Return what is wrong about an event, and what has become wrong by the time that it comes."""
        known = self.known.get(event.station)
        if known is not None and known.next_due >= event.at and not self._is_thorough and self._is_steady(event, known):
            return ()
        seen = see(event)
        if seen is None:
            return ()
        self._courses.pop(event.station, None)
        if (self._strangers or not seen.id) and self._is_of_another_version(event):
            return self._look_at_stranger(seen)
        if known is None:
            known = self._get_to_know(event.station)
        found = self._expire(known, event.at) if known.next_due < event.at else []
        seen = as_known(seen, known, STANDARD_NAMES)
        sound = (seen.is_sound and not known.unsound) or is_sound(seen, known)
        watch = self._watching.get((seen.kind, seen.action, seen.sort)) or self._watch(seen)
        for check in watch.checks if sound else watch.checks_of_any:
            said = check.judge(seen, known)
            if said is not None:
                found += self._hear(check, said, seen, known)
        if self._exercised is not None:
            self._exercised.look_at(seen, known, is_sound=sound)
        for learn in watch.learners if sound else watch.learners_of_any:
            learn(seen, known)
        if seen.kind == "disconnected":
            _forget(known)
        return found

    def _get_to_know(self, station: str) -> Known:
        """Begin with what is remembered of a station."""
        known = self.known[station] = Known(identity=station, terms=self._terms)
        if self._meet is not None:
            self._meet(known)
        return known

    def _is_of_another_version(self, event: Event) -> bool:
        """Whether a station speaks a version of OCPP that is not judged; what was known of it holds no longer then."""
        version = version_of(event)
        if type(event) is Connected and version.name in JUDGED:
            self._strangers.discard(event.station)
        elif type(event) is Connected:
            self._strangers.add(event.station)
            self.known.pop(event.station, None)
        elif type(event) is Knocked:  # who may not be let in
            return version.name not in JUDGED
        return event.station in self._strangers

    def _look_at_stranger(self, seen: Seen) -> list[Finding]:
        """Return what is wrong about an event in every version of OCPP; nothing is learned of it."""
        found: list[Finding] = []
        for check in [each for each in self._watch(seen).checks if not each.versions]:
            known = Known(identity=seen.event.station, terms=self._terms)
            said = check.judge(seen, known)
            if said is not None:
                found += self._hear(check, said, seen, known)
        return found

    def _is_steady(self, event: Event, known: Known) -> bool:
        """Learn what nothing can be wrong about; return whether an event is that."""
        if self._exercised is not None and self._exercised.wants_steady():
            return False
        if type(event) is Received:
            return is_expected(event, known, self._courses[known.identity])
        return type(event) is Sent and is_acknowledged(event, known)

    def tick(self, now: float) -> Sequence[Finding]:
        """Return what has become wrong by now, as nothing has happened."""
        found: list[Finding] = []
        for known in self.known.values():
            if known.next_due < now:
                found += self._expire(known, now)
        return found

    def _expire(self, known: Known, now: float) -> list[Finding]:
        """Return what has become wrong by now; a deadline that a check sets anew may have passed too."""
        found: list[Finding] = []
        for _ in range(_MOST_TURNS):
            if known.next_due >= now:
                break
            found += self._fall_due(known, now)
        return found

    def _fall_due(self, known: Known, now: float) -> list[Finding]:
        due = sorted((late.at, key) for key, late in known.deadlines.items() if late.at < now)
        found: list[Finding] = []
        for at, (id_, key) in due:
            late = known.deadlines.pop((id_, key), None)
            if late is None:
                continue
            check = self._checks[id_]
            seen = Seen(at, "due", "", key, late.text, late.message, _NO_EVENT)
            if self._exercised is not None:
                self._exercised.decide(check, seen, known)
            said = check.judge(seen, known) if ("due", "*") in check.on else late.text
            if said is not None:
                found += self._hear(check, said, seen, known)
        known.next_due = min((late.at for late in known.deadlines.values()), default=NEVER)
        return found

    def _hear(self, check: Check, said: Said, seen: Seen, known: Known) -> Iterator[Finding]:
        """Yield the findings in what a check says, and keep its deadlines."""
        for word in _words(said):
            match word:
                case Later():
                    at = seen.at + word.within
                    known.deadlines[check.id, word.key] = Deadline(at, word.text, seen.id, word.survives)
                    known.next_due = min(known.next_due, at)
                case Done():
                    if known.deadlines.pop((check.id, word.key), None) is not None:
                        self._note(check)
                case Wrong():
                    self._note(check)
                    yield _finding(check, word, seen, known)
                case text:
                    self._note(check)
                    yield _finding(check, Wrong(text), seen, known)

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


def _finding(check: Check, wrong: Wrong, seen: Seen, known: Known) -> Finding:
    messages = tuple(dict.fromkeys(id_ for id_ in (*wrong.messages, seen.id) if id_))
    severity = wrong.severity or check.severity
    why = "" if severity is check.severity else f"{severity}, not {check.severity}: {wrong.why}"
    return Finding(seen.at, known.identity, check.id, check.requirement, severity, wrong.text, messages, why)


def _forget(known: Known) -> None:
    """Drop the deadlines that end with the connection."""
    known.deadlines = {key: late for key, late in known.deadlines.items() if late.survives}
    known.next_due = min((late.at for late in known.deadlines.values()), default=NEVER)
