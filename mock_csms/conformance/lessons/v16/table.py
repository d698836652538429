"""All learners for OCPP 1.6, in the order in which they run."""

from collections.abc import Sequence

from mock_csms.conformance.lessons.commands import COMMANDS
from mock_csms.conformance.lessons.exchanges import EXCHANGES
from mock_csms.conformance.lessons.v16.bookings import BOOKINGS
from mock_csms.conformance.lessons.v16.configuration import CONFIGURATION
from mock_csms.conformance.lessons.v16.exchanges import CONNECTED
from mock_csms.conformance.lessons.v16.files import FILES
from mock_csms.conformance.lessons.v16.orders import ORDERS
from mock_csms.conformance.lessons.v16.places import PLACES
from mock_csms.conformance.lessons.v16.registers import REGISTERS
from mock_csms.conformance.lessons.v16.tags import TAGS
from mock_csms.conformance.lessons.v16.transactions import TRAIL
from mock_csms.conformance.lessons.v16.triggers import TRIGGERS
from mock_csms.twin.lessons import Lesson
from mock_csms.twin.v16.lessons import LESSONS

BEFORE = (REGISTERS,)
"""The subjects whose learners need the twin as it was before this message."""
AFTER = (
    CONNECTED,
    EXCHANGES,
    COMMANDS,
    BOOKINGS,
    CONFIGURATION,
    FILES,
    ORDERS,
    PLACES,
    TAGS,
    TRAIL,
    TRIGGERS,
)
"""The subjects whose learners run after those of the twin."""

ALL_LESSONS: Sequence[Lesson] = (
    *(each for subject in BEFORE for each in subject.lessons),
    *LESSONS,
    *(each for subject in AFTER for each in subject.lessons),
)
"""All learners."""
