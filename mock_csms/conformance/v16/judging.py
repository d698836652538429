"""How stations of OCPP 1.6 are judged."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.judging import Judging
from mock_csms.conformance.lessons.v16.repeated_values import (
    is_acknowledged,
    is_acknowledgement,
    is_expected,
    note_acknowledgement,
)
from mock_csms.conformance.lessons.v16.table import ALL_LESSONS

JUDGING = Judging(
    KnownStation16,
    ALL_LESSONS,
    is_repeated=is_expected,
    is_acknowledged=is_acknowledged,
    is_acknowledgement=is_acknowledgement,
    note_acknowledgement=note_acknowledgement,
)
