"""Steps of log uploads (N01): a request, its statuses, and an upload that works. Logs go to --files."""

from itertools import count

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.station import Station
from mock_csms.watch.inbox import Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

UPLOADS = "uploads/*"
"""The pattern of the paths of uploads, for faults of transfers."""
FAILED = one_of("UploadFailure", "BadMessage", "PermissionDenied", "NotSupportedOperation")
"""The statuses of an upload that has failed."""
_IDS = count(1)


async def request(
    station: Station, kind: str = "DiagnosticsLog", *, status: object = "Accepted", **more: object
) -> int:
    """Let the station upload a log, and return the requestId; the answer must name the file (N01.FR.01)."""
    id_ = next(_IDS)
    answer = await station.command("GetLog", {"logType": kind, "requestId": id_, **more}, status=status)
    if not answer.get("filename"):
        raise AssertionError("accepted without a filename")
    return id_


def told(id_: int, status: object) -> Wanted:
    """Describe the LogStatusNotification of an upload with this status."""
    return says("LogStatusNotification", requestId=id_, status=status)


async def reports(station: Station, id_: int, *statuses: object) -> Taken:
    """Expect these statuses of an upload, in this order, and return the last one."""
    taken = [await station.expect(told(id_, each), within=station.profile.timeouts.boot) for each in statuses]
    return taken[-1]


async def tried(station: Station, before: int, within: float) -> bool:
    """Wait for another attempt to upload after the first `before`; return False if none comes in time."""
    return await station.known.until(lambda: len(station.known.attempts) > before, within)


async def uploaded(station: Station, id_: int) -> None:
    """Expect a whole upload: its statuses, and a file at the file server that is not empty (N01.FR.02)."""
    await reports(station, id_, "Uploading", "Uploaded")
    await file_came(station)


async def file_came(station: Station) -> None:
    """Check that a file has come to the file server, and is not empty."""
    known = station.known
    if not await known.until(lambda: any(each.kept for each in known.transfers), station.profile.timeouts.message):
        raise AssertionError("Uploaded, but no file came")
    if not any(each.kept and each.size for each in known.transfers):
        raise AssertionError("Uploaded, but the file is empty")
