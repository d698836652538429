"""Defines what a check is, and what it may return. Each subject has files of checks in `common/`, `v2/` or `v16/`.

A check is a pure function of one event and of the facts that were known about the station *before* it. It returns None,
or one or several of these: a text (a finding), `Wrong` (a finding with more details), `Later` (a finding unless `Done`
comes in time), and `Done`.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias

from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import V16, V21, V201
from mock_csms.twin.events import Severity
from mock_csms.twin.lessons import Lesson, lesson
from mock_csms.twin.seen import Occasion, Seen

INFO, WARNING, ERROR = Severity

JUDGED = (V201.name, V21.name, V16.name)
"""The versions of OCPP that the checks can judge; each has a row in `judging.py`."""
OF_V2 = (V201.name, V21.name)
"""The `versions` of the checks in `v2/`."""
OF_V21 = (V21.name,)
"""The `versions` of the checks in `v2/v21/`: of what OCPP 2.1 has added."""
OF_V16 = (V16.name,)
"""The `versions` of the checks in `v16/`."""
EVERY: tuple[str, ...] = ()
"""The `versions` of a check that holds for every version of OCPP."""


class Wrong(Record):
    """A finding with more than a text."""

    text: str
    messages: tuple[str, ...] = ()
    """The ids of other messages that the finding is about."""
    severity: Severity | None = None
    """The severity of this finding; None for the severity of the check."""
    why: str = ""
    """Why this finding has another severity than the check."""


class Later(Record):
    """Sets a deadline: this becomes a finding unless the check returns `Done` in time.

    A new one with the same key replaces it.
    """

    text: str
    within: float
    """How many seconds there are until the deadline."""
    key: Hashable = ""
    """Separates several deadlines of one check."""
    survives: bool = False
    """Whether the deadline stays after the connection is lost.

    By default it is dropped, as the station cannot meet it.
    """


class Done(Record):
    """Cancels a deadline, because the expected message has come, or is not required any more."""

    key: Hashable = ""
    """The key of the `Later`."""


class Due(Record):
    """An expired deadline of a check."""

    at: float
    """When it expired, in seconds since 1970."""
    key: Any
    """The key of the `Later`, as the check chose it."""
    text: str
    """The text of the `Later`."""
    id: str
    """The id of the message at which the check set the deadline; empty without a message."""


BROKEN = "broken "
"""A prefix for the kind of an occasion: it restricts the occasion to messages that break their schema."""

ResultPart: TypeAlias = str | Wrong | Later | Done
"""A finding, a deadline, or the end of a deadline."""
CheckResult: TypeAlias = ResultPart | Iterable[ResultPart] | None
"""What a check returns: one part, several, or none."""
Judge: TypeAlias = Callable[[Seen, Any], CheckResult]
"""Takes an event, and the facts about its station: those of its version, or those of every version."""
DueJudge: TypeAlias = Callable[[Due, Any], CheckResult]
Learner: TypeAlias = Callable[[Seen, Any], None]


class Check(Record):
    """One clause that the mock judges: its row in the table of checks (docs/conformance.md)."""

    id: str
    subject: str
    """The name of its subject."""
    requirement: str
    """The clause of OCPP, or of another standard."""
    severity: Severity
    """The severity of its findings, unless a finding has its own."""
    title: str
    """The right behaviour."""
    judge: Judge
    on: tuple[Occasion, ...]
    """The occasions at which the check runs."""
    implies: tuple[str, ...] = ()
    """The checks that mostly report something too when this check does."""
    any_payload: bool = False
    """Whether it also runs on messages that break their schema, whose payload may have any content."""
    versions: tuple[str, ...] = OF_V2
    """The versions of OCPP for which it was written. With EVERY it judges all, and needs no facts about the station.

    Other versions may name it in their `clauses` (`rules.py`): then it judges them too.
    """
    due: DueJudge | None = None
    """Judges its expired deadlines; None if each of them is a finding with its own text."""


class Subject:
    """The checks of one subject, and the learners that they need. Decorators add functions to it."""

    def __init__(self, name: str, versions: tuple[str, ...] = OF_V2, folder: str = "") -> None:
        self.name = name
        self.folder = folder
        """The folder of its explanations in `explanations/`."""
        self._versions = versions
        self.checks: dict[str, Check] = {}
        self.lessons: list[Lesson] = []

    def of(self, versions: tuple[str, ...]) -> "Subject":
        """Return the same subject, but checks that are added through it are for these versions of OCPP."""
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
        """Make a function the check with this id. Each of `on` is a group of occasions at which it runs."""

        def listed(judge: Judge) -> Judge:
            occasions = tuple(occasion for some in on for occasion in some)
            row = (id_, self.name, requirement, severity, title, judge, occasions, implies, any_payload, self._versions)
            self.checks[id_] = Check(*row)
            return judge

        return listed

    def deadline(self, *ids: str) -> Callable[[DueJudge], DueJudge]:
        """Let a function judge the expired deadlines of these checks."""

        def listed(judge: DueJudge) -> DueJudge:
            for id_ in ids:
                self.checks[id_] = replace(self.checks[id_], due=judge)
            return judge

        return listed

    def learn(self, *on: tuple[Occasion, ...], any_payload: bool = False) -> Callable[[Learner], Learner]:
        """Let a function learn at these occasions. Learners run after all checks."""

        def listed(learner: Learner) -> Learner:
            self.lessons.append(lesson(learner, *on, any_payload=any_payload))
            return learner

        return listed


def broken(*occasions: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    """Return the same occasions, restricted to messages that break their schema."""
    return tuple((BROKEN + kind, action) for some in occasions for kind, action in some)
