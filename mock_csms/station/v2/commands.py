"""The function that answers each command of the CSMS."""

from collections.abc import Mapping

from mock_csms.station.v2 import (
    availability,
    certificates,
    charging,
    customers,
    diagnostics,
    displays,
    firmware,
    monitoring,
    network,
    remote,
    reports,
    reservations,
    tokens,
    triggers,
    vendor,
)
from mock_csms.station.v2.answers import Answer

ANSWERS: Mapping[str, Answer] = {
    **availability.ANSWERS,
    **certificates.ANSWERS,
    **customers.ANSWERS,
    **diagnostics.ANSWERS,
    **firmware.ANSWERS,
    **charging.ANSWERS,
    **displays.ANSWERS,
    **monitoring.ANSWERS,
    **network.ANSWERS,
    **remote.ANSWERS,
    **reports.ANSWERS,
    **reservations.ANSWERS,
    **tokens.ANSWERS,
    **triggers.ANSWERS,
    **vendor.ANSWERS,
}
"""The functions that answer commands, by action."""
