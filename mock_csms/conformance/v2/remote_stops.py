"""Checks of remote stops, stops after an invalid idToken, and GetTransactionStatus (checks X19, X20, X23, X24)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import is_watched, may_wait
from mock_csms.conformance.subject import ERROR, CheckResult, Done, Due, Later
from mock_csms.conformance.v2.transactions import LEFT, TRANSACTIONS
from mock_csms.twin.seen import Seen, call, response, result
from mock_csms.twin.v2.transactions import STOPS

_EVENT = call("TransactionEvent")
_NOT_PERIODIC = call("TransactionEvent.Started", "TransactionEvent.Changed", "TransactionEvent.Ended")
"""All events except those that carry only periodic values."""
_STOPPED = STOPS | LEFT
"""The triggers after which the station delivers no energy, whoever stopped it."""


def requested_transaction(seen: Seen) -> str | None:
    """Return the transactionId in a command; None without a valid one, because a user may write a wrong command."""
    id_ = seen.request.get("transactionId") if isinstance(seen.request, dict) else None
    return id_ if isinstance(id_, str) else None


@TRANSACTIONS.check(
    "X19",
    "E05.FR.10",
    ERROR,
    "charging stops when the idToken turns out to be invalid",
    response("TransactionEvent.Authorized"),
    _EVENT,
)
def invalid_is_stopped(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a transaction that neither ends nor suspends after the CSMS sent a status other than Accepted.

    The check judges only if StopTxOnInvalidId and MaxEnergyOnInvalidId oblige the station to stop.
    """
    if seen.kind == "call":
        info = seen.payload["transactionInfo"]
        is_stopped = seen.payload["triggerReason"] in _STOPPED or info.get("chargingState") == "SuspendedEVSE"
        return Done(info["transactionId"]) if is_stopped or seen.detail == "Ended" else None
    status = seen.payload["idTokenInfo"]["status"] if "idTokenInfo" in seen.payload else "Accepted"
    match seen.request:
        case {"idToken": _, "transactionInfo": {"transactionId": str(id_)}} if status != "Accepted":
            return _to_stop(id_, station, status) if station.boots.is_accepted else None
    return None


@TRANSACTIONS.deadline("X19")
def still_charges(due: Due, station: KnownStation) -> CheckResult:
    """Report a transaction that still runs; wait longer while events may still be queued at the station."""
    if due.key not in station.transactions.running:
        return None
    return Later(due.text, station.terms.patience, due.key) if may_wait(station, due.at) else due.text


def _to_stop(id_: str, station: KnownStation, status: str) -> CheckResult:
    """Set a deadline for the stop if the variables demand it (E05.FR.02, .09, .10)."""
    transaction = station.transactions.running.get(id_)
    stops = station.variables.switch("TxCtrlr", "StopTxOnInvalidId")
    if transaction is None or stops is None or transaction.stopped_by is not None:
        return None
    if not stops and (
        transaction.charging_state != "Charging" or station.variables.number("TxCtrlr", "MaxEnergyOnInvalidId") != 0
    ):
        return None
    return Later(f"{id_} continues, although its idToken is {status}", station.terms.patience, id_)


@TRANSACTIONS.check(
    "X20",
    "E14.FR.01-03, E14.FR.06",
    ERROR,
    "GetTransactionStatus reports the real state",
    result("GetTransactionStatus"),
)
def status_is_right(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an ongoingIndicator that is missing, superfluous, or contradicts the events.

    Silent if events may still be queued at the station.
    """
    id_, is_ongoing = requested_transaction(seen), seen.payload.get("ongoingIndicator")
    if id_ is None:
        return None if is_ongoing is None else "an ongoingIndicator, although the command names no transaction"
    if is_ongoing is None:
        return f"no ongoingIndicator for transaction {id_}"
    transaction = station.transactions.by_id.get(id_)
    may_run = seen.payload["messagesInQueue"] or not is_watched(station) or may_wait(station, seen.at)
    if transaction is None and is_ongoing and not may_run:
        return f"ongoingIndicator is {is_ongoing} for {id_}, which never ran"
    if transaction is None or is_ongoing is transaction.is_open or (seen.payload["messagesInQueue"] and not is_ongoing):
        return None
    if transaction.is_open and transaction.seems_over:
        return None  # an earlier finding says that its Ended event is missing
    return f"ongoingIndicator is {is_ongoing} for {id_}, which {'runs' if transaction.is_open else 'has ended'}"


@TRANSACTIONS.check(
    "X23",
    "F03.FR.07-08",
    ERROR,
    "a remote stop is accepted if and only if the transaction runs",
    result("RequestStopTransaction"),
)
def stop_answered(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Rejected for a transaction that runs, or Accepted for one that does not run (F03.FR.08).

    Silent if events may still be queued at the station, and if an earlier finding says that the Ended event is missing.
    """
    id_, is_accepted = requested_transaction(seen), seen.payload["status"] == "Accepted"
    if not station.boots.is_accepted or id_ is None:
        return None
    transaction = station.transactions.by_id.get(id_)
    if transaction is None:
        is_unknown = is_accepted and (is_watched(station) or id_ in station.transactions.ids)
        return f"Accepted for {id_}, which does not run" if is_unknown and not may_wait(station, seen.at) else None
    was_quick = is_accepted and transaction.stopped_by == "RemoteStop"
    is_in_doubt = transaction.is_open and (transaction.seems_over or may_wait(station, seen.at))
    if transaction.is_open is is_accepted or was_quick or is_in_doubt:
        return None
    return f"{seen.payload['status']} for {id_}, which {'runs' if transaction.is_open else 'has ended'}"


@TRANSACTIONS.check(
    "X24",
    "F03.FR.02",
    ERROR,
    "an accepted remote stop leads to an event with the trigger RemoteStop",
    result("RequestStopTransaction"),
    _NOT_PERIODIC,
    implies=("X15", "X26"),
)
def stop_followed(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that no event with the trigger RemoteStop followed the command, unless the transaction ended meanwhile."""
    if seen.kind == "call":
        is_done = station.deadlines and (seen.payload["triggerReason"] == "RemoteStop" or seen.detail == "Ended")
        return Done(seen.payload["transactionInfo"]["transactionId"]) if is_done else None
    id_ = requested_transaction(seen)
    transaction = station.transactions.by_id.get(id_ or "")
    is_stopped = transaction is not None and (transaction.stopped_by == "RemoteStop" or not transaction.is_open)
    if seen.payload["status"] != "Accepted" or is_stopped or not station.boots.is_accepted or id_ is None:
        return None
    if stop_answered(seen, station):
        return None  # X23 reports it: there is nothing to stop
    return Later(f"no event of {id_} has the trigger RemoteStop", station.terms.patience, id_)


@TRANSACTIONS.deadline("X24")
def not_followed(due: Due, station: KnownStation) -> CheckResult:
    """Report the missing event; wait longer while events may still be queued at the station."""
    return Later(due.text, station.terms.patience, due.key) if may_wait(station, due.at) else due.text
