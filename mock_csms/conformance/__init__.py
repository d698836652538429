"""What a station got wrong: every check by its id, and why some are not judged."""

from collections.abc import Mapping

from mock_csms.conformance import (  # noqa: F401 - files with further checks of the subjects below
    connections,
    exchanges,
    heartbeats,
    inoperative,
    keys,
    metering_times,
    monitoring,
    network,
    payloads,
    publishing,
    remote_starts,
    remote_stops,
    reports,
    resets,
    retries,
    statuses,
    times,
    transaction_order,
    transaction_points,
)
from mock_csms.conformance.authorization import AUTHORIZATION
from mock_csms.conformance.availability import AVAILABILITY
from mock_csms.conformance.certificates import CERTIFICATES
from mock_csms.conformance.diagnostics import DIAGNOSTICS
from mock_csms.conformance.displays import DISPLAYS
from mock_csms.conformance.firmware import FIRMWARE
from mock_csms.conformance.local_lists import LOCAL_LISTS
from mock_csms.conformance.metering import METERING
from mock_csms.conformance.profiles import PROFILES
from mock_csms.conformance.provisioning import PROVISIONING
from mock_csms.conformance.reservations import RESERVATIONS
from mock_csms.conformance.rpc import RPC
from mock_csms.conformance.security import SECURITY
from mock_csms.conformance.subject import Check, Subject
from mock_csms.conformance.transactions import TRANSACTIONS
from mock_csms.conformance.transport import TRANSPORT
from mock_csms.conformance.triggers import TRIGGERS
from mock_csms.conformance.variables import VARIABLES
from mock_csms.conformance.vendors import VENDORS

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
)
"""All subjects, in the order of the table."""

CHECKS: Mapping[str, Check] = {id_: check for subject in SUBJECTS for id_, check in subject.checks.items()}
"""Every check by its id."""
