"""Checks of log uploads (checks N01 to N03); customer information and monitors are in `monitoring`."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.uploads import OVER
from mock_csms.conformance.subject import ERROR, CheckResult, Done, Due, Later, Subject
from mock_csms.twin.seen import Seen, call, result

DIAGNOSTICS = Subject("diagnostics")

_STATUS = "LogStatusNotification"
_PATIENCE = 10
"""The factor by which an upload may take longer than other actions."""


@DIAGNOSTICS.check("N01", "N01.FR.01", ERROR, "an accepted GetLog has a filename", result("GetLog"))
def log_has_a_name(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an Accepted without a filename."""
    if seen.payload["status"] == "Accepted" and not seen.payload.get("filename"):
        return f"log {seen.request['requestId']} was accepted without a filename"
    return None


@DIAGNOSTICS.check(
    "N02",
    "N01.FR.07, N01.FR.13",
    ERROR,
    "log statuses have the requestId of their upload",
    call(_STATUS),
    implies=("N03",),
)
def log_has_its_request_id(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a requestId that no GetLog had, or a status without a requestId.

    Idle needs no requestId, and a triggered status needs none while no upload runs. If the mock has seen no boot, an
    unknown requestId may be older than the mock.
    """
    id_, status, uploads = seen.payload.get("requestId"), seen.payload["status"], station.uploads
    if id_ is not None and id_ not in uploads.asked and station.boots.count and not uploads.is_full:
        return f"{status} has the requestId {id_}, but no log was requested with it"
    is_triggered = station.triggers.is_due(_STATUS) and uploads.running is None
    if id_ is None and status != "Idle" and not is_triggered:
        return f"{status} has no requestId"
    return None


@DIAGNOSTICS.check(
    "N03", "N01.FR.08-10, N01.FR.20", ERROR, "an upload reports Uploading and how it ended",
    result("GetLog"), call(_STATUS),
)  # fmt: skip
def upload_is_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Uploaded without Uploading, an upload that does not end, or a cancelled upload that is reported wrongly.

    Silent if statuses may be lost.
    """
    if seen.kind == "result":
        return _of_answer(seen, station)
    id_, status = seen.payload.get("requestId"), seen.payload["status"]
    if id_ not in station.uploads.asked or station.uploads.is_in_doubt:
        return Done(id_) if status in OVER else None
    if status == "Uploaded" and station.uploads.asked[id_] in ("Accepted", "AcceptedCanceled"):
        return f"log {id_} is Uploaded, but was never Uploading"
    return Done(id_) if status in OVER else _end_of(id_, station, 0)


@DIAGNOSTICS.deadline("N03")
def upload_has_not_ended(due: Due, station: KnownStation) -> CheckResult:
    """Report that an upload has not ended."""
    return None if station.uploads.is_in_doubt or station.uploads.asked.get(due.key) in OVER else due.text


def _of_answer(seen: Seen, station: KnownStation) -> CheckResult:
    """Set the deadlines for the statuses that must follow this answer to GetLog."""
    id_, old = seen.request["requestId"], station.uploads.running
    if seen.payload["status"] == "Rejected" or station.uploads.asked.get(id_) in OVER:
        return None
    retries = seen.request.get("retries", 0) * seen.request.get("retryInterval", 0)
    later = [_end_of(id_, station, retries)]
    if seen.payload["status"] == "AcceptedCanceled" and old not in (None, id_):
        text = f"log {old} was cancelled for log {id_}, but no status reported that"
        later.append(Later(text, station.terms.patience, old))
    return later


def _end_of(id_: int, station: KnownStation, more: float) -> Later:
    within = station.terms.patience * _PATIENCE + more
    return Later(f"the upload of log {id_} did not end within {within:g} s", within, id_)
