"""Checks of transactions of OCPP 1.6 (checks 6X01 to 6X06 and 6X11 to 6X13); `remote.py` has those about commands."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Subject, Wrong
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.transactions import Transaction

TRANSACTIONS = Subject("transactions", OF_V16, "v16")
START, STOP, METER = "StartTransaction", "StopTransaction", "MeterValues"
UNKNOWN = -1
"""The id of a transaction whose StartTransaction was never answered (errata, 3.18)."""
_JUST = 10.0
"""The seconds between a card and the stop that it was presented for."""


def transaction_of(seen: Seen, station: KnownStation16) -> Transaction | None:
    """Return the transaction of a message; None if the mock has not given that id in this run."""
    return station.transactions.by_id.get(str(seen.payload.get("transactionId")))


@TRANSACTIONS.check(
    "6X01", "1.6 4.8, 6.45", ERROR, "a transaction starts at a connector without a running transaction", call(START)
)
def starts_at_a_free_connector(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a start at connector 0, or while another transaction runs there; a repeated start is the same one."""
    number, running = seen.payload["connectorId"], station.running_at(seen.payload["connectorId"])
    if number == 0:
        return "connectorId is 0"
    is_same = running is not None and running.started == seen.payload["timestamp"]
    if running is None or is_same or station.is_unclear or station.trail.failed:
        return None
    return f"transaction {running.id} runs at connector {number}"


@TRANSACTIONS.check("6X02", "1.6 6.49", ERROR, "the transactionId is one that the CSMS has assigned", call(STOP, METER))
def has_a_given_id(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an id that the mock never gave. Silent where the transaction may be older than this run of the mock."""
    id_, payload = seen.payload.get("transactionId"), seen.payload
    if id_ in (None, UNKNOWN) or str(id_) in station.trail.given:
        return None
    running = station.running_at(payload["connectorId"]) if seen.action == METER else None
    if running is not None:
        return f"transactionId is {id_}, but transaction {running.id} runs at connector {payload['connectorId']}"
    stamp = payload["timestamp"] if seen.action == STOP else payload["meterValue"][0]["timestamp"]
    at, free = mock_time_of(stamp, station), [station.places.free_at.get(number) for number in station.numbers]
    if at is None or not free or None in free or at <= max(each or 0.0 for each in free) + station.terms.tolerance:
        return None
    return None if station.trail.failed else f"transactionId is {id_}, which the CSMS has not given"


@TRANSACTIONS.check(
    "6X03",
    "1.6 errata 3.18",
    ERROR,
    "the transactionId -1 is sent only for an id that was not received",
    call(STOP, METER),
)
def knows_its_ids(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report -1 although every StartTransaction of the station was answered, and one of these transactions runs."""
    if seen.payload.get("transactionId") != UNKNOWN or station.trail.is_lost or station.connections.calls:
        return None
    at = station.running_at(seen.payload["connectorId"]) if seen.action == METER else None
    running = at or next(iter(station.transactions.running.values()), None)
    return f"transactionId is -1, but the id {running.id} was given" if running is not None else None


@TRANSACTIONS.check("6X04", "1.6 6.49", ERROR, "the reason of a stop fits its cause", call(STOP))
def has_its_reason(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a missing reason, which means Local, or a reason that does not fit the command or answer that caused the

    stop.
    A wrong one is a warning: another cause may have come first. Silent if the stop is older than the command.
    """
    id_, reason = str(seen.payload["transactionId"]), seen.payload.get("reason")
    at, known = mock_time_of(seen.payload["timestamp"], station), _causes_of(id_, station)
    if at is None or reason in known or station.resets.status or not known:
        return None
    wanted, since = next(iter(known.items()))
    if not since - station.terms.tolerance <= at <= since + station.terms.patience:
        return None
    severity = WARNING if reason else None
    return Wrong(
        f"the reason is {reason or 'absent'}, not {wanted}", severity=severity, why="it may have another cause"
    )


def _causes_of(id_: str, station: KnownStation16) -> dict[str, float]:
    """Return the reasons for which a transaction must stop, each with the time since which it holds."""
    causes = {
        "Remote": station.orders.stops.get(id_),
        "UnlockCommand": station.orders.unlocked.get(id_),
        "DeAuthorized": station.trail.refused.get(id_) if station.switch("StopTransactionOnInvalidId") else None,
    }
    return {reason: since for reason, since in causes.items() if since is not None}


@TRANSACTIONS.check("6X05", "1.6 6.49", WARNING, "StopTransaction has the idTag that was presented", call(STOP))
def tells_who_stops(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a local stop without an idTag, just after an Authorize of an idTag that may stop it."""
    at, transaction = mock_time_of(seen.payload["timestamp"], station), transaction_of(seen, station)
    is_local = "idTag" not in seen.payload and seen.payload.get("reason", "Local") == "Local"
    if not is_local or at is None or transaction is None or transaction.token is None:
        return None
    own = station.tags.known(transaction.token["idToken"])
    for key, tag in station.tags.by_tag.items():
        is_just = 0 <= at - tag.asked_at <= _JUST and tag.asked_at > max(tag.started_at, own.started_at)
        if is_just and tag.status == "Accepted" and (tag is own or (tag.parent and tag.parent == own.parent)):
            return f"idTag is absent, although {key[:20]!r} was authorized {at - tag.asked_at:.1f} s before"
    return None


@TRANSACTIONS.check(
    "6X06", "1.6 3.7", ERROR, "messages about transactions come in the order of their times", call(START, STOP)
)
def keeps_the_order(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a start or stop that is older than the one before it on this connection; silent during repeats."""
    before, now = seconds_of(station.trail.stamp or ""), seconds_of(seen.payload["timestamp"])
    if before is None or now is None or station.exchanges.is_troubled or station.trail.failed:
        return None
    is_older = now < before - station.terms.tolerance
    return f"the timestamp is {before - now:.1f} s before that of the message before" if is_older else None


@TRANSACTIONS.check(
    "6X11", "1.6 4.8, 5.13", ERROR, "a transaction that uses a reservation has its reservationId", call(START)
)
def tells_its_reservation(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a start with the idTag of a reservation, on its connector, but without its reservationId."""
    tag, number, told = folded(seen.payload["idTag"]), seen.payload["connectorId"], seen.payload.get("reservationId")
    at, held = mock_time_of(seen.payload["timestamp"], station), station.bookings.by_id
    if at is None or told in held:
        return None
    for id_, booking in held.items():
        is_valid = booking.at < at < booking.expires_at - station.terms.tolerance
        if is_valid and booking.tag == tag and booking.connector == number:
            return f"reservationId is {'absent' if told is None else told}, but reservation {id_} is used"
    return None


@TRANSACTIONS.check(
    "6X12", "1.6 7.31, 4.8", ERROR, "meterStop is not below meterStart, nor meterStart below the last meterStop",
    call(START, STOP),
)  # fmt: skip
def meters_do_not_fall(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a register that falls within a transaction; between transactions that is a warning (7.31: should not)."""
    if seen.action == START:
        before, now = station.meters.stopped.get(seen.payload["connectorId"]), seen.payload["meterStart"]
        text, why = f"meterStart is {now}, but the last meterStop was {before}", "the meter may have been replaced"
        is_lower = before is not None and now < before and not station.exchanges.is_troubled
        return Wrong(text, severity=WARNING, why=why) if is_lower else None
    transaction, now = transaction_of(seen, station), seen.payload["meterStop"]
    begin = transaction.register if transaction else None
    return f"meterStop is {now}, but meterStart was {begin:g}" if begin is not None and now < begin else None


@TRANSACTIONS.check("6X13", "1.6 4.8, 4.10", ERROR, "a transaction does not stop before it has started", call(STOP))
def stops_after_its_start(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a timestamp before that of the start."""
    transaction, now = transaction_of(seen, station), seconds_of(seen.payload["timestamp"])
    began = seconds_of(transaction.started or "") if transaction else None
    if began is None or now is None or now >= began - station.terms.tolerance:
        return None
    return f"it stops {began - now:.1f} s before it started"
