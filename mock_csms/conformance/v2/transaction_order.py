"""Checks of the ids, numbers and times of transactions, and of offline events (checks X01 to X05, X16, X17)."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import is_watched, may_wait
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later, Wrong
from mock_csms.conformance.v2.transactions import TRANSACTIONS
from mock_csms.twin.seen import Seen, call, when
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.transactions import repeats, restarts, transaction_in

_EVENT = call("TransactionEvent")
_STARTED = call("TransactionEvent.Started")


@TRANSACTIONS.check("X01", "E01.FR.01", ERROR, "a transaction begins with Started", _EVENT, implies=("X03",))
def begins_with_started(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a first event that is not Started, if the mock watched the station when the transaction began.

    If the event is offline, or others may still be queued at the station, Started may come late.
    """
    id_ = seen.payload["transactionInfo"]["transactionId"]
    transaction = station.transactions.by_id.get(id_)
    if transaction is not None:
        return Done(id_) if seen.detail == "Started" and transaction.started is None else None
    number = seen.payload["seqNo"]
    if seen.detail == "Started" or id_ in station.transactions.ids or not (number == 0 or is_watched(station)):
        return None
    text = f"transaction {id_} begins with {seen.detail}, seqNo {number}"
    waits = number and (seen.payload.get("offline") or may_wait(station, seen.at))
    return Later(text, station.terms.patience, id_, survives=True) if waits else text


@TRANSACTIONS.deadline("X01")
def has_not_begun(due: Due, station: KnownStation) -> CheckResult:
    """Report the missing Started; wait longer while events may still be queued at the station."""
    if may_wait(station, due.at):
        return Later(due.text, station.terms.patience, due.key, survives=True)
    return due.text if is_watched(station) else None


@TRANSACTIONS.check(
    "X02", "E01.FR.08", ERROR, "each transaction has a transactionId of its own", _STARTED, implies=("X03",)
)
def id_is_new(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a Started with the id of another transaction, also of one from an earlier run of the mock."""
    id_ = seen.payload["transactionInfo"]["transactionId"]
    began = station.transactions.ids.get(id_)
    if not began or began == seen.payload["timestamp"]:
        return None
    return f"transactionId {id_} was already used by the transaction that began at {began}"


@TRANSACTIONS.check("X03", "E01.FR.07", ERROR, "seqNo starts at 0 and increases by 1", _EVENT)
def numbers_rise(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a gap in the seqNos that later events do not fill, or one seqNo for two different events.

    To start at 0 is only recommended: another first number is a warning.
    """
    transaction, number = transaction_in(seen.payload, station), seen.payload["seqNo"]
    if transaction is None:
        text = f"the first seqNo is {number}, not 0"
        wrong = Wrong(text, severity=WARNING, why="to begin at 0 is only recommended")
        return wrong if number and seen.detail == "Started" else None
    if number == transaction.highest + 1 or transaction.highest < 0:
        return None
    if number > transaction.highest:
        return _jump(seen, station, transaction)
    reported = transaction.events.get(number)
    if reported is None or repeats(seen.payload, reported) or (seen.detail == "Started" and reported.kind == "Started"):
        return None
    return f"seqNo {number} came twice in transaction {transaction.id}, for different events"


def _jump(seen: Seen, station: KnownStation, transaction: Transaction) -> CheckResult:
    """Judge a gap. The station may drop every second event made offline (E11.FR.04), or send these events late."""
    last, number = transaction.highest, seen.payload["seqNo"]
    before = transaction.events.get(last)
    if seen.payload.get("offline") or before is None or before.is_offline:
        return None
    text = f"seqNo jumped from {last} to {number} in transaction {transaction.id}"
    if before.connection == station.connections.opened or not may_wait(station, seen.at):
        return text
    return Later(text, station.terms.patience, (transaction.id, last + 1, number - 1), survives=True)


@TRANSACTIONS.deadline("X03")
def still_open(due: Due, station: KnownStation) -> CheckResult:
    """Judge the rest of a gap; silent if the events on one side of it were made offline."""
    id_, first, last = due.key
    transaction = station.transactions.by_id.get(id_)
    if transaction is None:
        return None
    events = transaction.events
    left = [gap for gap in transaction.gaps if first <= gap[0] <= gap[1] <= last]
    sides = [(events.get(gap[0] - 1), events.get(gap[1] + 1)) for gap in left]
    if all(any(side is None or side.is_offline for side in each) for each in sides):
        return None
    waits = may_wait(station, due.at)
    return Later(due.text, station.terms.patience, due.key, survives=True) if waits else due.text


@TRANSACTIONS.check("X04", "E01.FR.07", ERROR, "timestamps do not go back as seqNo increases", _EVENT, implies=("M08",))
def times_rise(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a timestamp before that of an event with a lower seqNo, or after that of one with a higher seqNo."""
    transaction, number, stamp = (
        transaction_in(seen.payload, station),
        seen.payload["seqNo"],
        seen.payload["timestamp"],
    )
    if transaction is None or (
        number > transaction.highest and stamp >= transaction.stamp and len(stamp) == len(transaction.stamp)
    ):
        return None
    is_again = number == transaction.highest and stamp == transaction.stamp
    is_other = seen.detail == "Started" and restarts(seen.payload, transaction)
    return None if is_again or is_other else _out_of_order(transaction, number, stamp, station)


def _out_of_order(transaction: Transaction, number: int, stamp: str, station: KnownStation) -> CheckResult:
    """Compare a timestamp with those of the known events before and after it."""
    events = transaction.events
    lower = max((each for each in events if each < number), default=None)
    higher = min((each for each in events if each > number), default=None)
    for one, two in ((lower, number), (number, higher)):
        stamps = [stamp if each == number else events[each].stamp for each in (one, two) if each is not None]
        times = [at for at in (mock_time_of(each, station) for each in stamps) if at is not None]
        if len(times) == 2 and times[0] - times[1] > station.terms.tolerance:
            return f"seqNo {one} has the timestamp {stamps[0]}, but seqNo {two} has {stamps[1]}"
    return None


@TRANSACTIONS.check("X05", "E06", ERROR, "no event follows Ended", _EVENT)
def nothing_after_the_end(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an event with a higher seqNo than the Ended event."""
    transaction = transaction_in(seen.payload, station)
    if transaction is None:
        return None
    number, end = seen.payload["seqNo"], transaction.ended_by
    if seen.detail == "Ended" and end is None and number < transaction.highest:
        number, end = transaction.highest, number
    if end is None or number <= end or (seen.detail == "Started" and restarts(seen.payload, transaction)):
        return None
    return f"transaction {transaction.id} ended with seqNo {end}, but continues with {number}"


@TRANSACTIONS.check("X16", "E11.FR.02", ERROR, "only events made offline are marked offline", _EVENT)
def offline_is_marked(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an event from an outage without the offline flag, or a flag on an event made while connected."""
    connections, is_offline = station.connections, seen.payload.get("offline")
    if not is_offline and not connections.outages:
        return None
    at, tolerance = mock_time_of(seen.payload["timestamp"], station), station.terms.tolerance
    if at is None or at > seen.at + tolerance:
        return None
    since = max(connections.opened_at, station.boots.accepted_at or 0.0) + tolerance
    if is_offline:
        is_wrong = at > since and station.boots.is_accepted
        return f"seqNo {seen.payload['seqNo']} is marked as offline, but was made while connected" if is_wrong else None
    if at >= connections.opened_at - tolerance or not connections.is_outage(at, tolerance):
        return None
    return f"seqNo {seen.payload['seqNo']} was made offline, but is not marked as offline"


@TRANSACTIONS.check(
    "X17",
    "E12.FR.01",
    WARNING,
    "events from an outage are sent afterwards",
    when("connected"),
    _EVENT,
    call("BootNotification"),
)
def outage_is_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that no event covers an outage in which a transaction was charging and periodic values were due."""
    if seen.kind == "call":
        if seen.action == "BootNotification":
            return [Done(id_) for id_ in station.transactions.running]
        return _cancel_if_from_outage(seen, station) if station.deadlines else None
    interval, lost_at = station.meters.interval(station.variables), station.connections.lost_at
    if not interval or lost_at is None or seen.at - lost_at <= interval + 2 * station.terms.tolerance:
        return None
    text = "no event was sent for the outage of {:.0f} s in transaction {}"
    charging = [each for each in station.transactions.open_at() if each.charging_state == "Charging"]
    return [Later(text.format(seen.at - lost_at, each.id), station.terms.patience, each.id) for each in charging]


@TRANSACTIONS.deadline("X17")
def still_not_reported(due: Due, station: KnownStation) -> CheckResult:
    """Report the missing events; wait longer while late events still come."""
    waits = station.transactions.late_at + station.terms.patience > due.at
    return Later(due.text, station.terms.patience, due.key) if waits else due.text


def _cancel_if_from_outage(seen: Seen, station: KnownStation) -> CheckResult:
    """Cancel the deadline if this event was made before the connection came back."""
    id_ = seen.payload["transactionInfo"]["transactionId"]
    if ("X17", id_) not in station.deadlines:
        return None
    at = mock_time_of(seen.payload["timestamp"], station)
    is_late = (
        seen.payload.get("offline") or seen.detail == "Ended" or (at is not None and at < station.connections.opened_at)
    )
    return Done(id_) if is_late else None
