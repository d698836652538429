"""How stations of OCPP 1.6 are judged."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.judging import Judging
from mock_csms.conformance.lessons.v16.table import ALL_LESSONS

JUDGING = Judging(KnownStation16, ALL_LESSONS)
