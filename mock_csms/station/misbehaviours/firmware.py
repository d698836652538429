"""Wrong ways to update firmware, and to upload logs (checks L, N01 to N03)."""

from typing import Any

from mock_csms.station.cues import Act, Answered, Send
from mock_csms.station.jobs import FIRMWARE as JOB
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    Situation,
    always,
    answers,
    counted,
    has,
    instead,
    never,
    patched,
    sends,
)

FIRMWARE, LOG = "FirmwareStatusNotification", "LogStatusNotification"

PUBLISHING = "PublishFirmwareStatusNotification"

OTHER_ID = counted("requestId", lambda number: number + 1)
"""What gives a payload another requestId."""


def _statuses(change: Any, *statuses: str) -> Any:
    """Change the firmware statuses that are named."""
    return sends(FIRMWARE, change, lambda payload: payload.get("status") in statuses)


def _fetches_by_itself(at: Situation, right: list[Act]) -> list[Act]:
    """Tell of an update when the station has been switched on."""
    cue = at.told
    is_boot = isinstance(cue, Answered) and cue.action == "BootNotification" and cue.response["status"] == "Accepted"
    if not is_boot or cue.request.get("reason") != "PowerUp":
        return right
    return [*right, Send(FIRMWARE, {"status": "DownloadFailed", "requestId": 4711})]


def _stays_open(at: Situation, right: list[Act]) -> list[Act]:
    """Do not tell that connectors are closed for an update."""
    wrong: list[Act] = sends("StatusNotification", never, has(connectorStatus="Unavailable"))(at, right)
    return wrong if JOB in at.device.holdings.jobs else right


KINDS: Kinds = {
    "wrong-firmware-id": Misbehaviour(
        "firmware statuses have another requestId", ("L01",), acts=sends(FIRMWARE, OTHER_ID)
    ),
    "firmware-of-nobody": Misbehaviour(
        "fails to fetch firmware that nobody asked for", ("L01",), acts=_fetches_by_itself
    ),
    "published-nowhere": Misbehaviour(
        "does not tell where it has published firmware", ("L09",), acts=sends(PUBLISHING, patched(location=None))
    ),
    "wrong-publishing-id": Misbehaviour(
        "publishes firmware under another requestId", ("L09",), acts=sends(PUBLISHING, OTHER_ID)
    ),
    "no-publishing-id": Misbehaviour(
        "publishes firmware without a requestId", ("L09",), acts=sends(PUBLISHING, patched(requestId=None))
    ),
    "no-firmware-id": Misbehaviour(
        "firmware statuses have no requestId", ("L01",), acts=sends(FIRMWARE, patched(requestId=None))
    ),
    "firmware-out-of-order": Misbehaviour(
        "is Installed before it has downloaded",
        ("L02",),
        acts=sends(FIRMWARE, patched(status="Installed"), has(status="Downloading")),
    ),
    "no-firmware-event": Misbehaviour(
        "does not tell of new firmware",
        ("L05",),
        acts=sends("SecurityEventNotification", never, has(type="FirmwareUpdated")),
    ),
    "firmware-always-accepted": Misbehaviour(
        "accepts a second update, and a bad one",
        ("L04", "L07"),
        answer=answers("UpdateFirmware", always(status="Accepted")),
    ),
    "no-log-name": Misbehaviour(
        "accepts a log without naming the file",
        ("N01",),
        answer=answers("GetLog", lambda _, right: patched(filename=None)(right)),
    ),
    "wrong-log-id": Misbehaviour("log statuses have another requestId", ("N02",), acts=sends(LOG, OTHER_ID)),
    "no-upload": Misbehaviour(
        "is Uploaded without Uploading", ("N03",), acts=sends(LOG, never, has(status="Uploading"))
    ),
    "upload-never-ends": Misbehaviour("never ends an upload", ("N03",), acts=sends(LOG, never, has(status="Uploaded"))),
    "no-scheduled-status": Misbehaviour(
        "does not tell that an update is scheduled",
        ("L03",),
        acts=_statuses(never, "DownloadScheduled", "InstallScheduled"),
    ),
    "downloads-too-soon": Misbehaviour(
        "downloads before it may", ("L03",), acts=_statuses(patched(status="Downloading"), "DownloadScheduled")
    ),
    "bad-signer-accepted": Misbehaviour(
        "accepts firmware of anybody",
        ("L04",),
        answer=answers("UpdateFirmware", instead("InvalidCertificate", "Accepted")),
    ),
    "bad-signature-verified": Misbehaviour(
        "verifies a signature that is wrong",
        ("L04",),
        acts=_statuses(patched(status="SignatureVerified"), "InvalidSignature"),
    ),
    "no-signature-event": Misbehaviour(
        "does not tell of firmware that it refused",
        ("L05", "S02"),
        acts=sends("SecurityEventNotification", never, lambda p: str(p.get("type")).startswith("InvalidFirmware")),
    ),
    "open-for-update": Misbehaviour("does not close free connectors for an update", ("L06",), acts=_stays_open),
}
