"""Firmware updates and uploads: the requests of the CSMS, and the statuses that the station has reported."""

from mock_csms.protocol.records import Bounded, Mutable, bounded


class FileJobs(Mutable):
    """The last update and the last uploads."""

    status: str = ""
    """The last FirmwareStatusNotification of the current update."""
    retrieve_at: float | None = None
    """The earliest time of the download in the current update, by the station's clock; None without an update."""
    updates: Bounded[int, str] = bounded(50)
    """The last status of each signed update, by its requestId."""
    logs: Bounded[int, str] = bounded(50)
    """The last status of each upload of a log, by its requestId."""
    is_in_doubt: bool = False
    """Whether a status may be lost, or may have come in a form that the mock could not read."""
