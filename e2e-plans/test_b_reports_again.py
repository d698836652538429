"""Block B, provisioning: reports that are requested repeatedly (B07)."""

import asyncio

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import reports

TIMES = 3


@case(
    "TC-PERIODIC",
    use_case="B07",
    fails_with={
        "no-report@2": r"sent no NotifyReport\[requestId=43,seqNo=0",
        "wrong-report-id": "requestId: expected 42, got 43",
        "report-never-ends": "sent no NotifyReport",
    },
)
async def test_b07_reports_again_and_again(station: Station) -> None:
    """A station that is asked for its inventory repeatedly reports it each time, with the id of the request."""
    for number in range(TIMES):
        report = await reports.base_report(station, "FullInventory", 42 + number)
        assert report, f"report {number} is empty"
        await asyncio.sleep(station.profile.timeouts.settle)
