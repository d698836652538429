"""Which answer each command of the CSMS gets: what its subject says, and the response of its row for the others."""

from collections.abc import Mapping
from functools import cache

from mock_csms.behavior.stations import Station
from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.versions import V201
from mock_csms.station import (
    aligned,
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
    watching,
)
from mock_csms.station.answers import Alarmed, Answer

_NOBODY = Station("")

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
"""The commands that do something, by subject."""

ALARMS: Mapping[str, Alarmed] = {
    **certificates.ALARMS,
    **diagnostics.ALARMS,
    **firmware.ALARMS,
    **aligned.ALARMS,
    **charging.ALARMS,
    **reservations.ALARMS,
    **watching.ALARMS,
}
"""What is done when an alarm rings that a subject has set, by the first part of the alarm."""


@cache
def answer_to(action: str) -> Answer:
    """Return the answer to a command: its own, or the response of its row."""
    if action in ANSWERS:
        return ANSWERS[action]
    template = compile_template(V201.actions[action].response)
    return lambda device, payload, moment: (
        device,
        template(Context(moment.now, _NOBODY, moment.world, payload)),
        [],
    )
