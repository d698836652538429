"""The names of variables that checks look for, in the spelling of Part 2."""

from collections.abc import Mapping

from mock_csms.conformance.v2.inventory import ALWAYS, IF_THERE
from mock_csms.conformance.v2.needed_variables import NEEDED_IN_21
from mock_csms.protocol.identifiers import folded

_REQUIRED = (name for row in (*ALWAYS, *IF_THERE) for name in (row.component, row.variable, row.instance))
_READ = (name for component, variable in NEEDED_IN_21 for name in (component, *variable.split("/")))
STANDARD_NAMES: Mapping[str, str] = {
    folded(name): name for name in (*_REQUIRED, *_READ, "AllowReset", "BasicAuthPassword")
}
"""The names by their folded form."""
