"""All subjects of OCPP 1.6, in the order of the table."""

from mock_csms.conformance.subject import Subject
from mock_csms.conformance.v16 import remote  # noqa: F401 - further checks of transactions
from mock_csms.conformance.v16.authorization import AUTHORIZATION
from mock_csms.conformance.v16.availability import AVAILABILITY
from mock_csms.conformance.v16.certificates import CERTIFICATES
from mock_csms.conformance.v16.configuration import CONFIGURATION
from mock_csms.conformance.v16.diagnostics import DIAGNOSTICS
from mock_csms.conformance.v16.firmware import FIRMWARE
from mock_csms.conformance.v16.local_lists import LOCAL_LISTS
from mock_csms.conformance.v16.metering import METERING
from mock_csms.conformance.v16.profiles import PROFILES
from mock_csms.conformance.v16.provisioning import PROVISIONING
from mock_csms.conformance.v16.reservations import RESERVATIONS
from mock_csms.conformance.v16.rpc import RPC
from mock_csms.conformance.v16.security import SECURITY
from mock_csms.conformance.v16.transactions import TRANSACTIONS
from mock_csms.conformance.v16.transport import TRANSPORT
from mock_csms.conformance.v16.triggers import TRIGGERS
from mock_csms.conformance.v16.vendors import VENDORS

SUBJECTS: tuple[Subject, ...] = (
    TRANSPORT,
    RPC,
    PROVISIONING,
    CONFIGURATION,
    SECURITY,
    AUTHORIZATION,
    TRANSACTIONS,
    METERING,
    AVAILABILITY,
    TRIGGERS,
    FIRMWARE,
    DIAGNOSTICS,
    CERTIFICATES,
    LOCAL_LISTS,
    PROFILES,
    RESERVATIONS,
    VENDORS,
)
