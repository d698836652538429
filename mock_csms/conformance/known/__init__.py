"""What is known of one station, folded from all that was seen: a file for each subject, with all that writes to it.

Checks only read it. Their deadlines are kept here too.
"""

from collections.abc import Hashable

from mock_csms.conformance.known.bookings import BOOKINGS, Bookings
from mock_csms.conformance.known.boots import BOOTS, Boots
from mock_csms.conformance.known.certificates import CERTIFICATES, Certificates
from mock_csms.conformance.known.charging import CHARGING, Charging
from mock_csms.conformance.known.closures import CLOSURES, Closures
from mock_csms.conformance.known.commands import COMMANDS, Commands
from mock_csms.conformance.known.connectors import CONNECTORS, Connectors
from mock_csms.conformance.known.exchanges import EXCHANGES, Exchanges
from mock_csms.conformance.known.firmware import FIRMWARE, Firmware
from mock_csms.conformance.known.given import GIVEN, Given
from mock_csms.conformance.known.line import LINE, Line
from mock_csms.conformance.known.local_list import LOCAL_LIST, LocalList
from mock_csms.conformance.known.memory import MEMORY, Memory
from mock_csms.conformance.known.meters import METERS, Meters
from mock_csms.conformance.known.monitors import MONITORS, Monitors
from mock_csms.conformance.known.orders import ORDERS, Orders
from mock_csms.conformance.known.parts import PARTS, Parts
from mock_csms.conformance.known.reports import REPORTS, Reports
from mock_csms.conformance.known.resets import RESETS, Resets
from mock_csms.conformance.known.security import SECURITY, Security
from mock_csms.conformance.known.tokens import TOKENS, Tokens
from mock_csms.conformance.known.transactions import TRANSACTIONS, Transactions
from mock_csms.conformance.known.triggers import TRIGGERS, Triggers
from mock_csms.conformance.known.uploads import UPLOADS, Uploads
from mock_csms.conformance.known.variables import VARIABLES, Variables
from mock_csms.conformance.known.visits import VISITS, Visits
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Mutable, Record, field

FACTS = (
    VISITS,
    PARTS,
    LINE,
    EXCHANGES,
    BOOTS,
    COMMANDS,
    CONNECTORS,
    CLOSURES,
    RESETS,
    SECURITY,
    TOKENS,
    FIRMWARE,
    BOOKINGS,
    GIVEN,
    LOCAL_LIST,
    CHARGING,
    TRANSACTIONS,
    ORDERS,
    METERS,
    VARIABLES,
    MEMORY,
    REPORTS,
    CERTIFICATES,
    MONITORS,
    TRIGGERS,
    UPLOADS,
)
"""All that is learned, in its order: parts before the line, which knows then what was open before them."""

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


class Known(Mutable):
    """All that is known of a station."""

    identity: str
    terms: Terms
    visits: Visits = field(default_factory=Visits)
    line: Line = field(default_factory=Line)
    exchanges: Exchanges = field(default_factory=Exchanges)
    boots: Boots = field(default_factory=Boots)
    certificates: Certificates = field(default_factory=Certificates)
    commands: Commands = field(default_factory=Commands)
    connectors: Connectors = field(default_factory=Connectors)
    monitors: Monitors = field(default_factory=Monitors)
    parts: Parts = field(default_factory=Parts)
    firmware: Firmware = field(default_factory=Firmware)
    bookings: Bookings = field(default_factory=Bookings)
    charging: Charging = field(default_factory=Charging)
    given: Given = field(default_factory=Given)
    local_list: LocalList = field(default_factory=LocalList)
    closures: Closures = field(default_factory=Closures)
    resets: Resets = field(default_factory=Resets)
    security: Security = field(default_factory=Security)
    tokens: Tokens = field(default_factory=Tokens)
    transactions: Transactions = field(default_factory=Transactions)
    orders: Orders = field(default_factory=Orders)
    memory: Memory = field(default_factory=Memory)
    meters: Meters = field(default_factory=Meters)
    reports: Reports = field(default_factory=Reports)
    triggers: Triggers = field(default_factory=Triggers)
    uploads: Uploads = field(default_factory=Uploads)
    variables: Variables = field(default_factory=Variables)
    deadlines: dict[tuple[str, Hashable], Deadline] = field(default_factory=dict)
    next_due: float = NEVER
    unsound: dict[int, Call] = field(default_factory=dict)
    """The last calls and commands that broke their schema, by identity; no check may rely on what answers them."""
