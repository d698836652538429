"""The table of checks: all subjects, and every check by its id."""

from collections.abc import Mapping

from mock_csms.conformance.common import (  # noqa: F401 - files with further checks of the subjects below
    connections,
    exchanges,
    keys,
    payloads,
    times,
)
from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.common.transport import TRANSPORT
from mock_csms.conformance.subject import Check, Subject
from mock_csms.conformance.v2 import (  # noqa: F401 - files with further checks of the subjects below
    custom_data,
    encryption,
    handshakes,
    heartbeats,
    inoperative,
    metering_times,
    monitoring,
    network,
    publishing,
    reconnects,
    remote_starts,
    remote_stops,
    reports,
    resets,
    retries,
    signed,
    statuses,
    transaction_order,
    transaction_points,
)
from mock_csms.conformance.v2.authorization import AUTHORIZATION
from mock_csms.conformance.v2.availability import AVAILABILITY
from mock_csms.conformance.v2.certificates import CERTIFICATES
from mock_csms.conformance.v2.diagnostics import DIAGNOSTICS
from mock_csms.conformance.v2.displays import DISPLAYS
from mock_csms.conformance.v2.firmware import FIRMWARE
from mock_csms.conformance.v2.local_lists import LOCAL_LISTS
from mock_csms.conformance.v2.metering import METERING
from mock_csms.conformance.v2.profiles import PROFILES
from mock_csms.conformance.v2.provisioning import PROVISIONING
from mock_csms.conformance.v2.reservations import RESERVATIONS
from mock_csms.conformance.v2.security import SECURITY
from mock_csms.conformance.v2.transactions import TRANSACTIONS
from mock_csms.conformance.v2.triggers import TRIGGERS
from mock_csms.conformance.v2.v21 import charging, sends, streams  # noqa: F401 - as above
from mock_csms.conformance.v2.v21.der import DER
from mock_csms.conformance.v2.v21.swaps import SWAPS
from mock_csms.conformance.v2.v21.tariffs import TARIFFS
from mock_csms.conformance.v2.variables import VARIABLES
from mock_csms.conformance.v2.vendors import VENDORS
from mock_csms.conformance.v16.subjects import SUBJECTS as OF_16

SUBJECTS: tuple[Subject, ...] = (
    TRANSPORT,
    RPC,
    PROVISIONING,
    VARIABLES,
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
    DISPLAYS,
    VENDORS,
    TARIFFS,
    DER,
    SWAPS,
    *OF_16,
)
"""All subjects, in the order of the table: those of OCPP 2.x, with the checks of every version, and those of 1.6."""

CHECKS: Mapping[str, Check] = {id_: subject.checks[id_] for subject in SUBJECTS for id_ in sorted(subject.checks)}
"""Every check by its id, in the order of the table: by subject, and within a subject by id.

The findings of one event come in this order too.
"""
