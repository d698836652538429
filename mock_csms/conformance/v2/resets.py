"""Checks of answers to Reset, and of the consequences (checks B18 to B20)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Later, Wrong
from mock_csms.conformance.v2.provisioning import BOOT, PROVISIONING
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, result

_OWN = "the station may have a reason of its own"
_FITTING = {"Immediate": "Accepted", "OnIdle": "Scheduled"}
"""The answer to each type of Reset; a station need not have ImmediateAndResume, which OCPP 2.1 has added."""
_RESETS = {"RemoteReset", "ScheduledReset"}


def has_ended(seen: Seen, station: KnownStation, at: float) -> bool:
    """Whether an event ends a transaction before a time, so that the transaction did not run then."""
    ended = seconds_of(seen.payload["timestamp"])
    return ended is None or ended < at + station.terms.tolerance


@PROVISIONING.check(
    "B18",
    "B11.FR.01, B11.FR.06, B11.FR.07, B11.FR.09, B12.FR.01, B12.FR.02, B12.FR.09",
    ERROR,
    "during a transaction Reset Immediate is Accepted and OnIdle Scheduled; an EVSE is reset only if supported",
    result("Reset"),
    call("TransactionEvent.Ended"),
)
def answers_resets(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than Accepted to Immediate or Scheduled to OnIdle during a transaction.

    If an Ended event follows that is older than the answer, the finding is cancelled. Rejected is only a warning: the
    station may have its own reason. For a single EVSE, Rejected is right if AllowReset is false or not known. If it is
    false, any other answer is wrong.
    """
    if seen.kind == "call":
        given = station.commands.answered.get("Reset")
        is_over = given and has_ended(seen, station, given.at)
        return Done() if is_over else None
    kind, evse, status = seen.request["type"], seen.request.get("evseId"), seen.payload["status"]
    allowed = None if evse is None else (station.variables.text("EVSE", "AllowReset", evse) or "").lower()
    if allowed == "false" and status != "Rejected":
        return f"the reset of EVSE {evse} is {status}, although AllowReset is false"
    if allowed in ("false", "") and status == "Rejected":
        return None
    running = [each.id for each in station.transactions.open_at(evse)]
    if not running or status == _FITTING.get(kind, status):
        return None
    wrong = Wrong(f"Reset {kind} is {status} in transaction {running[0]}", severity=WARNING, why=_OWN)
    return wrong if status == "Rejected" else Later(wrong.text, station.terms.patience, survives=True)


@PROVISIONING.check(
    "B19",
    "B11.FR.03, B11.FR.04, B12.FR.03",
    ERROR,
    "an Accepted reset reboots the station, a reset of an EVSE does not",
    result("Reset"),
    call(BOOT),
)
def reboots(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that the connection stays open after an accepted reset, or a boot after the reset of a single EVSE."""
    if seen.kind == "result":
        is_meant = seen.payload["status"] == "Accepted" and "evseId" not in seen.request
        text = "no reboot after the accepted reset: the connection is still open"
        return Later(text, station.terms.patience) if is_meant else None
    since = station.resets.evse_at
    if since is None or seen.payload["reason"] not in _RESETS or station.resets.status:
        return Done()
    return Done(), f"BootNotification {seen.at - since:.1f} s after the reset of a single EVSE"


@PROVISIONING.check(
    "B20",
    "B12.FR.04, B12.FR.08",
    ERROR,
    "transactions ended by an immediate reset have ResetCommand and ImmediateReset",
    call("TransactionEvent.Ended"),
)
def ends_by_reset(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a wrong trigger or stoppedReason at the end of a transaction that an immediate reset had to end.

    Silent about transactions that ended before the reset.
    """
    resets, payload = station.resets, seen.payload
    if not resets.ending:
        return None
    info, trigger = payload["transactionInfo"], payload["triggerReason"]
    at, reason = seconds_of(payload["timestamp"]), info.get("stoppedReason")
    is_before = at is None or at < station.commands.answered["Reset"].at - station.terms.tolerance
    if info["transactionId"] not in resets.ending or is_before:
        return None
    if (trigger, reason) == ("ResetCommand", "ImmediateReset"):
        return None
    return f"transaction {info['transactionId']} ends by {trigger} with {reason or 'no reason'} after the reset"
