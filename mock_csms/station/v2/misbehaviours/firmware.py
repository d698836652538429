"""Misbehaviours with firmware updates and log uploads (checks L, N01 to N03)."""

from typing import Any

from mock_csms.station.cues import Act, Answered, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    always,
    answers,
    counted,
    has,
    instead,
    never,
    patched,
    sends,
)
from mock_csms.station.v2.jobs import FIRMWARE as JOB
from mock_csms.station.v2.misbehaviours.events import Situation

FIRMWARE, LOG = "FirmwareStatusNotification", "LogStatusNotification"

PUBLISHING = "PublishFirmwareStatusNotification"

OTHER_ID = counted("requestId", lambda number: number + 1)
"""Changes the requestId of a payload."""


def _statuses(change: Any, *statuses: str) -> Any:
    """Change the FirmwareStatusNotifications with these statuses."""
    return sends(FIRMWARE, change, lambda payload: payload.get("status") in statuses)


def _fetches_by_itself(at: Situation, right: list[Act]) -> list[Act]:
    """Report a failed download after power-up, although no update was requested."""
    cue = at.event
    is_boot = isinstance(cue, Answered) and cue.action == "BootNotification" and cue.response["status"] == "Accepted"
    if not is_boot or cue.request.get("reason") != "PowerUp":
        return right
    return [*right, Send(FIRMWARE, {"status": "DownloadFailed", "requestId": 4711})]


def _stays_open(at: Situation, right: list[Act]) -> list[Act]:
    """Do not report that connectors are Unavailable because of an update."""
    wrong: list[Act] = sends("StatusNotification", never, has(connectorStatus="Unavailable"))(at, right)
    is_request = isinstance(at.event, tuple) and at.event[0] == "UpdateFirmware"
    return wrong if is_request or JOB in at.device.storage.jobs else right


KINDS: Kinds = {
    "wrong-firmware-id": Misbehaviour(
        "firmware statuses have another requestId", ("L01",), acts=sends(FIRMWARE, OTHER_ID)
    ),
    "firmware-of-nobody": Misbehaviour(
        "reports a failed download that was never requested", ("L01",), acts=_fetches_by_itself
    ),
    "published-nowhere": Misbehaviour(
        "sends Published without a location", ("L09",), acts=sends(PUBLISHING, patched(location=None))
    ),
    "wrong-publishing-id": Misbehaviour(
        "publishing statuses have another requestId", ("L09",), acts=sends(PUBLISHING, OTHER_ID)
    ),
    "no-publishing-id": Misbehaviour(
        "publishing statuses have no requestId", ("L09",), acts=sends(PUBLISHING, patched(requestId=None))
    ),
    "no-firmware-id": Misbehaviour(
        "firmware statuses have no requestId", ("L01",), acts=sends(FIRMWARE, patched(requestId=None))
    ),
    "firmware-out-of-order": Misbehaviour(
        "reports Installed in place of Downloading",
        ("L02",),
        acts=sends(FIRMWARE, patched(status="Installed"), has(status="Downloading")),
    ),
    "no-firmware-event": Misbehaviour(
        "sends no security event about new firmware",
        ("L05",),
        acts=sends("SecurityEventNotification", never, has(type="FirmwareUpdated")),
    ),
    "firmware-always-accepted": Misbehaviour(
        "accepts every UpdateFirmware, even a second or a bad one",
        ("L04", "L07"),
        answer=answers("UpdateFirmware", always(status="Accepted")),
    ),
    "no-log-name": Misbehaviour(
        "accepts GetLog without a filename",
        ("N01",),
        answer=answers("GetLog", lambda _, right: patched(filename=None)(right)),
    ),
    "wrong-log-id": Misbehaviour("log statuses have another requestId", ("N02",), acts=sends(LOG, OTHER_ID)),
    "no-upload": Misbehaviour(
        "reports Uploaded without Uploading", ("N03",), acts=sends(LOG, never, has(status="Uploading"))
    ),
    "upload-never-ends": Misbehaviour(
        "does not report the end of an upload", ("N03",), acts=sends(LOG, never, has(status="Uploaded"))
    ),
    "log-not-cancelled": Misbehaviour(
        "does not report that another upload was cancelled",
        ("N03",),
        acts=sends(LOG, never, has(status="AcceptedCanceled")),
    ),
    "no-scheduled-status": Misbehaviour(
        "does not report that an update is scheduled",
        ("L03",),
        acts=_statuses(never, "DownloadScheduled", "InstallScheduled"),
    ),
    "downloads-too-soon": Misbehaviour(
        "downloads firmware before its time",
        ("L03",),
        acts=_statuses(patched(status="Downloading"), "DownloadScheduled"),
    ),
    "bad-signer-accepted": Misbehaviour(
        "accepts firmware with any signing certificate",
        ("L04",),
        answer=answers("UpdateFirmware", instead("InvalidCertificate", "Accepted")),
    ),
    "bad-signature-verified": Misbehaviour(
        "reports a wrong signature as verified",
        ("L04",),
        acts=_statuses(patched(status="SignatureVerified"), "InvalidSignature"),
    ),
    "no-signature-event": Misbehaviour(
        "sends no security event about refused firmware",
        ("L05", "S02"),
        acts=sends("SecurityEventNotification", never, lambda p: str(p.get("type")).startswith("InvalidFirmware")),
    ),
    "open-for-update": Misbehaviour(
        "leaves free connectors Available while an update waits", ("L06",), acts=_stays_open
    ),
}
