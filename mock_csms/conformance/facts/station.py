"""Everything that the checks know about one station: its twin, a part for each subject, and the deadlines of checks.

Each part has a file in this folder. Checks only read the parts; the learners in `lessons/` write them.
"""

from collections.abc import Hashable

from mock_csms.conformance.facts.commands import AnsweredCommands
from mock_csms.conformance.facts.exchanges import Exchanges
from mock_csms.conformance.facts.makes import Makes, new_makes
from mock_csms.conformance.facts.v2.availability import Availability
from mock_csms.conformance.facts.v2.certificates import Certificates
from mock_csms.conformance.facts.v2.charging import Charging
from mock_csms.conformance.facts.v2.given_ids import GivenIds
from mock_csms.conformance.facts.v2.memory import Remembered
from mock_csms.conformance.facts.v2.meters import Meters
from mock_csms.conformance.facts.v2.monitors import Monitors
from mock_csms.conformance.facts.v2.parts import Parts
from mock_csms.conformance.facts.v2.remote_starts import RemoteStarts
from mock_csms.conformance.facts.v2.reports import Reports
from mock_csms.conformance.facts.v2.security import Security
from mock_csms.conformance.facts.v2.tokens import Tokens
from mock_csms.conformance.facts.v2.triggers import Triggers
from mock_csms.conformance.facts.v2.uploads import Uploads
from mock_csms.protocol.records import Record, field
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


class KnownStation(Twin, kw_only=True):
    """Everything that the checks know about a station: its twin, and the facts that only checks need."""

    identity: str
    terms: Terms
    makes: Makes = field(default_factory=new_makes)
    """Which stations offer the same in their TLS handshakes; all stations share it."""
    availability: Availability = field(default_factory=Availability)
    certificates: Certificates = field(default_factory=Certificates)
    charging: Charging = field(default_factory=Charging)
    commands: AnsweredCommands = field(default_factory=AnsweredCommands)
    exchanges: Exchanges = field(default_factory=Exchanges)
    given_ids: GivenIds = field(default_factory=GivenIds)
    memory: Remembered = field(default_factory=Remembered)
    meters: Meters = field(default_factory=Meters)
    monitors: Monitors = field(default_factory=Monitors)
    parts: Parts = field(default_factory=Parts)
    remote_starts: RemoteStarts = field(default_factory=RemoteStarts)
    reports: Reports = field(default_factory=Reports)
    security: Security = field(default_factory=Security)
    tokens: Tokens = field(default_factory=Tokens)
    triggers: Triggers = field(default_factory=Triggers)
    uploads: Uploads = field(default_factory=Uploads)
    deadlines: dict[tuple[str, Hashable], Deadline] = field(default_factory=dict)
    """The deadlines by check id and by the key that the check has chosen."""
    next_due: float = NEVER
    """When the next deadline expires, in seconds since 1970."""
