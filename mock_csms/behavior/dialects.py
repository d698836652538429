"""The dialects of the versions of OCPP: a new version is a row here, with its dialect in a folder of its own."""

from collections.abc import Sequence

from mock_csms.behavior.dialect import Dialect
from mock_csms.behavior.v2.dialect import DIALECT as OF_201
from mock_csms.behavior.v2.dialect import DIALECT_OF_21
from mock_csms.behavior.v16.dialect import DIALECT as OF_16
from mock_csms.protocol.versions import V16, V21, V201, Version, versions

DIALECTS: dict[str, Dialect] = {V201.name: OF_201, V21.name: DIALECT_OF_21, V16.name: OF_16}
"""By the name of the version."""
_WITHOUT = Dialect()


def dialect_of(version: Version) -> Dialect:
    """Return the dialect of a version; an empty one if it has none."""
    return DIALECTS.get(version.name, _WITHOUT)


def spoken_dialects() -> Sequence[Dialect]:
    """Return the dialects of all supported versions, the preferred version's first."""
    return [dialect_of(version) for version in versions()]
