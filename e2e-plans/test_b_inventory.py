"""Block B, provisioning: the reports of the older plan (B07, B08)."""

from mock_csms.plans import (
    Station,
    absent,
    case,
    one_of,
    says,
    variable,
)
from mock_csms.plans.v2 import reports


@case(
    "TC-B07",
    use_case="B08",
    fails_with={
        "wrong-report-id": "requestId: expected 1, got 2",
        "report-seqno-gap": "seqNo: expected 0, got 1",
        "report-never-ends": "tbc: expected false or nothing, got true",
    },
)
async def test_b07_one_variable_is_reported(station: Station) -> None:
    """A report of one variable is a single message with the request's id; its answer is empty."""
    asked = {"requestId": 1, "componentVariable": [variable("OCPPCommCtrlr", "HeartbeatInterval")]}
    await station.command("GetReport", asked, status="Accepted")
    report = await station.expect(says("NotifyReport", requestId=1, seqNo=0, tbc=one_of(False, absent)))
    assert await station.answered(report) == {}


@case(
    "TC-B07-GBR",
    use_case="B07",
    fails_with={
        "no-base-report": "status: expected Accepted, got Rejected",
        "no-report": "sent no NotifyReport",
        "wrong-report-id": "requestId: expected 42, got 43",
        "report-never-ends": "sent no NotifyReport",
    },
)
async def test_b07_inventory_is_reported(station: Station) -> None:
    """A full inventory comes in numbered parts with the request's id; only the last part is marked as the last."""
    report = await reports.base_report(station, "FullInventory")
    reports.check("are missing", reports.missing(report, ["OCPPCommCtrlr.HeartbeatInterval"]))
