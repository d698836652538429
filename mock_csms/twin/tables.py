"""The lessons of each version of OCPP. A new version is a row here, and a folder beside `v2/`."""

from collections.abc import Mapping, Sequence

from mock_csms.protocol.versions import V16, V21, V201, Version
from mock_csms.twin.lessons import Lesson
from mock_csms.twin.v2.lessons import LESSONS as OF_2
from mock_csms.twin.v16.lessons import LESSONS as OF_16

_LESSONS: Mapping[str, Sequence[Lesson]] = {V201.name: OF_2, V21.name: OF_2, V16.name: OF_16}


def lessons_of(version: Version) -> Sequence[Lesson]:
    """Return the lessons of a version; none for a version without a row."""
    return _LESSONS.get(version.name, ())
