"""Which answer each command of the CSMS gets: a row for each that does something, and the default for the others."""

from collections.abc import Mapping
from functools import cache

from mock_csms.behavior.stations import Station
from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.versions import V201
from mock_csms.station import availability, remote, reports, triggers
from mock_csms.station.answers import Answer

_NOBODY = Station("")

ANSWERS: Mapping[str, Answer] = {
    "ChangeAvailability": availability.change_availability,
    "GetBaseReport": reports.base_report,
    "GetTransactionStatus": remote.transaction_status,
    "GetVariables": reports.get_variables,
    "RequestStartTransaction": remote.request_start,
    "RequestStopTransaction": remote.request_stop,
    "Reset": availability.reset,
    "SetVariables": reports.set_variables,
    "TriggerMessage": triggers.trigger_message,
    "UnlockConnector": remote.unlock,
}
"""The commands that do something."""


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
