"""Which answer each command of the CSMS gets: what its subject says, and the response of its row for the others."""

from collections.abc import Mapping
from functools import cache

from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import actions
from mock_csms.station.state import Moment
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
from mock_csms.station.v2.device import Device
from mock_csms.twin.station import StationModel

_NOBODY = StationModel("")

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


def answer_alone(device: Device, call: Call, moment: Moment) -> Result:
    """Return the answer of a station that does nothing else: what it becomes and does is forgotten."""
    _, payload, _ = answer_to(call.action)(device, call.payload, moment)
    return Result(call.id, payload)


@cache
def answer_to(action: str) -> Answer:
    """Return the answer to a command: its own, as all of 2.0.1 have one, or else the response of its row."""
    if action in ANSWERS:
        return ANSWERS[action]
    template = compile_template(actions()[action].response)
    return lambda device, payload, moment: (
        device,
        template(Context(moment.now, _NOBODY, moment.world, payload)),
        [],
    )
