"""Lets the checks look at what happens, and turns what they say into findings. Pure: times come with the events."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from mock_csms.behavior.events import Event, Finding
from mock_csms.conformance.known import FACTS, NEVER, Deadline, Known, Terms
from mock_csms.conformance.seen import Occasion, Seen, see
from mock_csms.conformance.subject import Check, Done, Later, Learner, Said, Word, Wrong
from mock_csms.protocol.records import Record

_NO_EVENT = Event(0.0, "")


class Inspector:
    """Looks at the events of all stations, each station by itself."""

    def __init__(self, checks: Collection[Check], terms: Terms) -> None:
        self.known: dict[str, Known] = {}
        self.judge_by(checks, terms)

    def judge_by(self, checks: Collection[Check], terms: Terms) -> None:
        """Let these checks look from now on, on these terms; what is known stays known."""
        self._terms = terms
        self._checks = {check.id: check for check in checks}
        self._watching: dict[Occasion, _Watch] = {}
        for known in self.known.values():
            known.terms = terms
            known.deadlines = {key: late for key, late in known.deadlines.items() if key[0] in self._checks}

    def look_at(self, event: Event) -> Sequence[Finding]:
        """Return what is wrong about an event, and what has become wrong by the time that it comes."""
        seen = see(event)
        if seen is None:
            return ()
        known = self.known.get(event.station)
        if known is None:
            known = self.known[event.station] = Known(event.station, self._terms)
        found = self._expire(known, event.at) if known.next_due < event.at else []
        occasion = (seen.kind, seen.action)
        watch = self._watching.get(occasion) or self._watch(occasion)
        for check in watch.checks if seen.is_sound else watch.checks_of_any:
            said = check.judge(seen, known)
            if said is not None:
                found += self._hear(check, said, seen, known)
        for learn in watch.learners if seen.is_sound else watch.learners_of_any:
            learn(seen, known)
        if seen.kind == "disconnected":
            _forget(known)
        return found

    def tick(self, now: float) -> Sequence[Finding]:
        """Return what has become wrong by now, as nothing has happened."""
        found: list[Finding] = []
        for known in self.known.values():
            if known.next_due < now:
                found += self._expire(known, now)
        return found

    def _expire(self, known: Known, now: float) -> list[Finding]:
        due = sorted((late.at, key) for key, late in known.deadlines.items() if late.at < now)
        found: list[Finding] = []
        for at, (id_, key) in due:
            late = known.deadlines.pop((id_, key), None)
            if late is None:
                continue
            check = self._checks[id_]
            seen = Seen(at, "due", "", key, late.text, late.message, _NO_EVENT)
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
                    known.deadlines.pop((check.id, word.key), None)
                case Wrong():
                    yield _finding(check, word, seen, known)
                case text:
                    yield _finding(check, Wrong(text), seen, known)

    def _watch(self, occasion: Occasion) -> "_Watch":
        """Find who looks at an occasion, once."""
        wanted = {occasion, (occasion[0], "*")}
        checks = [check for check in self._checks.values() if wanted.intersection(check.on)]
        learning = [each for facts in FACTS for each in facts.learning if wanted.intersection(each.on)]
        watch = self._watching[occasion] = _Watch(
            tuple(checks),
            tuple(check for check in checks if check.any_payload),
            tuple(each.learn for each in learning),
            tuple(each.learn for each in learning if each.any_payload),
        )
        return watch


class _Watch(Record):
    """Who looks at an occasion: checks and learners, and those of them that take any payload."""

    checks: tuple[Check, ...]
    checks_of_any: tuple[Check, ...]
    learners: tuple[Learner, ...]
    learners_of_any: tuple[Learner, ...]


def _words(said: Said) -> Iterable[Word]:
    return [said] if isinstance(said, str | Record) else said or ()


def _finding(check: Check, wrong: Wrong, seen: Seen, known: Known) -> Finding:
    messages = tuple(dict.fromkeys(id_ for id_ in (*wrong.messages, seen.id) if id_))
    severity = wrong.severity or check.severity
    return Finding(seen.at, known.identity, check.id, check.requirement, severity, wrong.text, messages)


def _forget(known: Known) -> None:
    """Drop the deadlines that end with the connection."""
    known.deadlines = {key: late for key, late in known.deadlines.items() if late.survives}
    known.next_due = min((late.at for late in known.deadlines.values()), default=NEVER)
