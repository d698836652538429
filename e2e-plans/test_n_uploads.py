"""Block N, diagnostics: uploads of logs to the file server of the mock (N01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import logs

RETRIES = 3


@case(
    "TC_N_25_CS",
    use_case="N01",
    requirement="N01.FR.01, N01.FR.02, N01.FR.04, N01.FR.07, N01.FR.08, N01.FR.09",
    needs=("files",),
    fails_with={
        "no-log-name": "accepted without a filename",
        "wrong-log-id": "requestId: expected 1, got 2",
        "no-upload": r"sent no LogStatusNotification\[requestId=1,status=Uploading\]",
        "upload-never-ends": r"sent no LogStatusNotification\[requestId=1,status=Uploaded\]",
    },
)
async def test_n_25_diagnostics_log_is_uploaded(station: Station) -> None:
    """The answer to GetLog names the file of the diagnostics log; the station uploads it, and reports both steps."""
    await logs.uploaded(station, await logs.request(station))


@case(
    "TC_N_35_CS",
    use_case="N01",
    requirement="N01.FR.01, N01.FR.02, N01.FR.03, N01.FR.07, N01.FR.08, N01.FR.09",
    needs=("files",),
    fails_with={
        "no-log-name": "accepted without a filename",
        "wrong-log-id": "requestId: expected 1, got 2",
        "upload-never-ends": r"sent no LogStatusNotification\[requestId=1,status=Uploaded\]",
    },
)
async def test_n_35_security_log_is_uploaded(station: Station) -> None:
    """The answer to GetLog names the file of the security log; the station uploads it, and reports both steps."""
    await logs.uploaded(station, await logs.request(station, "SecurityLog"))


@case(
    "TC_N_26_CS",
    use_case="N01",
    requirement="N01.FR.01, N01.FR.07, N01.FR.08, N01.FR.10, N01.FR.13",
    needs=("files",),
    fails_with={
        "wrong-log-id": "requestId: expected 1, got 2",
        "--speed 10": "the upload came 0.. s after the upload, expected 1 to 6 s",
    },
)
async def test_n_26_upload_is_tried_again(station: Station) -> None:
    """The station tries a failing upload three more times, retryInterval apart, and then reports the failure.

    Whether it also reports each attempt is up to the station.
    """
    timeouts, known = station.profile.timeouts, station.known
    station.configure(files_fault=[f"truncated@{logs.UPLOADS}"])
    upload = await logs.request(station, retries=RETRIES, retryInterval=int(timeouts.interval))
    await logs.reports(station, upload, "Uploading")
    for number in range(RETRIES + 1):
        is_tried = await logs.tried(station, number, timeouts.interval + timeouts.message)
        assert is_tried, f"tried {number} times, expected {RETRIES + 1}"
    begin = station.mark()
    await station.expect(logs.told(upload, logs.FAILED), within=timeouts.boot, after=begin)
    for first, second in zip(known.attempts, known.attempts[1:], strict=False):
        station.check_gap(first, second, least=timeouts.interval, most=timeouts.interval + timeouts.message)
    await station.expect_nothing(logs.told(upload, ...))
    assert len(known.attempts) == RETRIES + 1, f"tried {len(known.attempts)} times, expected {RETRIES + 1}"


@case(
    "TC_N_36_CS",
    use_case="N01",
    requirement="N01.FR.07, N01.FR.12, N01.FR.13, N01.FR.20",
    needs=("files", "C-57"),
    fails_with={
        "wrong-log-id": "requestId: expected 1, got 2",
        "log-not-cancelled": r"sent no LogStatusNotification\[requestId=1,status=AcceptedCanceled\]",
    },
)
async def test_n_36_second_request_cancels_the_first(station: Station) -> None:
    """A second GetLog during an upload is answered with AcceptedCanceled; the first upload ends, the second works."""
    station.configure(files_fault=[f"slow={station.profile.timeouts.boot:g}@{logs.UPLOADS}"])
    first = await logs.request(station)
    uploading = await logs.reports(station, first, "Uploading")
    station.configure(files_fault=[])
    second = await logs.request(station, status="AcceptedCanceled")
    await station.expect(logs.told(first, "AcceptedCanceled"), after=uploading.number)
    await logs.uploaded(station, second)
