"""The table of the modules that the CPO serves."""

from mock_csms.ocpi.credentials import CREDENTIALS_ROWS
from mock_csms.ocpi.modules import Modules
from mock_csms.ocpi.versions import version_rows

PREFIX = "/ocpi/cpo"
"""The first part of the paths of its modules."""


def _all() -> Modules:
    return ROWS


ROWS: Modules = (*version_rows(_all), *CREDENTIALS_ROWS)
"""All methods of all modules."""
