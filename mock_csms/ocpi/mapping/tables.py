"""The mapping of each version of OCPP. A new version is a row here, and a folder beside `v2/`."""

from collections.abc import Mapping

from mock_csms.ocpi.mapping.v2.mapping import MAPPING as OF_2
from mock_csms.ocpi.mapping.v16.mapping import MAPPING as OF_16
from mock_csms.ocpi.mapping.version import OcpiMapping
from mock_csms.protocol.versions import V16, V21, V201, Version

_MAPPINGS: Mapping[str, OcpiMapping] = {V201.name: OF_2, V21.name: OF_2, V16.name: OF_16}


def mapping_of(version: Version) -> OcpiMapping:
    """Return the mapping of a version; that of 2.x for a version without a row."""
    return _MAPPINGS.get(version.name, OF_2)
