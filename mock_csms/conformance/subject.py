"""What a check is, and what it may return. The checks are in `common/` and `v2/`, in a file for each subject.

A check is a pure function of what is seen and of what was known of the station *before* that. It returns None, or one
or several of these: a text (a finding), `Wrong` (a finding with more to it), `Later` (a finding unless `Done` comes in
time), and `Done`.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import V201
from mock_csms.twin.events import Severity
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import Occasion, Seen

INFO, WARNING, ERROR = Severity

JUDGED = (V201.name,)
"""The versions of OCPP whose stations are judged."""
OF_V2 = (V201.name,)
"""The `versions` of the checks in `v2/`."""
EVERY: tuple[str, ...] = ()
"""The `versions` of a check that holds for every version of OCPP."""


class Wrong(Record):
    """A finding that has more than a text."""

    text: str
    messages: tuple[str, ...] = ()
    """The ids of other messages that are concerned."""
    severity: Severity | None = None
    """Another severity than that of the check; None for the check's own."""
    why: str = ""
    """Why it has another severity."""


class Later(Record):
    """Sets a deadline: this becomes a finding unless the check returns `Done` in time.

    A new one with the same key replaces it.
    """

    text: str
    within: float
    """How many seconds there are until the deadline."""
    key: Hashable = ""
    """Tells the deadlines of one check apart."""
    survives: bool = False
    """Whether it stays when the connection is lost. Others are dropped then, as the station cannot meet them."""


class Done(Record):
    """Cancels a deadline: what had to come has come, or does not have to come any more."""

    key: Hashable = ""
    """The key of the `Later`."""


class Due(Record):
    """A deadline of a check that has passed."""

    at: float
    """When it was due, in seconds since 1970."""
    key: Any
    """The key of the `Later`, as the check gave it."""
    text: str
    """The text of the `Later`."""
    id: str
    """The id of the message at which the check set the deadline; empty where that was no message."""


BROKEN = "broken "
"""The prefix of the kind of an occasion that counts only if the message breaks its schema."""

Word: TypeAlias = str | Wrong | Later | Done
"""One thing that a check may return."""
Said: TypeAlias = Word | Iterable[Word] | None
Judge: TypeAlias = Callable[[Seen, KnownStation], Said]
DueJudge: TypeAlias = Callable[[Due, KnownStation], Said]
Learner: TypeAlias = Callable[[Seen, KnownStation], None]


class Check(Record):
    """One clause that is judged: its row in the table of checks (docs/conformance.md)."""

    id: str
    subject: str
    """The name of its subject."""
    requirement: str
    """The clause of OCPP, or of another standard."""
    severity: Severity
    """The severity of its findings, where they do not say another one."""
    title: str
    """What is right."""
    judge: Judge
    on: tuple[Occasion, ...]
    """The occasions that it looks at."""
    implies: tuple[str, ...] = ()
    """The checks that mostly find something too where this one does."""
    any_payload: bool = False
    """Whether it also looks at messages that break their schema, whose payload may be anything."""
    versions: tuple[str, ...] = OF_V2
    """The names of the versions of OCPP that it is for. EVERY is all of them: then it knows only what it sees."""
    due: DueJudge | None = None
    """Judges its deadlines that have passed; None where each is a finding with its own text."""


class Subject:
    """The checks of one subject, and the learners that they need. Decorators of the functions add them."""

    def __init__(self, name: str, versions: tuple[str, ...] = OF_V2) -> None:
        self.name = name
        self._versions = versions
        self.checks: dict[str, Check] = {}
        self.lessons: list[Lesson] = []

    def of(self, versions: tuple[str, ...]) -> "Subject":
        """Return the same subject. Checks that are added to the returned one are for those versions of OCPP."""
        same = Subject(self.name, versions)
        same.checks, same.lessons = self.checks, self.lessons
        return same

    def check(
        self,
        id_: str,
        requirement: str,
        severity: Severity,
        title: str,
        *on: tuple[Occasion, ...],
        implies: tuple[str, ...] = (),
        any_payload: bool = False,
    ) -> Callable[[Judge], Judge]:
        """Make a function the check with that id. Each of `on` is a group of occasions at which it looks."""

        def listed(judge: Judge) -> Judge:
            occasions = tuple(occasion for some in on for occasion in some)
            row = (id_, self.name, requirement, severity, title, judge, occasions, implies, any_payload, self._versions)
            self.checks[id_] = Check(*row)
            return judge

        return listed

    def deadline(self, *ids: str) -> Callable[[DueJudge], DueJudge]:
        """Let a function judge the deadlines of those checks when they have passed."""

        def listed(judge: DueJudge) -> DueJudge:
            for id_ in ids:
                self.checks[id_] = replace(self.checks[id_], due=judge)
            return judge

        return listed

    def learn(self, *on: tuple[Occasion, ...], any_payload: bool = False) -> Callable[[Learner], Learner]:
        """Let a function learn from those occasions. Learners run after all checks."""

        def listed(learner: Learner) -> Learner:
            self.lessons.append(lesson(learner, *on, any_payload=any_payload))
            return learner

        return listed


def broken(*occasions: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    """Return those occasions where the message breaks its schema."""
    return tuple((BROKEN + kind, action) for some in occasions for kind, action in some)
