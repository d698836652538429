"""Firmware updates and uploads: what the CSMS has asked for, and what the station has reported."""

from mock_csms.protocol.records import Bounded, Mutable, bounded


class FileJobs(Mutable):
    """The last update and the last uploads."""

    status: str = ""
    """The last FirmwareStatusNotification of the present update."""
    retrieve_at: float | None = None
    """When the present update may be fetched, by the clock of the station; None if none was asked for."""
    updates: Bounded[int, str] = bounded(50)
    """The last status of each signed update, by its requestId."""
    logs: Bounded[int, str] = bounded(50)
    """The last status of each upload of a log, by its requestId."""
    is_in_doubt: bool = False
    """Whether a status may be lost, or may have come in a form that the mock cannot read."""
