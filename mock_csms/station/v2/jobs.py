"""Jobs: uploads and firmware updates, which report one status after another (F06, L01, L03, N01).

A job survives a reboot. Its alarm does not: it is set again after the CSMS has accepted the station.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, FileMoved, Send, Set
from mock_csms.station.moving import PACE, begun, foreseen, is_about, retried
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.storage import Job

LOG, FIRMWARE, PUBLISHING = "log", "firmware", "publishing"

Ended: TypeAlias = Callable[[Device, FileMoved, Moment], Step]
"""Called with the result of a transfer when the transfer has ended."""

NOTIFICATIONS: Mapping[str, str] = {
    LOG: "LogStatusNotification",
    FIRMWARE: "FirmwareStatusNotification",
    PUBLISHING: "PublishFirmwareStatusNotification",
}
"""The action that reports the status of each kind of job."""


def is_running(device: Device, kind: str) -> bool:
    """Return whether a job has further statuses."""
    job = device.storage.jobs.get(kind)
    return job is not None and (bool(job.steps) or job.moving.is_open)


def put(device: Device, kind: str, job: Job | None) -> Device:
    """Return the device with a job replaced, or removed if `job` is None."""
    others = {name: other for name, other in device.storage.jobs.items() if name != kind}
    return device.storing(jobs=others | ({kind: job} if job else {}))


def tell(device: Device, kind: str, status: str) -> Step:
    """Set the status of a job, and report it with the requestId (L01.FR.10, N01.FR.13)."""
    job = device.storage.jobs[kind]
    payload = {"status": status, "requestId": job.request_id}
    return put(device, kind, replace(job, status=status)), [Send(NOTIFICATIONS[kind], payload, is_asked_for=True)]


def take_step(device: Device, kind: str) -> Step:
    """Move a job to its next status, and report it."""
    job = device.storage.jobs[kind]
    return tell(put(device, kind, replace(job, steps=job.steps[1:])), kind, job.steps[0][0])


def trigger(device: Device, kind: str) -> Step:
    """Report the last status of a job, or Idle if there is none (F06.FR.14 to 16, L01.FR.25, L01.FR.26)."""
    if kind in device.storage.jobs:
        return tell(device, kind, device.storage.jobs[kind].status)
    return device, [Send(NOTIFICATIONS[kind], {"status": "Idle"})]


def resume(device: Device) -> list[Act]:
    """Set the alarms of the jobs that a reboot has interrupted."""
    return [Set((kind,), PACE) for kind in device.storage.jobs if is_running(device, kind)]


# The file of a job.


def begin(device: Device, kind: str, moment: Moment) -> Step:
    """Start the transfer of a job, or its next attempt."""
    job = device.storage.jobs[kind]
    moving, act = begun(job.moving, (kind,), moment)
    return put(device, kind, replace(job, moving=moving)), [act or Set((kind,), PACE)]


def waits(device: Device, kind: str) -> bool:
    """Return whether the transfer of a job has not ended."""
    job = device.storage.jobs.get(kind)
    return job is not None and job.moving.is_open


def go_on(device: Device, kind: str, ended: Ended, moment: Moment) -> Step:
    """Continue an open transfer when its alarm rings: with the next attempt, or with the simulated end."""
    moved = foreseen(device.storage.jobs[kind].moving.location, (kind,))
    return begin(device, kind, moment) if moved is None else end(device, kind, moved, ended, moment)


def end(device: Device, kind: str, moved: FileMoved, ended: Ended, moment: Moment) -> Step:
    """Handle the result of an attempt: wait for the next attempt, or call `ended` with the last result."""
    job = device.storage.jobs.get(kind)
    if job is None or not is_about(job.moving, moved):
        return device, []
    again = retried(job.moving, moved)
    if again is not None:
        return put(device, kind, replace(job, moving=again)), [Set((kind,), again.interval)]
    device = put(device, kind, replace(job, moving=replace(job.moving, is_open=False, content=None)))
    return ended(device, moved, moment)
