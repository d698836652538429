"""Uploads of diagnostics and logs, and firmware updates (OCPP 1.6, 4.4, 4.5; whitepaper, L01, N01).

No file is really transferred. A transfer fails if the path of its location contains `FAILING`.
"""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, Send, Set
from mock_csms.station.state import Moment
from mock_csms.station.v16.boot import security_event
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given, Ringing, Step, StoredFile

FILE = "file"
"""The alarm for the next step of an upload or update."""
DIAGNOSTICS, LOG = "DiagnosticsStatusNotification", "LogStatusNotification"
FIRMWARE, SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"
MAKER = "ManufacturerRootCertificate"
FAILING = "fail"
_PACE = 1.5
"""The duration of each step in seconds."""
_REBOOTING = "InstallRebooting"
_DONE = {"InvalidSignature": "InvalidFirmwareSignature"}
"""By status: the security event that is sent with it (whitepaper, L01)."""


def diagnostics(device: Device16, payload: Json, _: Moment) -> Given:
    """Answer a GetDiagnostics and start the upload (5.9, 4.4)."""
    steps = _upload(payload["location"], "UploadFailed")
    device, acts = _begin(device, StoredFile(DIAGNOSTICS, steps))
    return device, {"fileName": "diagnostics.log"}, acts


def log(device: Device16, payload: Json, _: Moment) -> Given:
    """Answer a GetLog and start the upload (whitepaper, N01). A running upload is cancelled."""
    is_running = _is_running(device, LOG)
    steps = _upload(payload["log"]["remoteLocation"], "UploadFailure")
    device, acts = _begin(device, StoredFile(LOG, steps, request_id=payload["requestId"]))
    name = "security.log" if payload["logType"] == "SecurityLog" else "diagnostics.log"
    return device, {"status": "AcceptedCanceled" if is_running else "Accepted", "filename": name}, acts


def update(device: Device16, payload: Json, _: Moment) -> Given:
    """Answer an UpdateFirmware, whose answer has no fields, and start the update (5.19, 4.5)."""
    steps = _download(payload["location"], "Installing", "Installed")
    device, acts = _begin(device, StoredFile(FIRMWARE, steps, earliest=seconds_of(payload["retrieveDate"]) or 0.0))
    return device, {}, acts


def signed_update(device: Device16, payload: Json, moment: Moment) -> Given:
    """Start a SignedUpdateFirmware, if the station trusts the signing certificate (whitepaper, L01)."""
    firmware, is_running = payload["firmware"], _is_running(device, SIGNED)
    retrieve_at = seconds_of(firmware["retrieveDateTime"])
    if retrieve_at is None:
        return device, REJECTED, []
    signer = x509.split(firmware["signingCertificate"])
    roots = [each.pem for each in device.certificates if each.kind == MAKER]
    is_trusted = len(signer) == 1 and not x509.is_expired(signer[0], moment.now)
    if not is_trusted or not any(x509.is_issued_by(signer[0], root) for root in roots):
        event = security_event("InvalidFirmwareSigningCertificate", moment)
        return device, {"status": "InvalidCertificate"}, [event]
    is_right = x509.has_signed(signer[0], firmware["signature"], firmware["location"].encode(errors="replace"))
    ends = ("SignatureVerified", "Installing", _REBOOTING, "Installed") if is_right else ("InvalidSignature",)
    steps = _download(firmware["location"], *ends)
    device, acts = _begin(device, StoredFile(SIGNED, steps, request_id=payload["requestId"], earliest=retrieve_at))
    return device, {"status": "AcceptedCanceled"} if is_running else ACCEPTED, acts


def _upload(location: str, failure: str) -> tuple[str, ...]:
    return "Uploading", failure if _fails(location) else "Uploaded"


def _download(location: str, *then: str) -> tuple[str, ...]:
    return ("Downloading", "DownloadFailed") if _fails(location) else ("Downloading", "Downloaded", *then)


def _fails(location: str) -> bool:
    _, _, path = location.partition("://")[2].partition("/")
    return FAILING in path


def _is_running(device: Device16, action: str) -> bool:
    file = device.files.get(action)
    return file is not None and bool(file.steps)


def _begin(device: Device16, file: StoredFile) -> Step:
    return replace(device, files={**device.files, file.action: file}), [Set((FILE, file.action), 0.0)]


def _go_on(device: Device16, about: list[Any], moment: Moment) -> Step:
    """Report the next status, or wait for retrieveDate or the end of transactions (4.5)."""
    action = about[0]
    file = device.files.get(action)
    if file is None or not file.steps:
        return device, []
    status, *rest = file.steps
    if moment.now < file.earliest or (status == "Installing" and device.is_busy):
        return device, [Set((FILE, action), max(_PACE, file.earliest - moment.now))]
    file = replace(file, steps=tuple(rest), status=status)
    device = replace(device, files={**device.files, action: file})
    acts: list[Act] = [_report(file)]
    if status in _DONE:
        acts.append(security_event(_DONE[status], moment))
    if status == _REBOOTING:
        return replace(device, reset="Hard"), acts
    return device, [*acts, Set((FILE, action), _PACE)] if rest else acts


def _report(file: StoredFile) -> Send:
    number: Json = {} if file.request_id is None else {"requestId": file.request_id}
    return Send(file.action, {"status": file.status, **number}, is_asked_for=True)


def triggered(device: Device16, action: str) -> Send:
    """Return a report of the last status; Idle without one, or if it was a final status (5.17)."""
    file = device.files.get(action)
    return _report(file) if file is not None and file.steps else Send(action, {"status": "Idle"}, is_asked_for=True)


def resumed(device: Device16) -> list[Act]:
    """Return the alarms that continue interrupted uploads and updates after a reboot."""
    return [Set((FILE, action), _PACE) for action in device.files if _is_running(device, action)]


ANSWERS: Mapping[str, Answering] = {
    "GetDiagnostics": diagnostics,
    "GetLog": log,
    "SignedUpdateFirmware": signed_update,
    "UpdateFirmware": update,
}
ALARMS: Mapping[str, Ringing] = {FILE: _go_on}
