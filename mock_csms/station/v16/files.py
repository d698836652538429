"""Uploads of diagnostics and logs, and firmware updates (OCPP 1.6, 4.4, 4.5; whitepaper, L01, N01).

An empty image cannot be installed; every other image can.
"""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, FileMoved, Send, Set
from mock_csms.station.moving import LOG_FAILURES, PACE, Moving, begun, foreseen, is_about, retried
from mock_csms.station.state import Moment
from mock_csms.station.v16.boot import security_event
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given, Ringing, Step, StoredFile

FILE = "file"
"""The alarm for the next step of an upload or update."""
DIAGNOSTICS, LOG = "DiagnosticsStatusNotification", "LogStatusNotification"
FIRMWARE, SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"
MAKER = "ManufacturerRootCertificate"
_MOVING = ("Downloading", "Uploading")
"""The statuses with which a transfer begins."""
_REBOOTING = "InstallRebooting"
_DONE = {"InvalidSignature": "InvalidFirmwareSignature"}
"""By status: the security event that is sent with it (whitepaper, L01)."""


def diagnostics(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer a GetDiagnostics and start the upload (5.9, 4.4)."""
    name = "diagnostics.log"
    moving = _moving(payload, payload["location"], name, _content(device, "diagnostics", moment))
    device, acts = _begin(device, StoredFile(DIAGNOSTICS, ("Uploading",), moving=moving))
    return device, {"fileName": name}, acts


def log(device: Device16, payload: Json, moment: Moment) -> Given:
    """Upload a log (whitepaper, N01); a running upload is cancelled."""
    is_running = _is_running(device, LOG)
    name = "security.log" if payload["logType"] == "SecurityLog" else "diagnostics.log"
    content = _content(device, payload["logType"], moment)
    moving = _moving(payload, payload["log"]["remoteLocation"], name, content)
    device, acts = _begin(device, StoredFile(LOG, ("Uploading",), request_id=payload["requestId"], moving=moving))
    return device, {"status": "AcceptedCanceled" if is_running else "Accepted", "filename": name}, acts


def update(device: Device16, payload: Json, _: Moment) -> Given:
    """Answer an UpdateFirmware, whose answer has no fields, and start the update (5.19, 4.5)."""
    moving, earliest = _moving(payload, payload["location"]), seconds_of(payload["retrieveDate"]) or 0.0
    device, acts = _begin(device, StoredFile(FIRMWARE, ("Downloading",), earliest=earliest, moving=moving))
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
    about = StoredFile(
        SIGNED,
        ("Downloading",),
        request_id=payload["requestId"],
        earliest=retrieve_at,
        moving=_moving(payload, firmware["location"]),
        signature=(signer[0], firmware["signature"]),
    )
    device, acts = _begin(device, about)
    return device, {"status": "AcceptedCanceled"} if is_running else ACCEPTED, acts


def _moving(payload: Json, location: str, name: str = "", content: bytes | None = None) -> Moving:
    return Moving(location, payload.get("retries", 0), payload.get("retryInterval", PACE), name, content)


def _content(device: Device16, kind: str, moment: Moment) -> bytes:
    """Return the text of a log."""
    identity = device.identity
    first = f"{moment.stamp} {kind} of {device.name or identity.serial_number}, {identity.vendor} {identity.model}"
    lines = [
        f"{moment.stamp} connector {each.id}: {each.register(moment.now):.0f} Wh" for each in device.connectors.values()
    ]
    return "".join(f"{line}\n" for line in [f"{first}, firmware {identity.firmware}", *lines]).encode()


def _is_running(device: Device16, action: str) -> bool:
    file = device.files.get(action)
    return file is not None and (bool(file.steps) or file.moving.is_open)


def _begin(device: Device16, file: StoredFile) -> Step:
    return _put(device, file), [Set((FILE, file.action), 0.0)]


def _go_on(device: Device16, about: list[Any], moment: Moment) -> Step:
    """Report the next status, or wait for retrieveDate or the end of transactions (4.5)."""
    action = about[0]
    file = device.files.get(action)
    if file is None or not _is_running(device, action):
        return device, []
    if file.moving.is_open:
        foreseen_ = foreseen(file.moving.location, (FILE, action))
        return _end(device, file, foreseen_, moment) if foreseen_ else _transfer(device, file, moment)
    status, *rest = file.steps
    if moment.now < file.earliest or (status == "Installing" and device.is_busy):
        return device, [Set((FILE, action), max(PACE, file.earliest - moment.now))]
    file = replace(file, steps=tuple(rest), status=status)
    device, acts = _put(device, file), list[Act]([_report(file)])
    if status in _DONE:
        acts.append(security_event(_DONE[status], moment))
    if status == _REBOOTING:
        return replace(device, reset="Hard"), acts
    if status in _MOVING:
        device, more = _transfer(device, file, moment)
        return device, [*acts, *more]
    return device, [*acts, Set((FILE, action), PACE)] if rest else acts


def _transfer(device: Device16, file: StoredFile, moment: Moment) -> Step:
    """Start a transfer, or its next attempt."""
    alarm = (FILE, file.action)
    moving, act = begun(file.moving, alarm, moment)
    return _put(device, replace(file, moving=moving)), [act or Set(alarm, PACE)]


def moved(device: Device16, result: FileMoved, moment: Moment) -> Step:
    """Handle the result of an attempt, unless the attempt was given up."""
    file = device.files.get(result.alarm[1])
    return (device, []) if file is None or not is_about(file.moving, result) else _end(device, file, result, moment)


def _end(device: Device16, file: StoredFile, result: FileMoved, moment: Moment) -> Step:
    """Wait for the next attempt, or continue with the steps after the transfer."""
    again = retried(file.moving, result)
    if again is not None:
        return _put(device, replace(file, moving=again)), [Set((FILE, file.action), again.interval)]
    ended = replace(file.moving, is_open=False, content=None)
    return _go_on(_put(device, replace(file, moving=ended, steps=_steps(file, result))), [file.action], moment)


def _steps(file: StoredFile, result: FileMoved) -> tuple[str, ...]:
    """Return the statuses after a transfer."""
    if file.action == DIAGNOSTICS:
        return ("Uploaded" if result.problem is None else "UploadFailed",)
    if file.action == LOG:
        return ("Uploaded" if result.problem is None else LOG_FAILURES[result.problem],)
    if result.problem is not None:
        return ("DownloadFailed",)
    if file.action == FIRMWARE:
        return ("Downloaded", "Installing", "Installed" if result.size else "InstallationFailed")
    if not x509.has_signed(*file.signature, result.sha256):
        return ("Downloaded", "InvalidSignature")
    last = (_REBOOTING, "Installed") if result.size else ("InstallVerificationFailed",)
    return ("Downloaded", "SignatureVerified", "Installing", *last)


def _put(device: Device16, file: StoredFile) -> Device16:
    return replace(device, files={**device.files, file.action: file})


def _report(file: StoredFile) -> Send:
    number: Json = {} if file.request_id is None else {"requestId": file.request_id}
    return Send(file.action, {"status": file.status, **number}, is_asked_for=True)


def triggered(device: Device16, action: str) -> Send:
    """Return a report of the last status; Idle without one, or if it was a final status (5.17)."""
    file = device.files.get(action)
    if file is None or not _is_running(device, action):
        return Send(action, {"status": "Idle"}, is_asked_for=True)
    return _report(file)


def resumed(device: Device16) -> list[Act]:
    """Return the alarms that continue interrupted uploads and updates after a reboot."""
    return [Set((FILE, action), PACE) for action in device.files if _is_running(device, action)]


ANSWERS: Mapping[str, Answering] = {
    "GetDiagnostics": diagnostics,
    "GetLog": log,
    "SignedUpdateFirmware": signed_update,
    "UpdateFirmware": update,
}
ALARMS: Mapping[str, Ringing] = {FILE: _go_on}
