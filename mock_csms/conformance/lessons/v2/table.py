"""All learners for OCPP 2.x, in the order in which they run."""

from collections.abc import Sequence

from mock_csms.conformance.lessons.commands import COMMANDS
from mock_csms.conformance.lessons.exchanges import EXCHANGES
from mock_csms.conformance.lessons.v2.availability import AVAILABILITY
from mock_csms.conformance.lessons.v2.certificates import CERTIFICATES
from mock_csms.conformance.lessons.v2.charging import CHARGING
from mock_csms.conformance.lessons.v2.given_ids import GIVEN_IDS
from mock_csms.conformance.lessons.v2.memory import MEMORY
from mock_csms.conformance.lessons.v2.meters import METERS
from mock_csms.conformance.lessons.v2.monitors import MONITORS
from mock_csms.conformance.lessons.v2.parts import PARTS
from mock_csms.conformance.lessons.v2.remote_starts import REMOTE_STARTS
from mock_csms.conformance.lessons.v2.reports import REPORTS
from mock_csms.conformance.lessons.v2.security import SECURITY
from mock_csms.conformance.lessons.v2.sent_time import SENT_TIME
from mock_csms.conformance.lessons.v2.tokens import TOKENS
from mock_csms.conformance.lessons.v2.triggers import TRIGGERS
from mock_csms.conformance.lessons.v2.uploads import UPLOADS
from mock_csms.twin.lessons import Lesson
from mock_csms.twin.v2.lessons import LESSONS

FACTS = (
    EXCHANGES,
    SENT_TIME,
    COMMANDS,
    AVAILABILITY,
    SECURITY,
    TOKENS,
    GIVEN_IDS,
    CHARGING,
    REMOTE_STARTS,
    METERS,
    MEMORY,
    REPORTS,
    CERTIFICATES,
    MONITORS,
    TRIGGERS,
    UPLOADS,
)
"""The subjects whose learners run after those of the twin."""

ALL_LESSONS: Sequence[Lesson] = (
    *PARTS.lessons,
    *LESSONS,
    *(each for subject in FACTS for each in subject.lessons),
)
"""All learners. PARTS comes before the twin, because it needs the calls that were open before this message."""
