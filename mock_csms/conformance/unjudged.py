"""The checks of the catalogue that the mock does not perform, and the reasons."""

from collections.abc import Mapping

from mock_csms.conformance.v2 import unjudged as v2
from mock_csms.conformance.v16 import unjudged as v16

UNJUDGED: Mapping[str, tuple[str, str, str]] = {**v2.UNJUDGED, **v16.UNJUDGED}
"""The requirement, the title and the reason, by the id of the check."""
