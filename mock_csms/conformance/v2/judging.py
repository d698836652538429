"""How stations of OCPP 2.0.1 and 2.1 are judged."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.judging import Judging
from mock_csms.conformance.lessons.v2.acknowledgements import (
    is_acknowledged,
    is_acknowledgement,
    note_acknowledgement,
)
from mock_csms.conformance.lessons.v2.memory import dump, load
from mock_csms.conformance.lessons.v2.repeated_values import is_expected
from mock_csms.conformance.lessons.v2.table import ALL_LESSONS
from mock_csms.conformance.lessons.v2.v21 import ADDITIONS
from mock_csms.conformance.v2.names import STANDARD_NAMES
from mock_csms.protocol.records import replace

JUDGING = Judging(
    KnownStation,
    ALL_LESSONS,
    names=STANDARD_NAMES,
    is_repeated=is_expected,
    is_acknowledged=is_acknowledged,
    is_acknowledgement=is_acknowledgement,
    note_acknowledgement=note_acknowledgement,
    dump=dump,
    load=load,
)
JUDGING_OF_21 = replace(JUDGING, station=KnownStation21, lessons=(*ALL_LESSONS, *ADDITIONS.lessons))
"""The same for OCPP 2.1, with what it has added."""
