"""What checks must know of one station beside its twin: a file for each subject, with all that writes to it.

Checks only read it. Their deadlines are kept here too.
"""

from collections.abc import Hashable

from mock_csms.conformance.facts.commands import AnsweredCommands
from mock_csms.conformance.facts.exchanges import Exchanges
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
    """What stations are judged by: all times in seconds.

    tolerance: how wrong times and intervals may be. patience: how long what must follow may take ("within the set
    time"; the message time-out). clock_offset: how far the mock's own clock is ahead. passwords: by identity, folded.
    """

    tolerance: float = 4.0
    patience: float = 30.0
    clock_offset: float = 0.0
    passwords: dict[str, str] | None = None


class Deadline(Record):
    """When something becomes a finding, which text it has, and the id of the message that it is about."""

    at: float
    text: str
    message: str
    survives: bool


class KnownStation(Twin, kw_only=True):
    """All that checks know of a station: its twin, and what nobody but checks needs."""

    identity: str
    terms: Terms
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
    next_due: float = NEVER
