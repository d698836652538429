"""Checks of repeated TransactionEvents that the CSMS refused or did not answer (check X18)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, Done, Later
from mock_csms.conformance.v2.transactions import TRANSACTIONS
from mock_csms.protocol.actions import Json
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, refusal
from mock_csms.twin.transactions import ReportedEvent, Transaction
from mock_csms.twin.v2.transactions import event_in, repeats, transaction_in


def number_of(station: KnownStation, variable: str) -> float | None:
    """Return the number in a variable about repeated messages; None if it is not known."""
    value = station.variables.values.get(("OCPPCommCtrlr", "", 0, 0, variable, "TransactionEvent"), "")
    return float(value) if value.isdecimal() else None


@TRANSACTIONS.check(
    "X18",
    "E13.FR.02",
    ERROR,
    "a failed TransactionEvent is repeated unchanged, at the configured pace",
    call("TransactionEvent"),
    refusal("TransactionEvent"),
)
def repeated_right(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a repeat that is changed, early or missing, and a repeat too many."""
    if seen.kind == "refusal":
        return _is_due(seen, station)
    transaction, number = transaction_in(seen.payload, station), seen.payload["seqNo"]
    if transaction is None:
        return None
    if number > transaction.highest:
        return _renumbered(seen, transaction) if station.transactions.trouble_at else None
    reported = transaction.events.get(number)
    if reported is None or not repeats(seen.payload, reported):
        return None
    wrong = _repeat(seen, station, reported)
    return [Done((transaction.id, number)), *wrong] if wrong or station.deadlines else None


def _renumbered(seen: Seen, transaction: Transaction) -> CheckResult:
    """Report that the last event failed and comes again with another seqNo."""
    last = transaction.events.get(transaction.highest)
    if last is None or last.failed_at is None or not repeats(seen.payload, last):
        return None
    if _content(last.payload, "seqNo") != _content(seen.payload, "seqNo"):
        return None
    return f"seqNo {transaction.highest} was refused, and repeated as {seen.payload['seqNo']}"


def _repeat(seen: Seen, station: KnownStation, reported: ReportedEvent) -> list[str]:
    """Judge the content of a repeat; within one connection also the number of repeats and the pause before it."""
    wrong, text = [], f"seqNo {seen.payload['seqNo']} was repeated"
    if not _is_same(reported.text, seen.event_as(Received).text) and _content(reported.payload) != _content(
        seen.payload
    ):
        wrong.append(f"{text} with other content")
    since = reported.failed_at or (reported.at if reported.id in station.connections.calls else None)
    if reported.connection != station.connections.opened or since is None:
        return wrong
    attempts, interval = number_of(station, "MessageAttempts"), number_of(station, "MessageAttemptInterval")
    if attempts is not None and reported.attempts >= attempts:
        wrong.append(f"{text} {reported.attempts} times, but MessageAttempts is {attempts:.0f}")
    elif interval is not None and seen.at - since < interval * reported.attempts - station.terms.tolerance:
        wrong.append(f"{text} after {seen.at - since:.1f} s, not {interval * reported.attempts:.0f} s")
    return wrong


def _is_same(one: bytes, two: bytes) -> bool:
    """Whether two calls have the same text after their ids; then the first one need not be decoded again."""
    return one[one.find(b"{") :] == two[two.find(b"{") :]


def _is_due(seen: Seen, station: KnownStation) -> CheckResult:
    """Set a deadline for the repeat of an event that was refused (E13.FR.02)."""
    reported, attempts = event_in(seen.request, station), number_of(station, "MessageAttempts")
    interval = number_of(station, "MessageAttemptInterval")
    if reported is None or attempts is None or interval is None or reported.attempts >= attempts:
        return None
    request = seen.request
    key = (request["transactionInfo"]["transactionId"], request["seqNo"])
    within = interval * reported.attempts + station.terms.tolerance + station.terms.patience
    return Later(f"seqNo {key[1]} of {key[0]} was refused, and not repeated", within, key)


def _content(payload: Json, *but: str) -> Json:
    """Return the part of a payload that must not change in a repeat.

    Excluded are the offline flag, which an event gets when the connection breaks (E11.FR.07), and the transactionId,
    which was used to find the event and may have different letter case.
    """
    info = {key: value for key, value in payload.get("transactionInfo", {}).items() if key != "transactionId"}
    return {key: value for key, value in payload.items() if key not in ("offline", *but)} | {"transactionInfo": info}
