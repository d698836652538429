"""GetLog, and the upload of the log after it (N01)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Set
from mock_csms.station.state import Moment
from mock_csms.station.v2 import jobs
from mock_csms.station.v2.answers import Alarmed, Answer, Given
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.storage import Job

_NAMES = {"DiagnosticsLog": "diagnostics", "SecurityLog": "security", "DataCollectorLog": "data"}


def get_log(device: Device, payload: Json, _: Moment) -> Given:
    """Answer with the name of the log and upload it (N01.FR.01); a running upload is cancelled (N01.FR.12, 20)."""
    status, acts = "Accepted", list[Act]()
    if jobs.is_running(device, jobs.LOG):
        status = "AcceptedCanceled"
        device, acts = jobs.tell(device, jobs.LOG, status)
    end = "UploadFailure" if jobs.fails(payload["log"]["remoteLocation"]) else "Uploaded"
    job = Job(payload["requestId"], (("Uploading", 0.0), (end, 0.0)))
    device, more = go_on(jobs.put(device, jobs.LOG, job))
    name = f"{device.identity.serial_number}-{_NAMES[payload['logType']]}-{payload['requestId']}.log"
    return device, {"status": status, "filename": name}, [*acts, *more]


def go_on(device: Device, *_: Any) -> Step:
    """Report the next status of the upload; after its end the status is Idle again (F06.FR.14)."""
    if not jobs.is_running(device, jobs.LOG):
        return device, []
    device, acts = jobs.take_step(device, jobs.LOG)
    if jobs.is_running(device, jobs.LOG):
        return device, [*acts, Set((jobs.LOG,), jobs.PACE)]
    return jobs.put(device, jobs.LOG, None), acts


ANSWERS: Mapping[str, Answer] = {
    "GetLog": get_log,
}
ALARMS: Mapping[str, Alarmed] = {
    jobs.LOG: go_on,
}
