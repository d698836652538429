"""The table of the modules that the CPO serves."""

from mock_csms.ocpi.cpo.clients import CLIENTS_ROWS
from mock_csms.ocpi.cpo.commands import COMMANDS_ROWS
from mock_csms.ocpi.cpo.listing import LISTING_ROWS
from mock_csms.ocpi.cpo.profiles import PROFILES_ROWS
from mock_csms.ocpi.cpo.tokens import TOKENS_ROWS
from mock_csms.ocpi.credentials import CREDENTIALS_ROWS
from mock_csms.ocpi.modules import Modules
from mock_csms.ocpi.versions import version_rows

PREFIX = "/ocpi/cpo"
"""The first part of the paths of its modules."""


def _all() -> Modules:
    return ROWS


ROWS: Modules = (
    *version_rows(_all),
    *CREDENTIALS_ROWS,
    *LISTING_ROWS,
    *TOKENS_ROWS,
    *COMMANDS_ROWS,
    *PROFILES_ROWS,
    *CLIENTS_ROWS,
)
"""All methods of all modules."""
