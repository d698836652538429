"""Checks of statuses, availability and unlocking (checks 6G)."""

from collections.abc import Mapping

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Done, Due, Later, Subject
from mock_csms.twin.seen import Seen, call, response, result

AVAILABILITY = Subject("availability", OF_V16, "v16")
STATUS, START, STOP = "StatusNotification", "StartTransaction", "StopTransaction"
_CHARGING = ("Charging", "SuspendedEV", "SuspendedEVSE")
_FAULTY = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
"""The statuses in which EVCommunicationError may be reported (4.9)."""
_NEXT: Mapping[str, set[str]] = {
    "Available": {"Preparing", *_CHARGING, "Reserved", "Unavailable", "Faulted"},
    "Preparing": {"Available", *_CHARGING, "Finishing", "Faulted"},
    "Charging": {"Available", "SuspendedEV", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"},
    "SuspendedEV": {"Available", "Charging", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"},
    "SuspendedEVSE": {"Available", "Charging", "SuspendedEV", "Finishing", "Unavailable", "Faulted"},
    "Finishing": {"Available", "Preparing", "Unavailable", "Faulted"},
    "Reserved": {"Available", "Preparing", "Unavailable", "Faulted"},
    "Unavailable": {"Available", "Preparing", *_CHARGING, "Faulted"},
    "Faulted": {"Available", "Preparing", *_CHARGING, "Finishing", "Reserved", "Unavailable"},
}
"""By status: the statuses that may follow it (4.9)."""


@AVAILABILITY.check(
    "6G01", "1.6 4.9", WARNING, "the status of a connector changes as the table of 4.9 allows", call(STATUS)
)
def changes_as_allowed(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a change of status that is not in the table. With MinimumStatusDuration, statuses may be missing."""
    number, status = seen.payload["connectorId"], seen.payload["status"]
    before = station.places.chain.get(number)
    if number == 0 or before is None or status in (before, *_NEXT[before]) or station.number("MinimumStatusDuration"):
        return None
    return f"connector {number} changes from {before} to {status}"


@AVAILABILITY.check("6G02", "1.6 4.9", ERROR, "connector 0 is Available, Unavailable or Faulted", call(STATUS))
def whole_station_has_a_status(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report a status of connector 0 that is not allowed for the whole station."""
    number, status = seen.payload["connectorId"], seen.payload["status"]
    is_wrong = number == 0 and status not in ("Available", "Unavailable", "Faulted")
    return f"connector 0 is {status}" if is_wrong else None


@AVAILABILITY.check(
    "6G03", "1.6 4.9, errata 3.19", ERROR, "statuses and transactions of a connector agree",
    call(STATUS, START, STOP), response(START), implies=("6X01",),
)  # fmt: skip
def agrees_with_transactions(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report charging without a transaction, and Available during one, unless a later message explains it.

    Silent if the transaction may be older than this run of the mock.
    """
    if seen.action == STOP:
        transaction = station.transactions.by_id.get(str(seen.payload["transactionId"]))
        return Done(transaction.evse) if transaction else None
    if seen.action == START:
        return Done((seen.payload if seen.kind == "call" else seen.request).get("connectorId"))
    number, status, running = seen.payload["connectorId"], seen.payload["status"], None
    running = station.running_at(number)
    if status in _CHARGING and running is None and number in station.places.free_at and not station.trail.failed:
        return Later(f"connector {number} is {status}, but no transaction runs there", station.terms.patience, number)
    if status == "Available" and running is not None:
        text = f"connector {number} is Available, but transaction {running.id} was not stopped"
        return Later(text, station.terms.patience, number)
    return Done(number)


@AVAILABILITY.deadline("6G03")
def disagrees(due: Due, station: KnownStation16) -> CheckResult:
    """Report a status that no message has explained, unless the mock may have missed that message."""
    return None if station.is_unclear else due.text


@AVAILABILITY.check(
    "6G04", "1.6 4.9", ERROR, "EVCommunicationError comes only while a vehicle is connected", call(STATUS)
)
def has_a_vehicle(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report EVCommunicationError in a status other than Preparing, SuspendedEV, SuspendedEVSE or Finishing."""
    is_wrong = seen.payload["errorCode"] == "EVCommunicationError" and seen.payload["status"] not in _FAULTY
    return f"EVCommunicationError, but the status is {seen.payload['status']}" if is_wrong else None


@AVAILABILITY.check(
    "6G05", "1.6 5.2", ERROR, "ChangeAvailability waits for transactions, and its effect is reported",
    result("ChangeAvailability"), call(STATUS, STOP),
)  # fmt: skip
def becomes_available(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Accepted for Inoperative in a transaction, Rejected for the current state, or a missing status."""
    if seen.action == STOP:
        transaction = station.transactions.by_id.get(str(seen.payload["transactionId"]))
        return Done(("early", transaction.evse)) if transaction else None
    if seen.action == STATUS:
        return [Done(seen.payload["connectorId"]), *([Done(0)] if seen.payload["connectorId"] else [])]
    return _judge_order(seen, station)


def _judge_order(seen: Seen, station: KnownStation16) -> CheckResult:
    number, status, is_out = seen.request["connectorId"], seen.payload["status"], seen.request["type"] == "Inoperative"
    before, running = station.status_of(number), station.running_at(number) if number else None
    if running is not None:
        text = f"connector {number} is Inoperative at once, although transaction {running.id} runs"
        return Later(text, station.terms.patience, ("early", number)) if is_out and status == "Accepted" else None
    if not is_out and before == "Available" and status != "Accepted" and number not in station.orders.availability:
        return f"connector {number} is Available, but Operative is {status}"
    is_changed = status == "Accepted" and (is_out, before) in ((True, "Available"), (False, "Unavailable"))
    is_reported = station.reported_at(number) > station.orders.sent_at.get(seen.id, seen.at)
    text = f"connector {number} was {before}, and no status came after the change"
    return Later(text, station.terms.patience, number) if is_changed and not is_reported else None


@AVAILABILITY.check(
    "6G06", "1.6 5.18, errata 3.85", ERROR, "UnlockConnector stops a transaction; an unknown connector is NotSupported",
    result("UnlockConnector"), call(STOP),
)  # fmt: skip
def unlocks(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a transaction that continues after Unlocked, and a wrong answer for an unknown connector."""
    if seen.kind == "call":
        return Done(str(seen.payload["transactionId"]))
    number, status = seen.request["connectorId"], seen.payload["status"]
    running = station.running_at(number)
    if station.is_unknown(number):
        return None if status == "NotSupported" else f"connector {number} does not exist: {status}"
    if status != "Unlocked" or running is None:
        return None
    text = f"connector {number} is Unlocked, but transaction {running.id} goes on"
    return Later(text, station.terms.patience, running.id)
