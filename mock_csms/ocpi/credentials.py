"""The module of credentials: registration, its renewal, and its end."""

from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import CREDENTIALS, SENDER
from mock_csms.ocpi.registration import register, renew, show, unregister

CREDENTIALS_ROWS: Modules = tuple(
    ModuleRow(module=CREDENTIALS, role=SENDER, method=method, handle=handle, help=help_, for_registration=True)
    for method, handle, help_ in (
        ("GET", show, "the credentials with which the client reaches this server"),
        ("POST", register, "register with the token A; the answer has the token C"),
        ("PUT", renew, "send new credentials, and get new ones"),
        ("DELETE", unregister, "end the registration"),
    )
)
"""The rows of this module, which has no role."""
