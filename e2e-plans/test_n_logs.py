"""Block N, diagnostics: log uploads (N01)."""

from typing import Any

from mock_csms.plans import Station, case, one_of, says
from mock_csms.plans.messages import Message
from mock_csms.protocol.actions import Json

REQUEST = 1
ENDS = ("Uploaded", "UploadFailure", "BadMessage", "PermissionDenied", "NotSupportedOperation")


def status(what: Any) -> Message:
    """Describe the LogStatusNotification of the upload with this status."""
    return says("LogStatusNotification", status=what, requestId=REQUEST)


async def get_log(station: Station) -> Json:
    """Let the station upload its diagnostics log, and return its answer."""
    if not station.profile.logs:
        station.skip("the profile of the station has no URL for logs")
    log = {"logType": "DiagnosticsLog", "requestId": REQUEST, "log": {"remoteLocation": station.profile.logs}}
    return await station.command("GetLog", log, status="Accepted")


@case(
    "TC-N01-GL",
    use_case="N01",
    fails_with={
        "no-log-name": "accepted without a filename",
        "wrong-log-id": "requestId: expected 1, got 2",
        "no-upload": "sent no LogStatusNotification",
    },
)
async def test_n01_log_is_asked_for(station: Station) -> None:
    """The answer to GetLog names the file; then the station reports Uploading and a final status."""
    answer = await get_log(station)
    assert answer.get("filename"), "accepted without a filename"
    await station.expect(status("Uploading"))
    await station.expect(status(one_of(*ENDS)), within=station.profile.timeouts.boot)


@case(
    "TC-N01-LOG",
    use_case="N01",
    fails_with={"upload-never-ends": "sent no LogStatusNotification.status=Uploaded,requestId=1"},
)
async def test_n01_log_is_uploaded(station: Station) -> None:
    """The upload of a log ends with Uploaded; the answer is empty."""
    await get_log(station)
    uploaded = await station.expect(status("Uploaded"), within=station.profile.timeouts.boot)
    assert await station.answered(uploaded) == {}
