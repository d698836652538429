"""What is known of the logs that a station uploads: which were asked for, and how far each is."""

from mock_csms.protocol.records import Bounded, Mutable, bounded

_MOST = 50

OVER = {"Uploaded", "BadMessage", "PermissionDenied", "NotSupportedOperation", "UploadFailure", "AcceptedCanceled"}
"""The statuses with which an upload ends; after a failure it may be tried again."""


class Uploads(Mutable):
    """The logs that were asked for."""

    asked: Bounded[int, str] = bounded(_MOST)
    """By requestId, what was told of each: nothing, the status of the answer, or the one that the station told last."""
    running: int | None = None
    """The requestId of the one that the station said it would upload, until it is over."""
    is_in_doubt: bool = False
    """Whether statuses may be missing since the last one was asked for.

    That is so where a message cannot be read or got lost, or the boot was refused and the station may send nothing.
    """

    @property
    def status(self) -> str:
        """How far the one is that runs."""
        return self.asked.get(self.running, "") if self.running is not None else ""

    @property
    def is_full(self) -> bool:
        """Whether what was asked long ago may be forgotten."""
        return len(self.asked) >= _MOST
