"""What a check is, and what it may say. Checks stand by subject in the other files of this folder.

A check is a pure function of what is seen and of what was known of the station *before* it. It returns nothing, or one
or several of: a text (the finding), `Wrong` (one with more to it), `Later` (a finding unless `Done` comes in time).
"""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeAlias

from mock_csms.conformance.facts.station import Known
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Severity
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import Occasion, Seen

INFO, WARNING, ERROR = Severity

JUDGED = ("2.0.1",)
"""The versions of OCPP whose stations are judged."""
EVERY: tuple[str, ...] = ()
"""The versions of a check that is for every one."""


class Wrong(Record):
    """A finding that says more than its text: the ids of other messages that are concerned, or another severity.

    why: why it has not the severity of its check; without that the severity is the check's.
    """

    text: str
    messages: tuple[str, ...] = ()
    severity: Severity | None = None
    why: str = ""


class Later(Record):
    """What is wrong unless it is `Done` within so many seconds.

    A later one with the same key takes its place. It is forgotten when the connection is lost, as the station cannot do
    it then, unless it `survives` that.
    """

    text: str
    within: float
    key: Hashable = ""
    survives: bool = False


class Done(Record):
    """What was to come `Later` has come, or is not wanted any more."""

    key: Hashable = ""


BROKEN = "broken "
"""Before the kind of an occasion that is one only where the message breaks its schema."""

Word: TypeAlias = str | Wrong | Later | Done
Said: TypeAlias = Word | Iterable[Word] | None
Judge: TypeAlias = Callable[[Seen, Known], Said]
Learner: TypeAlias = Callable[[Seen, Known], None]


class Check(Record):
    """One clause that is judged: its row in the table of checks of the README.

    on: the occasions that it looks at; with ("due", "") also at its own deadlines, whose keys are the payloads then, in
    place of the finding that they stand for. implies: the checks that mostly find something too where this one does.
    any_payload: it looks also at messages that break their schema, whose payload may be anything. versions: the names
    of those of OCPP that it is for; EVERY for all of them, so that it has nothing but what it sees to go by.
    """

    id: str
    subject: str
    requirement: str
    severity: Severity
    title: str
    judge: Judge
    on: tuple[Occasion, ...]
    implies: tuple[str, ...] = ()
    any_payload: bool = False
    versions: tuple[str, ...] = JUDGED


class Subject:
    """The checks of one subject, and what is learned for them, listed by the decorators of its functions."""

    def __init__(self, name: str, versions: tuple[str, ...] = JUDGED) -> None:
        self.name = name
        self._versions = versions
        self.checks: dict[str, Check] = {}
        self.lessons: list[Lesson] = []

    def of(self, versions: tuple[str, ...]) -> "Subject":
        """Return the same subject, for checks of other versions of OCPP."""
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
        """Make a function the check of that row."""

        def listed(judge: Judge) -> Judge:
            occasions = tuple(occasion for some in on for occasion in some)
            row = (id_, self.name, requirement, severity, title, judge, occasions, implies, any_payload, self._versions)
            self.checks[id_] = Check(*row)
            return judge

        return listed

    def learn(self, *on: tuple[Occasion, ...], any_payload: bool = False) -> Callable[[Learner], Learner]:
        """Make a function learn something from those occasions; it comes after all checks."""

        def listed(learner: Learner) -> Learner:
            self.lessons.append(lesson(learner, *on, any_payload=any_payload))
            return learner

        return listed


def broken(*occasions: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    """Return those occasions where the message breaks its schema."""
    return tuple((BROKEN + kind, action) for some in occasions for kind, action in some)
