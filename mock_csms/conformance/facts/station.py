"""Everything that the checks of every version know about one station: its twin, some more facts, and deadlines.

Each part has a file in this folder, or in the folder of a version (`v2/station.py` has all parts of OCPP 2.x). Checks
only read the parts; the learners in `lessons/` write them.
"""

from collections.abc import Hashable

from mock_csms.conformance.facts.commands import AnsweredCommands
from mock_csms.conformance.facts.exchanges import Exchanges
from mock_csms.conformance.facts.makes import Makes, new_makes
from mock_csms.conformance.facts.memory import Remembered
from mock_csms.protocol.records import Record, field
from mock_csms.protocol.versions import DEFAULT
from mock_csms.twin.twin import Twin

NEVER = float("inf")


class Terms(Record):
    """The limits and passwords by which the checks judge stations."""

    tolerance: float = 4.0
    """The allowed deviation of times and intervals, in seconds."""
    patience: float = 30.0
    """The "set time" of the specification in seconds: for actions that must follow, and for answers."""
    clock_offset: float = 0.0
    """How many seconds the mock's own clock is ahead."""
    passwords: dict[str, str] | None = None
    """The passwords by identity, casefolded."""
    spoken: tuple[str, ...] = (DEFAULT.name,)
    """The names of the versions of OCPP that the mock speaks."""


class Deadline(Record):
    """A deadline of a check. If it expires, it becomes a finding."""

    at: float
    """In seconds since 1970."""
    text: str
    """The text of the finding."""
    message: str
    """The id of the message that caused it; empty if there is none."""
    survives: bool
    """Whether the deadline stays after the connection is lost."""


class StationFacts(Twin, kw_only=True):
    """What the checks of every version know about a station: its twin, and the facts that only checks need."""

    identity: str
    terms: Terms
    version: str = DEFAULT.name
    """The name of the version of OCPP that it speaks."""
    makes: Makes = field(default_factory=new_makes)
    """By TLS offer: the stations that make it; all stations share this record."""
    commands: AnsweredCommands = field(default_factory=AnsweredCommands)
    exchanges: Exchanges = field(default_factory=Exchanges)
    memory: Remembered = field(default_factory=Remembered)
    deadlines: dict[tuple[str, Hashable], Deadline] = field(default_factory=dict)
    """The deadlines by check id and by the key that the check has chosen."""
    next_due: float = NEVER
    """When the next deadline expires, in seconds since 1970."""
