"""How the checks judge stations of one version of OCPP: the record of facts, and the learners that fill it.

Each version has a row in its own folder (`v2/judging.py`, `v16/judging.py`); `judgings.py` has the table of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from mock_csms.conformance.facts.memory import Fact
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record, field
from mock_csms.twin.events import Sent
from mock_csms.twin.lessons import Lesson

Courses: TypeAlias = dict[str, Any]
"""The state of a version's short way for one station; any other event clears it."""


def _is_never(*_: Any) -> bool:
    return False


class Judging(Record, eq=False):
    """How the stations of one version are judged."""

    station: type[StationFacts]
    """Makes the record of the facts about a station."""
    lessons: Sequence[Lesson]
    """All learners, in the order in which they run."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The names of components and variables as the specification writes them, by their folded form."""
    is_repeated: Callable[[Call, float, Any, Courses], bool] = _is_never
    """Returns whether no check can find anything in a call that came at that time; if so, it notes its facts."""
    is_acknowledged: Callable[[Sent, Any], bool] = _is_never
    """Returns the same for a message of the mock."""
    is_acknowledgement: Callable[[Call, Json, Any], bool] = _is_never
    """Returns whether no check can find anything in an answer to a call; nothing is learned yet."""
    note_acknowledgement: Callable[[Call, float, Json, Any], None] = lambda *_: None
    """Learns from such an answer, which was sent at that time."""
    dump: Callable[[Any], Iterable[Fact]] = lambda _: ()
    """Returns the facts for later runs that are new since the last dump (--state-dir)."""
    load: Callable[[Any, Iterable[Fact]], None] = lambda _, __: None
    """Takes over the facts that earlier runs have dumped."""
