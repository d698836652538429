"""Checks of firmware updates and diagnostics (checks 6L)."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Done, Later, Subject, Wrong
from mock_csms.twin.seen import Seen, call, result

FIRMWARE = Subject("firmware", OF_V16, "v16")
STATUS, DIAGNOSTICS, SIGNED = (
    "FirmwareStatusNotification",
    "DiagnosticsStatusNotification",
    "SignedFirmwareStatusNotification",
)
_BEFORE = {"Installing": {"Downloaded", "Installing"}, "Installed": {"Installing", "Installed"}}
"""The statuses that must come before some others, or may be repeated."""


@FIRMWARE.check(
    "6L01", "1.6 4.5, 7.25, errata 3.47", ERROR, "the statuses of an update come in their order, from retrieveDate on",
    result("UpdateFirmware"), call(STATUS),
)  # fmt: skip
def updates_in_order(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Installing before Downloaded, Installed before Installing, an early download, and missing statuses."""
    files, at = station.files, None
    if seen.kind == "result":
        at = mock_time_of(seen.request["retrieveDate"], station)
        wait = max(0.0, (at or seen.at) - seen.at) + station.terms.patience
        return Later("no FirmwareStatusNotification came after UpdateFirmware", wait) if at is not None else None
    status, is_asked = seen.payload["status"], files.retrieve_at is not None
    if status == "Idle" or not is_asked or files.is_in_doubt:
        return Done()
    if (
        status == "Downloading"
        and seen.at + station.terms.clock_offset < (files.retrieve_at or 0) - station.terms.tolerance
    ):
        return Done(), "Downloading before the retrieveDate"
    is_wrong = status in _BEFORE and files.status not in _BEFORE[status]
    return [Done(), *([f"{status} comes after {files.status or 'nothing'}"] if is_wrong else [])]


@FIRMWARE.check(
    "6L02", "1.6 7.24, 7.25", ERROR, "the status Idle is sent only if it was triggered", call(STATUS, DIAGNOSTICS)
)
def is_idle_if_asked(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Idle without a trigger."""
    is_asked = seen.action in station.asked.open or seen.action in station.boots.asked_for
    return "Idle was not triggered" if seen.payload["status"] == "Idle" and not is_asked else None


@FIRMWARE.check(
    "6L03",
    "1.6 5.9",
    ERROR,
    "a file that GetDiagnostics names is uploaded",
    result("GetDiagnostics"),
    call(DIAGNOSTICS),
)
def uploads_diagnostics(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an answer with a fileName if no status of the upload follows."""
    if seen.kind == "call":
        return Done()
    name = seen.payload.get("fileName")
    return Later("a fileName was given, but no status of the upload came", station.terms.patience) if name else None


@FIRMWARE.check(
    "6L04", "whitepaper L01.FR.10, L01.FR.20", ERROR, "statuses of signed updates have the requestId of their update",
    call(SIGNED),
)  # fmt: skip
def names_its_update(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a status without a requestId, or with an unknown one, which may belong to an earlier run of the mock."""
    status, id_ = seen.payload["status"], seen.payload.get("requestId")
    if status == "Idle" or id_ in station.files.updates:
        return None
    if id_ is None:
        return f"{status} has no requestId"
    text = f"{status} has the requestId {id_}, which no update has"
    return (
        Wrong(text, severity=WARNING, why="the update may have begun before this run")
        if station.files.updates
        else None
    )
