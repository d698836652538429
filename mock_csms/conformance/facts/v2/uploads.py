"""Log uploads: which the CSMS requested, and the status of each one."""

from mock_csms.protocol.records import Bounded, Mutable, bounded

_MOST = 50

OVER = {"Uploaded", "BadMessage", "PermissionDenied", "NotSupportedOperation", "UploadFailure", "AcceptedCanceled"}
"""The statuses that end an upload; after a failure the station may try again."""


class Uploads(Mutable):
    """The requested logs."""

    asked: Bounded[int, str] = bounded(_MOST)
    """The last status by requestId, from LogStatusNotification or from the answer to GetLog; empty before both."""
    running: int | None = None
    """The requestId of the upload that the station agreed to, until it ends."""
    is_in_doubt: bool = False
    """Whether statuses may be missing since the last GetLog.

    This is the case if a message was unreadable or lost, or if the boot was refused, so that the station may send
    nothing.
    """

    @property
    def status(self) -> str:
        """The last status of the running upload; empty if none runs."""
        return self.asked.get(self.running, "") if self.running is not None else ""

    @property
    def is_full(self) -> bool:
        """Whether the mock may have forgotten old requests."""
        return len(self.asked) >= _MOST
