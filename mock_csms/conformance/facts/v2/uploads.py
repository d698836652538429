"""What the mock knows about log uploads: which it requested, and how far each one is."""

from mock_csms.protocol.records import Bounded, Mutable, bounded

_MOST = 50

OVER = {"Uploaded", "BadMessage", "PermissionDenied", "NotSupportedOperation", "UploadFailure", "AcceptedCanceled"}
"""The statuses that end an upload; after a failure the station may try again."""


class Uploads(Mutable):
    """The requested logs."""

    asked: Bounded[int, str] = bounded(_MOST)
    """The last status by requestId: that of the station, or that of the answer to GetLog, or empty."""
    running: int | None = None
    """The requestId of the upload that the station agreed to, until it ends."""
    is_in_doubt: bool = False
    """Whether statuses may be missing since the last GetLog.

    That is so if a message cannot be read or got lost, or the boot was refused and the station may send nothing.
    """

    @property
    def status(self) -> str:
        """The last status of the running upload; empty if none runs."""
        return self.asked.get(self.running, "") if self.running is not None else ""

    @property
    def is_full(self) -> bool:
        """Whether the mock may have forgotten old requests."""
        return len(self.asked) >= _MOST
