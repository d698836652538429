"""Files that a station downloads and uploads: the decisions about them, in every version of OCPP.

A location whose host is `.invalid`, a name that no network knows (RFC 2606), stands for a server that does not exist:
such a transfer is only simulated. The text of the location is the file then, and the transfer fails if the path of the
location contains `FAILING`. The mock names such locations without --files. All other transfers are real.
"""

from collections.abc import Mapping
from hashlib import md5, sha256
from urllib.parse import urlsplit

from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Alarm, FileMoved, GetFile, MoveProblem, PutFile
from mock_csms.station.state import Moment

FAILING = "fail"
PACE = 1.5
"""How many seconds a simulated transfer, and each step of an installation, takes."""
PROTOCOLS = ("http", "https", "ftp", "sftp")
_NOBODY = "invalid"

LOG_FAILURES: Mapping[MoveProblem, str] = {
    MoveProblem.DENIED: "PermissionDenied",
    MoveProblem.UNSUPPORTED: "NotSupportedOperation",
    MoveProblem.MALFORMED: "BadMessage",
    MoveProblem.FAILED: "UploadFailure",
}
"""The status of a LogStatusNotification about an upload that has failed."""


class Moving(Record):
    """A download or an upload, and its progress."""

    location: str = ""
    retries: int = 0
    """How often the station may try again after a failure (L01.FR.30, N01)."""
    interval: float = 0.0
    """How long it waits before that, in seconds."""
    name: str = ""
    """The name of the file to upload, for a location that is a folder (N01.FR.21)."""
    content: bytes | None = None
    """The content to upload; None for a download."""
    is_open: bool = False
    """Whether the transfer has started and not ended; it may wait for the next attempt."""
    number: int = 0
    """The number of the running attempt; 0 for none."""


def begun(moving: Moving, alarm: Alarm, moment: Moment) -> tuple[Moving, GetFile | PutFile | None]:
    """Return the transfer with its next attempt, and the act for it; None if the transfer is only simulated.

    The result comes as a `FileMoved` with that alarm.
    """
    if foreseen(moving.location, alarm) is not None:
        return replace(moving, is_open=True, number=0), None
    number = moment.world.new_integer()
    moving = replace(moving, is_open=True, number=number)
    if moving.content is None:
        return moving, GetFile(alarm, number, moving.location)
    return moving, PutFile(alarm, number, moving.location, moving.name, moving.content)


def retried(moving: Moving, moved: FileMoved) -> Moving | None:
    """Return a transfer that waits for another attempt; None if it has ended."""
    is_final = moved.problem is None or not moving.retries or moved.is_foreseen
    return None if is_final else replace(moving, retries=moving.retries - 1, number=0)


def foreseen(location: str, alarm: Alarm) -> FileMoved | None:
    """Return the result of a transfer that needs no network; None for any other transfer."""
    try:
        parts = urlsplit(location)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None:
        return FileMoved(alarm, 0, MoveProblem.MALFORMED, "it is no URL", is_foreseen=True)
    if host == _NOBODY or host.endswith(f".{_NOBODY}"):
        image = location.encode(errors="replace")
        problem = MoveProblem.FAILED if FAILING in parts.path else None
        sums = (sha256(image).digest(), md5(image, usedforsecurity=False).hexdigest())
        return FileMoved(alarm, 0, problem, "", *sums, len(image), is_foreseen=True)
    if parts.scheme not in PROTOCOLS:
        return FileMoved(alarm, 0, MoveProblem.UNSUPPORTED, f"{parts.scheme} is not supported", is_foreseen=True)
    return None


def is_about(moving: Moving, moved: FileMoved) -> bool:
    """Return whether a result belongs to the running attempt, and not to one that was given up."""
    return moving.is_open and moving.number == moved.number
