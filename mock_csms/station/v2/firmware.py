"""Firmware updates (L01, L02), and firmware that is published for other stations (L03, L04).

An empty image cannot be installed (InstallVerificationFailed); every other image can.
"""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, FileMoved, Send, Set
from mock_csms.station.moving import PACE, Moving
from mock_csms.station.state import Moment
from mock_csms.station.v2 import jobs
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Alarmed, Answer, Given, because
from mock_csms.station.v2.calls import security_event
from mock_csms.station.v2.certificates import ROOT_OF_MAKER, installed
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.features import (
    CANCELS_UPDATES,
    DOWNLOADS_WHILE_CHARGING,
    INSTALLS_UNSIGNED,
    INSTALLS_WHILE_CHARGING,
)
from mock_csms.station.v2.jobs import FIRMWARE, PUBLISHING
from mock_csms.station.v2.storage import Job
from mock_csms.station.v2.variables import NEW_SESSIONS_BEFORE_UPDATE

_SCHEDULED = {"Downloading": "DownloadScheduled", "Installing": "InstallScheduled"}
"""The status of an update while a step waits for its time."""
_PAST_RECALL = ("Installing", "InstallRebooting")
"""The statuses in which an update cannot be cancelled any more."""
_WHILE_CHARGING: Mapping[str, frozenset[str]] = {
    "Downloading": frozenset({DOWNLOADS_WHILE_CHARGING, INSTALLS_WHILE_CHARGING}),
    "Installing": frozenset({INSTALLS_WHILE_CHARGING}),
}
"""By step: the features with which a station does not wait for the end of transactions."""
_EVENTS = {"InvalidSignature": "InvalidFirmwareSignature", "Installed": "FirmwareUpdated"}
"""The security event that is sent with a status (L01.FR.03, L01.FR.31)."""
_PUBLISHED_AT = "https://station.invalid/firmware/"


def update(device: Device, payload: Json, moment: Moment) -> Given:
    """Start an update; it replaces a running one that can still be cancelled (L01.FR.24, L01.FR.27).

    An invalid signing certificate is rejected at once (L01.FR.02, L01.FR.22).
    """
    firmware = payload["firmware"]
    retrieve_at = seconds_of(firmware["retrieveDateTime"])
    install_at = seconds_of(firmware.get("installDateTime", firmware["retrieveDateTime"]))
    if retrieve_at is None or install_at is None:
        return device, because("InvalidValue"), []
    if not _is_signed(firmware) and INSTALLS_UNSIGNED not in device.features:
        return device, because("MissingParam"), []
    if _is_signed(firmware) and not _is_trusted(device, firmware, moment):
        event = security_event("InvalidFirmwareSigningCertificate", moment, is_asked_for=True)
        return device, {"status": "InvalidCertificate"}, [event]
    runs = jobs.is_running(device, FIRMWARE)
    is_past_recall = runs and device.storage.jobs[FIRMWARE].status in _PAST_RECALL
    if is_past_recall or (runs and CANCELS_UPDATES not in device.features):
        return device, because("FwUpdateInProgress"), []
    moving = Moving(firmware["location"], payload.get("retries", 0), payload.get("retryInterval", PACE))
    job = Job(payload["requestId"], (("Downloading", retrieve_at),), moving=moving, order=firmware)
    device, acts = go_on(jobs.put(_closed(device, is_closed=False), FIRMWARE, job), [], moment)
    return device, {"status": "AcceptedCanceled"} if runs else ACCEPTED, acts


def go_on(device: Device, _: list[Any], moment: Moment) -> Step:
    """Take the next step of the update, or wait for its time and for running transactions (L01.FR.13, 16)."""
    if not jobs.is_running(device, FIRMWARE):
        return device, []
    if jobs.waits(device, FIRMWARE):
        return jobs.go_on(device, FIRMWARE, _fetched, moment)
    status, earliest = device.storage.jobs[FIRMWARE].steps[0]
    if moment.now < earliest or _must_wait(device, status):
        return _wait(device, status, earliest, moment)
    device, acts = jobs.take_step(device, FIRMWARE)
    if status in _EVENTS:
        event = security_event(_EVENTS[status], moment, is_asked_for=True)
        acts = [event, *acts] if status == "Installed" else [*acts, event]
    if status == "Downloading":
        device, more = jobs.begin(device, FIRMWARE, moment)
        return device, [*acts, *more]
    if status == "Installing":
        device = _begin_to_install(device)
    if status == "InstallRebooting":  # the other steps come after the reboot
        return replace(device, reset="FirmwareUpdate"), acts
    if status == "InstallVerificationFailed":
        device = _closed(device, is_closed=False)
    if status == "Installed":  # L01.FR.25; after any other end, a trigger can still request the last status (L01.FR.26)
        device = jobs.put(device, FIRMWARE, None)
    return device, [*acts, Set((FIRMWARE,), PACE)] if jobs.is_running(device, FIRMWARE) else acts


def _moved(device: Device, moved: FileMoved, moment: Moment) -> Step:
    """Handle the result of an attempt to download."""
    return jobs.end(device, FIRMWARE, moved, _fetched, moment)


def _fetched(device: Device, moved: FileMoved, moment: Moment) -> Step:
    """Continue after a download."""
    job = device.storage.jobs[FIRMWARE]
    return go_on(jobs.put(device, FIRMWARE, replace(job, steps=_steps(job.order, moved))), [], moment)


def publish(device: Device, payload: Json, moment: Moment) -> Given:
    """Download firmware and publish it for other stations (L03), one at a time."""
    if jobs.is_running(device, PUBLISHING):
        return device, REJECTED, []
    moving = Moving(payload["location"], payload.get("retries", 0), payload.get("retryInterval", PACE))
    checksum = payload["checksum"].casefold()
    job = Job(payload["requestId"], (("Downloading", 0.0),), subject=checksum, moving=moving)
    device, acts = jobs.take_step(jobs.put(device, PUBLISHING, job), PUBLISHING)
    device, more = jobs.begin(device, PUBLISHING, moment)
    return device, ACCEPTED, [*acts, *more]


def _moved_to_publish(device: Device, moved: FileMoved, moment: Moment) -> Step:
    """Handle the result of an attempt to download firmware for publishing."""
    return jobs.end(device, PUBLISHING, moved, _fetched_to_publish, moment)


def _fetched_to_publish(device: Device, moved: FileMoved, moment: Moment) -> Step:
    """Check the checksum of a download, and continue. For a simulated download, only the form can be checked."""
    job = device.storage.jobs[PUBLISHING]
    is_right = _is_checksum(job.subject) if moved.is_foreseen else job.subject == moved.md5
    names = ["Downloaded", "ChecksumVerified", "Published"] if is_right else ["Downloaded", "InvalidChecksum"]
    if moved.problem is not None:
        names = ["DownloadFailed"]
    job = replace(job, steps=tuple((name, 0.0) for name in names))
    return go_on_publishing(jobs.put(device, PUBLISHING, job), [], moment)


def go_on_publishing(device: Device, _: list[Any], moment: Moment) -> Step:
    """Take the next step of publishing; Published is reported with the location."""
    if not jobs.is_running(device, PUBLISHING):
        return device, []
    if jobs.waits(device, PUBLISHING):
        return jobs.go_on(device, PUBLISHING, _fetched_to_publish, moment)
    checksum = device.storage.jobs[PUBLISHING].subject
    device, acts = jobs.take_step(device, PUBLISHING)
    if jobs.is_running(device, PUBLISHING):
        return device, [*acts, Set((PUBLISHING,), PACE)]
    if device.storage.jobs[PUBLISHING].status == "Published":
        device = device.storing(published=device.storage.published | {checksum})
        where = {"location": [_PUBLISHED_AT + checksum]}
        acts = [replace(act, payload=act.payload | where) for act in acts if isinstance(act, Send)]
    return jobs.put(device, PUBLISHING, None), acts


def unpublish(device: Device, payload: Json, _: Moment) -> Given:
    """Stop publishing firmware (L04)."""
    checksum, job = payload["checksum"].casefold(), device.storage.jobs.get(PUBLISHING)
    if job is not None and job.subject == checksum:
        return device, {"status": "DownloadOngoing"}, []
    if checksum not in device.storage.published:
        return device, {"status": "NoFirmware"}, []
    return device.storing(published=device.storage.published - {checksum}), {"status": "Unpublished"}, []


def _steps(firmware: Mapping[str, Any], moved: FileMoved) -> tuple[tuple[str, float], ...]:
    """Return the statuses after a download in the order of the figure in L01, each with its earliest time."""
    if moved.problem is not None:
        return (("DownloadFailed", 0.0),)
    fetched = [("Downloaded", 0.0)]
    if _is_signed(firmware):
        signer = x509.split(firmware["signingCertificate"])[0]
        if not x509.has_signed(signer, firmware.get("signature", ""), moved.sha256):
            return (*fetched, ("InvalidSignature", 0.0))
        fetched.append(("SignatureVerified", 0.0))
    install_at = seconds_of(firmware.get("installDateTime", firmware["retrieveDateTime"])) or 0.0
    if not moved.size:
        return (*fetched, ("Installing", install_at), ("InstallVerificationFailed", 0.0))
    return (*fetched, ("Installing", install_at), ("InstallRebooting", 0.0), ("Installed", 0.0))


def _wait(device: Device, status: str, earliest: float, moment: Moment) -> Step:
    """Report that a step is scheduled, and block new transactions that would delay it (L01.FR.07)."""
    acts: list[Act] = []
    if device.storage.jobs[FIRMWARE].status != _SCHEDULED[status]:
        device, acts = jobs.tell(device, FIRMWARE, _SCHEDULED[status])
    if moment.now < earliest:
        return device, [*acts, Set((FIRMWARE,), earliest - moment.now)]
    if not device.is_on(NEW_SESSIONS_BEFORE_UPDATE):
        device = _closed(device, is_closed=True)
    return device, [*acts, Set((FIRMWARE,), PACE)]


def _must_wait(device: Device, status: str) -> bool:
    """Return whether a step has to wait until all transactions have ended."""
    return device.is_busy and status in _WHILE_CHARGING and not device.features & _WHILE_CHARGING[status]


def _begin_to_install(device: Device) -> Device:
    """Let no transaction start from now on; while one runs, firmware is installed without a reboot."""
    if not device.is_busy:
        return _closed(device, is_closed=True)
    job = device.storage.jobs[FIRMWARE]
    steps = tuple(step for step in job.steps if step[0] != "InstallRebooting")
    return jobs.put(device, FIRMWARE, replace(job, steps=steps))


def _closed(device: Device, *, is_closed: bool) -> Device:
    for evse in device.evses.values():
        device = device.with_evse(replace(evse, is_closed=is_closed))
    return device


def _is_signed(firmware: Mapping[str, Any]) -> bool:
    return "signature" in firmware or "signingCertificate" in firmware


def _is_trusted(device: Device, firmware: Json, moment: Moment) -> bool:
    """Return whether the signing certificate is valid and issued by an installed manufacturer root (L01.FR.21)."""
    found = x509.split(firmware.get("signingCertificate", ""))
    if len(found) != 1 or x509.is_expired(found[0], moment.now):
        return False
    return any(x509.is_issued_by(found[0], root.pem) for root in installed(device, ROOT_OF_MAKER))


def _is_checksum(text: str) -> bool:
    """Return whether a text is an MD5 checksum (L03)."""
    return len(text) == 32 and not set(text) - set("0123456789abcdef")


ANSWERS: Mapping[str, Answer] = {
    "PublishFirmware": publish,
    "UnpublishFirmware": unpublish,
    "UpdateFirmware": update,
}
ALARMS: Mapping[str, Alarmed] = {
    FIRMWARE: go_on,
    PUBLISHING: go_on_publishing,
}
MOVED: Mapping[str, jobs.Ended] = {
    FIRMWARE: _moved,
    PUBLISHING: _moved_to_publish,
}
