"""All learners for OCPP 1.6, in the order in which they run."""

from collections.abc import Sequence

from mock_csms.conformance.lessons.commands import COMMANDS
from mock_csms.conformance.lessons.exchanges import EXCHANGES
from mock_csms.conformance.lessons.told_time import TOLD_TIME
from mock_csms.conformance.lessons.v16.exchanges import CONNECTED
from mock_csms.twin.lessons import Lesson
from mock_csms.twin.v16.lessons import LESSONS

FACTS = (CONNECTED, EXCHANGES, TOLD_TIME, COMMANDS)
"""The subjects whose learners run after those of the twin."""

ALL_LESSONS: Sequence[Lesson] = (*LESSONS, *(each for subject in FACTS for each in subject.lessons))
"""All learners."""
