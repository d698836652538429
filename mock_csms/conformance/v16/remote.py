"""Checks of transactions after commands, answers and failures (checks 6X07 to 6X10)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.lessons.v16.transactions import content_of
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Later, Wrong
from mock_csms.conformance.v16.transactions import START, STOP, TRANSACTIONS
from mock_csms.twin.seen import Seen, call, refusal, response, result, when

AUTHORIZE, STATUS = "Authorize", "StatusNotification"
_GONE = ("Available", "Faulted", "Unavailable", "Finishing")
_WAIT = 60.0
"""The ConnectionTimeOut that is assumed if it is not known, in seconds."""


@TRANSACTIONS.check(
    "6X07", "1.6 3.7.1", ERROR, "a refused message about a transaction is repeated as the configuration keys say",
    call(START, STOP), refusal(START, STOP), when("disconnected"),
)  # fmt: skip
def repeats(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a repetition that comes too early, too often, or never.

    Silent unless TransactionMessageAttempts and TransactionMessageRetryInterval are known.
    """
    most, pause = station.number("TransactionMessageAttempts"), station.number("TransactionMessageRetryInterval")
    if seen.kind == "disconnected" or most is None or pause is None:
        return None
    content = content_of(seen.action, seen.payload if seen.kind == "call" else seen.request)
    times, at = station.trail.failed.get(content, (0, 0.0))
    if seen.kind == "refusal":
        wait = pause * (times + 1) + station.terms.patience
        return Later(f"{seen.action} was refused, and not repeated", wait, content) if times + 1 < most else None
    if not times:
        return None
    if times >= most:
        return Done(content), f"{seen.action} was sent {times + 1} times, but TransactionMessageAttempts is {most:g}"
    waited, least = seen.at - at, pause * times
    is_early = waited < least - station.terms.tolerance
    return [Done(content), *([f"{seen.action} is repeated after {waited:.1f} s, not {least:g} s"] if is_early else [])]


@TRANSACTIONS.check(
    "6X08", "1.6 3.5.4, errata 3.17", ERROR, "an idTag that is not Accepted ends its transaction",
    response(START), call(STOP),
)  # fmt: skip
def ends_if_not_accepted(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a transaction that continues although its idTag was not accepted and StopTransactionOnInvalidId is true.

    Silent if the key is not known, or if MaxEnergyOnInvalidId allows some energy.
    """
    id_ = str(seen.payload["transactionId"])
    if seen.kind == "call":
        return Done(id_)
    status, is_stopping = seen.payload["idTagInfo"]["status"], station.switch("StopTransactionOnInvalidId")
    if status == "Accepted" or not is_stopping or station.number("MaxEnergyOnInvalidId"):
        return None
    return Later(f"transaction {id_} goes on, although its idTag is {status}", station.terms.patience, id_)


@TRANSACTIONS.check(
    "6X09", "1.6 5.11", WARNING, "an accepted remote start starts a transaction if a vehicle is plugged in",
    result("RemoteStartTransaction"), call(START, STATUS), response(AUTHORIZE),
)  # fmt: skip
def starts_remotely(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an accepted remote start at a connector in Preparing, if no start follows and nothing excuses that."""
    if seen.action == AUTHORIZE:
        is_refused = seen.payload["idTagInfo"]["status"] != "Accepted"
        return [Done(number) for number in station.numbers] if is_refused else None
    if seen.kind == "call":
        is_over = seen.action == START or seen.payload["status"] in _GONE
        return Done(seen.payload["connectorId"]) if is_over else None
    number = seen.request.get("connectorId")
    if seen.payload["status"] != "Accepted" or number is None or station.status_of(number) != "Preparing":
        return None
    if station.running_at(number) is not None:
        return None
    wait = (station.number("ConnectionTimeOut") or _WAIT) + station.terms.patience
    return Later(f"no transaction started at connector {number} after the accepted remote start", wait, number)


@TRANSACTIONS.check(
    "6X10", "1.6 5.12", ERROR, "a remote stop is Accepted for a running transaction, and stops it",
    result("RemoteStopTransaction"), call(STOP),
)  # fmt: skip
def stops_remotely(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Accepted for a transaction that had ended, Rejected (a warning) for a running one, and a missing stop."""
    if seen.kind == "call":
        return Done(str(seen.payload["transactionId"]))
    id_, status = str(seen.request["transactionId"]), seen.payload["status"]
    transaction, sent_at = station.transactions.by_id.get(id_), station.orders.sent_at.get(seen.id, seen.at)
    if transaction is not None and transaction.is_open:
        if status == "Accepted":
            return Later(f"transaction {id_} was not stopped", station.terms.patience, id_)
        is_known = station.boots.is_accepted and not station.trail.is_lost
        wrong = Wrong(f"{status}, although transaction {id_} runs", severity=WARNING, why="it may have a reason")
        return wrong if is_known else None
    is_over = station.trail.ended_at.get(id_, sent_at) < sent_at
    return f"Accepted, although transaction {id_} has ended" if status == "Accepted" and is_over else None
