"""Executable test plans for a charging station: functions to write cases with, and the plugin that runs them in pytest.

Our own cases are in the folder `e2e-plans`. You can write more for your station:

    from mock_csms.plans import Station, case, says

    @case("ACME-1", use_case="G02", fails_with={"no-heartbeat": "sent no Heartbeat"})
    async def test_heartbeat(station: Station) -> None:
        '''The station sends a Heartbeat within a minute.'''
        await station.expect(says("Heartbeat"), within=60)
"""

from mock_csms.plans.cases import CASES, Case, begins_with_boot, case
from mock_csms.plans.messages import absent, absent_or, any_call, around, each, matching, one_of, says, some
from mock_csms.plans.profile import Profile
from mock_csms.plans.station import Station
from mock_csms.plans.v2.messages import connector_reports, no_problem, reason, transaction_event, variable
from mock_csms.watch.inbox import Taken

__all__ = [
    "CASES",
    "Case",
    "Profile",
    "Station",
    "Taken",
    "absent",
    "absent_or",
    "any_call",
    "around",
    "begins_with_boot",
    "case",
    "connector_reports",
    "each",
    "matching",
    "no_problem",
    "one_of",
    "reason",
    "says",
    "some",
    "transaction_event",
    "variable",
]
