"""Block N, diagnostics: the log status without an upload (N01)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.v2.triggers import trigger


@case(
    "TC-ERR-05",
    use_case="N01",
    fails_with={"wrong-idle-status": "status: expected Idle, got Uploaded"},
)
async def test_n01_no_upload(station: Station) -> None:
    """Without an upload a triggered LogStatusNotification has the status Idle."""
    await trigger(station, "LogStatusNotification")
    told = await station.expect(says("LogStatusNotification"))
    station.check(told, says("LogStatusNotification", status="Idle"))
    await station.answered(told)
