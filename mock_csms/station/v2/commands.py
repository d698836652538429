"""The function that answers each command of the CSMS."""

from collections.abc import Mapping
from functools import cache

from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.versions import actions
from mock_csms.station.state import Moment
from mock_csms.station.v2 import (
    additions,
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
    **additions.ANSWERS,
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


def answer_alone(device: Device, call: Call, moment: Moment) -> Result:
    """Return the answer to a command, without its effects: the new state and the acts are dropped."""
    _, payload, _ = answer_to(call.action)(device, call.payload, moment)
    return Result(call.id, payload)


@cache
def answer_to(action: str) -> Answer:
    """Return the function that answers a command; without a row in `ANSWERS`, it gives the default response."""
    if action in ANSWERS:
        return ANSWERS[action]
    template = compile_template(actions()[action].response)
    return lambda device, payload, moment: (
        device,
        template(Context(moment.now, _NOBODY, moment.world, payload)),
        [],
    )
