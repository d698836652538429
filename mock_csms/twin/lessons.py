"""Updates a twin from the events. Each version of OCPP has a table of functions and the events they learn from (`v2/`).

Messages that break their schema only reach lessons with `any_payload`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias
from weakref import ref

from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Event
from mock_csms.twin.seen import Occasion, Seen, see
from mock_csms.twin.spellings import as_known
from mock_csms.twin.twin import Twin

Learner: TypeAlias = Callable[[Seen, Any], None]
"""Updates a twin (or a record that extends it) with an event, given as `Seen`."""
Learners: TypeAlias = tuple[Learner, ...]

_QUESTIONS = {"call", "command", "spoiled"}
_ANSWERS = {"result", "error", "response", "refusal", "unanswered"}


class Lesson(Record):
    """A learner, and the events for which it is called."""

    learn: Learner
    on: tuple[Occasion, ...]
    """The occasions from which it learns."""
    any_payload: bool = False
    """Whether it also learns from messages that break their schema."""


def lesson(learn: Learner, *on: tuple[Occasion, ...], any_payload: bool = False) -> Lesson:
    """Return a row of a table of lessons."""
    return Lesson(learn, tuple(occasion for some in on for occasion in some), any_payload)


class Folder:
    """Updates twins where no checks run. It looks up the learners of each kind of occasion once.

    standard: the spelling of Part 2 for names of components and variables, by the casefolded name.
    """

    def __init__(self, lessons: Sequence[Lesson], standard: Mapping[str, str] = MappingProxyType({})) -> None:
        self._lessons = lessons
        self._standard = standard
        self._learners: dict[tuple[str, str, str], tuple[Learners, Learners]] = {}

    def learn(self, event: Event, twin: Twin) -> None:
        """Update a twin from an event."""
        seen = see(event)
        if seen is None:
            return
        seen = as_known(seen, twin, self._standard)
        key = (seen.kind, seen.action, seen.sort)
        learners = self._learners.get(key)
        if learners is None:
            learners = self._learners[key] = learners_of(self._lessons, occasions_of(seen))
        for learn in learners[not is_sound(seen, twin)]:
            learn(seen, twin)


def occasions_of(seen: Seen) -> set[Occasion]:
    """Return the occasions that an event belongs to."""
    return {
        (seen.kind, action)
        for action in (seen.action, f"{seen.action}.{seen.detail}", f"{seen.action}.{seen.sort}", "*")
    }


def learners_of(lessons: Iterable[Lesson], occasions: set[Occasion]) -> tuple[Learners, Learners]:
    """Return the learners for these occasions: those for valid messages, and those for messages with violations."""
    found = [each for each in lessons if occasions.intersection(each.on)]
    return tuple(each.learn for each in found), tuple(each.learn for each in found if each.any_payload)


def is_sound(seen: Seen, twin: Twin) -> bool:
    """Whether a message, and the call that it answers, are valid by their schemas. Invalid calls are remembered."""
    if seen.is_sound and not twin.unsound:
        return True
    if seen.kind in _ANSWERS:
        # by `id()`, because a station may use a message id twice
        unsound = twin.unsound.get(id(seen.answers))
        return seen.is_sound and (unsound is None or unsound() is not seen.answers)
    if not seen.is_sound and seen.kind in _QUESTIONS and isinstance(seen.message, Call):
        twin.unsound.renew(id(seen.message), ref(seen.message))
    return seen.is_sound
