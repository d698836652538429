"""Checks of triggered messages (checks F)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, WARNING, CheckResult, Done, Due, Later, Subject, Wrong
from mock_csms.conformance.v2.unasked import UNASKED, is_asked_for, may_be_the_first
from mock_csms.twin.connections import has_hung_up
from mock_csms.twin.events import Disconnected
from mock_csms.twin.seen import Seen, call, error, result, when

TRIGGERS = Subject("triggers")

_TRIGGER = "TriggerMessage"
_AGAIN = "again"
_A_MOMENT = 1.0
"""If an earlier message may not be the triggered one, the triggered one may come so many seconds after the answer."""
_LOG, _FIRMWARE = "LogStatusNotification", "FirmwareStatusNotification"


@TRIGGERS.check(
    "F01",
    "F06.FR.04",
    ERROR,
    "a triggered message comes after the answer to TriggerMessage",
    result(_TRIGGER),
    call(*UNASKED),
    when("disconnected"),
)
def answer_comes_first(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a message before the answer to its TriggerMessage, if only the trigger can have caused it."""
    if seen.kind == "call":
        return _comes_early(seen, station)
    if seen.kind == "disconnected":
        return _left_in_doubt(seen, station)
    message = seen.request["requestedMessage"]
    trigger, early = station.triggers.open.get(message), station.deadlines.get(("F01", _action(message)))
    is_it = early is not None or (trigger is not None and trigger.is_early)
    if not is_it or seen.payload["status"] != "Accepted":
        return Done(_action(message))
    text = f"{message} came before the answer to its {_TRIGGER}"
    may_be_own = early is not None and may_be_the_first(message, seen.at, station)
    return [Done(_action(message)), Later(text, _A_MOMENT, (_AGAIN, _action(message))) if may_be_own else text]


@TRIGGERS.deadline("F01")
def came_too_early(due: Due, _: KnownStation) -> CheckResult:
    """Report a message that came before the answer."""
    return due.text or None


def _comes_early(seen: Seen, station: KnownStation) -> CheckResult:
    """Note a message that comes before the answer to its trigger; cancel that if the message comes again."""
    is_early = is_asked_for(seen.action, seen.at, station) and UNASKED[seen.action](seen, station)
    return Later("", station.terms.patience, seen.action) if is_early else Done((_AGAIN, seen.action))


def _left_in_doubt(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the early message if the station closes the connection before it sends the message again."""
    late = station.deadlines.get(("F01", (_AGAIN, "Heartbeat")))
    return late.text if late is not None and has_hung_up(seen.event_as(Disconnected)) else None


def _action(message: str) -> str:
    """Return the action of a requestedMessage."""
    return "SignCertificate" if message.startswith("Sign") else message


@TRIGGERS.check("F02", "F06.FR.10", ERROR, "an accepted TriggerMessage leads to the message", result(_TRIGGER))
def triggered_is_sent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that the triggered message does not come in time. S06 judges certificate requests."""
    message = seen.request["requestedMessage"]
    trigger = station.triggers.open.get(message)
    if seen.payload["status"] != "Accepted" or trigger is None or trigger.came:
        return None
    text = f"the trigger of {message} was accepted, but it did not come within {station.terms.patience:g} s"
    return Later(text, station.terms.patience, message)


@TRIGGERS.deadline("F02")
def triggered_is_missing(due: Due, station: KnownStation) -> CheckResult:
    """Report that the message did not come."""
    late = station.triggers.open.get(due.key)
    return due.text if late and not (late.came or late.is_in_doubt) else None


@TRIGGERS.check("F03", "F06.FR.11", ERROR, "a TriggerMessage without an EVSE covers all EVSEs", result(_TRIGGER))
def all_evses_are_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that messages came for only some of the EVSEs."""
    message = seen.request["requestedMessage"]
    trigger = station.triggers.open.get(message)
    if seen.payload["status"] != "Accepted" or trigger is None or not trigger.evses:
        return None
    return Later(f"the trigger of {message} was for all EVSEs", station.terms.patience, message)


@TRIGGERS.deadline("F03")
def evses_are_missing(due: Due, station: KnownStation) -> CheckResult:
    """Name the missing EVSEs."""
    late = station.triggers.open.get(due.key)
    is_some = late is not None and late.evses & late.places and not late.is_in_doubt
    missing = sorted(late.evses - late.places) if late and is_some else []
    return f"{due.text}: EVSE {', '.join(map(str, missing))} missing" if missing else None


@TRIGGERS.check(
    "F04", "F06.FR.17", ERROR, "an Accepted station rejects a TriggerMessage for BootNotification", result(_TRIGGER)
)
def no_boot_when_accepted(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than Rejected to a trigger of BootNotification, if the station was accepted then."""
    status, was = seen.payload["status"], station.boots.commanded.get(seen.id)
    is_it = seen.request["requestedMessage"] == "BootNotification" and status != "Rejected"
    if not is_it or was != "Accepted" or not station.boots.is_accepted:
        return None
    return f"the trigger of BootNotification was answered with {status}, although the last boot was Accepted"


@TRIGGERS.check(
    "F05",
    "F06.FR.08",
    WARNING,
    "a trigger that is not supported is answered with NotImplemented",
    result(_TRIGGER),
    error(_TRIGGER),
)
def not_implemented(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a CALLERROR, or Rejected for a message of ISO 15118 if the station does not support ISO 15118.

    A station that has never answered a TriggerMessage may not support that action, and then a CALLERROR is right (Part
    4 4.3). So its CALLERROR is only an info, and no finding at all if every station must be able to send the message.
    """
    message = seen.request.get("requestedMessage") if isinstance(seen.request, dict) else None
    if seen.kind == "error":
        has_triggers = _TRIGGER in station.commands.answered
        if seen.code not in ("NotImplemented", "NotSupported") or not (has_triggers or message in _OPTIONAL):
            return None
        text = f"the trigger of {message} was answered with the CALLERROR {seen.code}"
        return Wrong(text, severity=None if has_triggers else INFO, why="the station may not support triggers")
    if seen.payload["status"] == "Rejected" and message in _OF_15118 and not _has_15118(station):
        return f"the trigger of {message} was Rejected, not NotImplemented, although there is no ISO15118Ctrlr"
    return None


@TRIGGERS.check(
    "F06", "F06.FR.14-16, L01.FR.25-26", ERROR, "a triggered status is the current one, or Idle",
    call(_LOG, _FIRMWARE),
)  # fmt: skip
def status_is_current(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a triggered status other than Idle if no job runs, or Idle while a job runs."""
    if not station.triggers.is_due(seen.action):
        return None
    status, has_id = seen.payload["status"], "requestId" in seen.payload
    if seen.action == _LOG and station.uploads.status == "Uploading" and status == "Idle":
        return f"{_LOG} is Idle, although log {station.uploads.running} is Uploading"
    if seen.action == _FIRMWARE and station.triggers.firmware in _UNDER_WAY and status == "Idle":
        return f"{_FIRMWARE} is Idle, although the last status was {station.triggers.firmware}"
    is_idle = station.uploads.running is None if seen.action == _LOG else _no_update(station)
    if is_idle and not has_id and status != "Idle" and station.boots.count:
        return f"{seen.action} is {status}, although no upload or update runs"
    return None


_UNDER_WAY = ("DownloadScheduled", "Downloading", "Downloaded", "InstallScheduled", "Installing", "SignatureVerified")
_OF_15118 = ("SignV2GCertificate", "SignV2G20Certificate", "SignCombinedCertificate")
_OPTIONAL = (*_OF_15118, "SignChargingStationCertificate", "PublishFirmwareStatusNotification")
"""The messages that not every station can send."""


def _has_15118(station: KnownStation) -> bool:
    """Whether the station supports ISO 15118, or may support it."""
    is_available = station.variables.switch("ISO15118Ctrlr", "Available")
    return is_available is not False and not (is_available is None and station.reports.is_trusted)


def _no_update(station: KnownStation) -> bool:
    """Whether the mock has requested no firmware update, as far as it knows."""
    return "UpdateFirmware" not in station.commands.agreed
