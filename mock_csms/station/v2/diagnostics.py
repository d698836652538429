"""GetLog, and the upload of the log after it (N01)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, FileMoved
from mock_csms.station.moving import LOG_FAILURES, PACE, Moving
from mock_csms.station.state import Moment
from mock_csms.station.v2 import jobs
from mock_csms.station.v2.answers import Alarmed, Answer, Given
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.reserved import describe
from mock_csms.station.v2.storage import Job

_NAMES = {"DiagnosticsLog": "diagnostics", "SecurityLog": "security", "DataCollectorLog": "data"}


def get_log(device: Device, payload: Json, moment: Moment) -> Given:
    """Answer with the name of the log and upload it (N01.FR.01); a running upload is cancelled (N01.FR.12, 20)."""
    status, acts = "Accepted", list[Act]()
    if jobs.is_running(device, jobs.LOG):
        status = "AcceptedCanceled"
        device, acts = jobs.tell(device, jobs.LOG, status)
    name = f"{device.identity.serial_number}-{_NAMES[payload['logType']]}-{payload['requestId']}.log"
    moving = Moving(
        payload["log"]["remoteLocation"],
        payload.get("retries", 0),
        payload.get("retryInterval", PACE),
        name,
        _content(device, payload["logType"], moment),
    )
    job = Job(payload["requestId"], (("Uploading", 0.0),), moving=moving)
    device, told = jobs.take_step(jobs.put(device, jobs.LOG, job), jobs.LOG)
    device, more = jobs.begin(device, jobs.LOG, moment)
    return device, {"status": status, "filename": name}, [*acts, *told, *more]


def _content(device: Device, kind: str, moment: Moment) -> bytes:
    """Return the text of a log."""
    identity = device.identity
    first = f"{moment.stamp} {kind} of {device.name or identity.serial_number}, {identity.vendor} {identity.model}"
    lines = [f"{moment.stamp} {line}" for line in describe(device, moment)]
    return "".join(f"{line}\n" for line in [f"{first}, firmware {identity.firmware}", *lines]).encode()


def go_on(device: Device, _: object, moment: Moment) -> Step:
    """Continue an upload that waits for its next attempt, or that a reboot has interrupted."""
    return jobs.go_on(device, jobs.LOG, _ended, moment) if jobs.waits(device, jobs.LOG) else (device, [])


def moved(device: Device, result: FileMoved, moment: Moment) -> Step:
    """Handle the result of an attempt to upload."""
    return jobs.end(device, jobs.LOG, result, _ended, moment)


def _ended(device: Device, result: FileMoved, _: Moment) -> Step:
    """Report the result of the upload; after it the status is Idle again (F06.FR.15)."""
    status = "Uploaded" if result.problem is None else LOG_FAILURES[result.problem]
    device, acts = jobs.tell(device, jobs.LOG, status)
    return jobs.put(device, jobs.LOG, None), acts


ANSWERS: Mapping[str, Answer] = {
    "GetLog": get_log,
}
ALARMS: Mapping[str, Alarmed] = {
    jobs.LOG: go_on,
}
MOVED: Mapping[str, jobs.Ended] = {
    jobs.LOG: moved,
}
