"""The table of modules of the eMSP."""

from mock_csms.ocpi.credentials import CREDENTIALS_ROWS
from mock_csms.ocpi.emsp.handlers import aliases, cdrs, objects, results, tokens
from mock_csms.ocpi.modules import Modules
from mock_csms.ocpi.versions import version_rows

PREFIX = "/ocpi/emsp"
ROWS: Modules = (
    *version_rows(lambda: ROWS),
    *aliases.version_aliases(lambda: ROWS),
    *CREDENTIALS_ROWS,
    *objects.ROWS,
    *cdrs.ROWS,
    *tokens.ROWS,
    *results.ROWS,
    *aliases.ROWS,
)
"""All rows."""
