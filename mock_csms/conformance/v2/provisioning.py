"""Checks of boots (checks B01 to B06, B11, B14, B15, B21); others are in `heartbeats`, `statuses` and `resets`."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, INFO, WARNING, CheckResult, Done, Later, Subject, Wrong
from mock_csms.twin.boots import REFUSED, UNKNOWN
from mock_csms.twin.seen import Seen, call, error, response, result, when

PROVISIONING = Subject("provisioning")
STARTUPS = {"StartupOfTheDevice", "ResetOrReboot"}
"""The security events that report a boot."""
BOOT, EVENT = "BootNotification", "SecurityEventNotification"
LEAST_PAUSE = 5.0
"""The shortest wait in seconds between two boots if the CSMS left the interval to the station."""
_REASONS = {("Immediate", "Accepted"): {"RemoteReset"}, ("OnIdle", "Scheduled"): {"ScheduledReset"}}
_RESET = {"RemoteReset", "ScheduledReset"}
_OF_SCHEMAS = {"FormatViolation", "FormationViolation", "ProtocolError", "RpcFrameworkError", "MessageTypeNotSupported"}
_OF_SCHEMAS |= {"OccurrenceConstraintViolation", "OccurenceConstraintViolation", "PropertyConstraintViolation"}
_OF_SCHEMAS |= {"TypeConstraintViolation"}


@PROVISIONING.check(
    "B01", "B01.FR.01, B01.FR.03", ERROR, "the first CALL of a station is BootNotification", call(), any_payload=True
)
def boots_first(seen: Seen, station: KnownStation) -> CheckResult:
    """Report another call before BootNotification.

    If the station never boots, the finding is an info: it may have been accepted before the mock started.
    """
    due = station.boots.due
    if not due:
        return None
    if seen.action == BOOT:
        return f"the first {BOOT} comes after other calls" if due == "late" else None
    if due == "reset":
        return f"{seen.action} comes before the {BOOT} after a reset"
    is_first = due == "first"
    text, why = f"the first call is {seen.action} in place of {BOOT}", "it may have booted before the mock started"
    return Wrong(text, severity=INFO, why=why) if is_first else None


@PROVISIONING.check(
    "B02", "B01.FR.08, B02.FR.02", ERROR, "until it is Accepted, a station sends only what was triggered", call()
)
def silent_until_accepted(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an untriggered call of a station that is not accepted yet; B03 reports those of rejected stations."""
    boots = station.boots
    has_booted = boots.count or boots.status == REFUSED
    if boots.status in ("Accepted", UNKNOWN) or not has_booted or seen.action == BOOT:
        return None
    if any(action != BOOT for action, _ in station.connections.calls.values()):
        return None  # R06 reports calls that overlap
    if silent_when_rejected(seen, station):
        return None
    before = boots.before if boots.is_new else UNKNOWN
    state = boots.status or before
    if state == UNKNOWN or (state in ("Pending", REFUSED) and seen.action in boots.asked_for):
        return None
    return f"{seen.action} comes while the last {BOOT} is {boots.status or 'not answered'}"


@PROVISIONING.check("B03", "B03.FR.02", ERROR, "a Rejected station stays silent until the interval has passed", call())
def silent_when_rejected(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a call before the interval of a rejection is over; B04 and B05 report early BootNotifications."""
    boots = station.boots
    if boots.status != "Rejected" or not boots.interval or seen.action == BOOT:
        return None
    pause = seen.at - boots.answered_at
    if pause >= boots.interval - station.terms.tolerance:
        return None
    return f"{seen.action} comes {pause:.1f} s after it was Rejected for {boots.interval:g} s"


@PROVISIONING.check(
    "B04",
    "B02.FR.04, B02.FR.08, B03.FR.06",
    ERROR,
    "a Pending or Rejected station repeats BootNotification after the interval",
    call(BOOT),
    response(BOOT),
    when("connected"),
)
def boots_again(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a BootNotification before the interval is over, or a missing one after it.

    An early one is right if it was triggered, follows a reset, or was sent before the late answer of the mock arrived.
    """
    boots = station.boots
    if seen.kind == "response":
        status, interval = seen.payload["status"], seen.payload["interval"]
        return _next_boot(status, interval, interval, station)
    if boots.status not in ("Pending", "Rejected") or not boots.interval:
        return Done()
    if seen.kind == "connected":
        return _next_boot(boots.status, boots.interval, boots.answered_at + boots.interval - seen.at, station)
    pause = seen.at - boots.answered_at
    is_reset = boots.due == "reset" or station.resets.is_under_way  # a reset need not close the connection
    is_due = boots.is_triggered or is_reset or pause >= boots.interval - station.terms.tolerance
    if is_due or _is_crossing(seen, station):
        return Done()
    return Done(), f"{BOOT} comes {pause:.1f} s after one was {boots.status} for {boots.interval:g} s"


def _is_crossing(seen: Seen, station: KnownStation) -> bool:
    """Whether the mock answered the last BootNotification late, so that the station may have sent this one before."""
    boots = station.boots
    return boots.answered_at - boots.asked_at > 1.0 and seen.at - boots.answered_at < 1.0


def _next_boot(status: str, interval: float, wait: float, station: KnownStation) -> CheckResult:
    if status == "Accepted" or interval <= 0:
        return Done()
    text = f"no {BOOT} came after one was {status} for {interval:g} s"
    return Later(text, max(0.0, wait) + station.terms.patience)


@PROVISIONING.check(
    "B05", "B02.FR.07, B03.FR.05", WARNING, "without an interval, BootNotification is not repeated at once", call(BOOT)
)
def does_not_flood(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a BootNotification right after one that was answered with the interval 0."""
    boots = station.boots
    if boots.status not in ("Pending", "Rejected") or boots.interval or boots.is_triggered:
        return None
    pause = seen.at - boots.answered_at
    if pause >= LEAST_PAUSE or _is_crossing(seen, station):
        return None
    return f"{BOOT} comes {pause:.1f} s after one was {boots.status} without an interval"


@PROVISIONING.check(
    "B06", "B01.FR.09", ERROR, "the boot reason matches the reset, firmware update or trigger", call(BOOT)
)
def reason_fits(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a boot reason that differs from the reset, the firmware update or the trigger before the boot."""
    reason, boots, resets = seen.payload["reason"], station.boots, station.resets
    if reason == "Triggered":
        return None if boots.is_triggered else f"the reason is {reason}, but nothing was triggered"
    if resets.status == "Scheduled" and (station.transactions.open_at() or _is_overdue(seen, station)):
        return None  # the scheduled reset is still pending, so this boot may have another cause
    if resets.status and not resets.is_for_firmware:
        fitting = _REASONS.get((resets.kind, resets.status), _RESET)
        why = f"Reset {resets.kind} was {resets.status}"
    elif resets.is_for_firmware and not resets.status:
        fitting, why = {"FirmwareUpdate"}, "the firmware is InstallRebooting"
    else:
        early = boots.status in ("Pending", "Rejected") and seen.at < boots.answered_at + boots.interval
        is_same = early and boots.is_triggered and station.connections.opened_at <= boots.answered_at
        fitting, why = ({"Triggered"}, "it was triggered") if is_same else ({reason}, "")
    return None if reason in fitting else f"the reason is {reason}, although {why}"


def _is_overdue(seen: Seen, station: KnownStation) -> bool:
    """Whether a station stayed connected for long after its reset was due; so now it restarts for another reason."""
    line, resets = station.connections, station.resets
    left_at = line.outages[-1][0] if line.outages and resets.agreed_at < line.opened_at else seen.at
    return left_at > resets.due_at + station.terms.patience


@PROVISIONING.check(
    "B21", "B01.FR.03", WARNING, "an Accepted station does not boot again on the same connection", call(BOOT)
)
def boots_once(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a second BootNotification without a reset or a trigger, unless the data of the station changed.

    If the mock answered the first one late, the station may have sent the second before that.
    """
    boots, last = station.boots, station.boots.asked
    is_plain = boots.is_accepted and boots.answered_at >= station.connections.opened_at and not boots.is_triggered
    is_reset = (
        station.resets.status or station.resets.is_for_firmware or (station.connections.leaves or 0.0) >= boots.asked_at
    )
    if not is_plain or is_reset or seen.payload["reason"] == "Triggered":
        return None
    if _is_crossing(seen, station) or last["chargingStation"] != seen.payload["chargingStation"]:
        return None
    return f"BootNotification again {seen.at - boots.answered_at:.1f} s after it was Accepted, on the same connection"


@PROVISIONING.check(
    "B11",
    "A04.FR.01",
    WARNING,
    "a security event reports each boot",
    response(BOOT),
    call(EVENT),
)
def reports_boots(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a boot without the security event StartupOfTheDevice or ResetOrReboot."""
    boots = station.boots
    if seen.kind == "call":
        return Done() if seen.payload["type"] in STARTUPS else None
    if seen.payload["status"] != "Accepted" or not boots.count or not boots.is_new:
        return None
    return Later("neither StartupOfTheDevice nor ResetOrReboot came after the boot", station.terms.patience)


@PROVISIONING.check(
    "B14",
    "B02.FR.05",
    ERROR,
    "a Pending station rejects remote starts and stops",
    result("RequestStartTransaction", "RequestStopTransaction"),
)
def starts_nothing_while_pending(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than Rejected to a command that was sent while the station was Pending."""
    boots, status = station.boots, seen.payload["status"]
    if status == "Rejected" or boots.status != "Pending" or boots.commanded.get(seen.id) != "Pending":
        return None
    return f"{seen.action} is {status}, although the station is Pending"


@PROVISIONING.check(
    "B15",
    "B03.FR.08",
    ERROR,
    "a Rejected station answers commands with SecurityError",
    result(),
    error(),
    any_payload=True,
)
def refuses_while_rejected(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than SecurityError to a command that was sent while the station was Rejected.

    An error about the schema is right too: the command may violate its schema.
    """
    boots = station.boots
    if boots.status != "Rejected" or boots.commanded.get(seen.id) != "Rejected":
        return None
    if seen.kind == "result":
        return f"{seen.action} was answered, although the station is Rejected"
    if seen.code == "SecurityError" or seen.code in _OF_SCHEMAS:
        return None
    return f"{seen.action} was refused with {seen.code}, not SecurityError, although the station is Rejected"
