"""Check of firmware that a station publishes for other stations (L09)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult
from mock_csms.conformance.v2.firmware import FIRMWARE
from mock_csms.twin.seen import Seen, call

_STATUS = "PublishFirmwareStatusNotification"
_FETCHING = ("DownloadScheduled", "Downloading", "DownloadPaused", "DownloadFailed", "Downloaded")


@FIRMWARE.check(
    "L09", "L03.FR.04", ERROR, "Published has a location, and publishing statuses have their requestId", call(_STATUS)
)
def published_has_location(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Published without a location, a status without a requestId, or a requestId that no command had.

    A triggered status needs no requestId. Firmware published before the last boot may have any requestId.
    """
    status, id_ = seen.payload["status"], seen.payload.get("requestId")
    if status == "Published" and not seen.payload.get("location"):
        return "Published without a location"
    if id_ is None:
        return None if status == "Idle" or station.triggers.is_due(_STATUS) else f"{status} without a requestId"
    is_unknown = bool(station.boots.count) and station.given_ids.is_unknown("PublishFirmware", id_)
    if status not in _FETCHING or not is_unknown:
        return None
    return f"{status} has the requestId {id_}, which was never given"
