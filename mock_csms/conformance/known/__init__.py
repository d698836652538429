"""What is known of one station, folded from all that was seen: a file for each subject, with all that writes to it.

Checks only read it. Their deadlines are kept here too.
"""

from collections.abc import Hashable

from mock_csms.conformance.known.boots import BOOTS, Boots
from mock_csms.conformance.known.commands import COMMANDS, Commands
from mock_csms.conformance.known.connectors import CONNECTORS, Connectors
from mock_csms.conformance.known.line import LINE, Line
from mock_csms.conformance.known.transactions import TRANSACTIONS, Transactions
from mock_csms.conformance.known.variables import VARIABLES, Variables
from mock_csms.protocol.records import Mutable, Record, field

FACTS = (LINE, BOOTS, COMMANDS, CONNECTORS, TRANSACTIONS, VARIABLES)
"""All that is learned, in its order."""

NEVER = float("inf")


class Terms(Record):
    """What stations are judged by: all times in seconds.

    tolerance: how wrong times and intervals may be. patience: how long what must follow may take ("within the set
    time"; the message time-out). clock_offset: how far the mock's own clock is ahead. passwords: by identity.
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
    line: Line = field(default_factory=Line)
    boots: Boots = field(default_factory=Boots)
    commands: Commands = field(default_factory=Commands)
    connectors: Connectors = field(default_factory=Connectors)
    transactions: Transactions = field(default_factory=Transactions)
    variables: Variables = field(default_factory=Variables)
    deadlines: dict[tuple[str, Hashable], Deadline] = field(default_factory=dict)
    next_due: float = NEVER
