"""Checks of remote starts, and of reservationIds in events (checks X09 to X11, X21, X25, X26)."""

from mock_csms.conformance.facts.v2.remote_starts import is_same_token
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import may_wait
from mock_csms.conformance.lessons.v2.given_ids import is_earlier, may_have_begun_before
from mock_csms.conformance.lessons.v2.remote_starts import reservation_of
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later
from mock_csms.conformance.v2.transactions import TRANSACTIONS
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.transactions import evse_in, transaction_in

_NOT_PERIODIC = call("TransactionEvent.Started", "TransactionEvent.Changed", "TransactionEvent.Ended")
"""All events except those that carry only periodic values."""
_LATE_STARTS = {"CablePluggedIn", "ChargingStateChanged", "EVDetected", "SignedDataReceived"}
"""The triggers with which the transaction of a remote start may begin, if the station reaches TxStartPoint later."""
_AS_IF_LOCAL = {"Authorized", *_LATE_STARTS}
_START = "RequestStartTransaction"
_UNUSABLE = {"Faulted", "Unavailable", "Reserved"}


def _followed(seen: Seen, station: KnownStation) -> Json | None:
    """Return the remote start of an event, if this is the first event with its remoteStartId."""
    remote = station.remote_starts
    if not remote.starts or "remoteStartId" not in seen.payload["transactionInfo"]:
        return None
    number = seen.payload["transactionInfo"]["remoteStartId"]
    return None if number in remote.used else remote.starts.get(number)


def _evse_asked(seen: Seen) -> int | None:
    """Return the EVSE in a command; None without a valid one, because a user may write a wrong command."""
    evse = seen.request.get("evseId") if isinstance(seen.request, dict) else None
    return evse if isinstance(evse, int) else None


@TRANSACTIONS.check(
    "X09", "F01.FR.19", ERROR, "the first event of a remote start has the trigger RemoteStart", _NOT_PERIODIC
)
def reported_as_remote(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the first event with a remoteStartId if its trigger is not RemoteStart.

    A Started event may have another trigger if the station reaches TxStartPoint only later.
    """
    asked, trigger = _followed(seen, station), seen.payload["triggerReason"]
    if asked is None or trigger == "RemoteStart" or (seen.detail == "Started" and trigger in _LATE_STARTS):
        return None
    return f"the first event of remote start {asked['remoteStartId']} has the trigger {trigger}, not RemoteStart"


@TRANSACTIONS.check(
    "X10",
    "F02.FR.21",
    ERROR,
    "the first event of a remote start has its remoteStartId",
    result(_START),
    _NOT_PERIODIC,
)
def remote_start_id(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an event without its remoteStartId or with an unknown one, or no event where one must come at once."""
    if seen.kind == "result":
        return _until_reported(seen, station)
    number = seen.payload["transactionInfo"].get("remoteStartId")
    if number is None:
        return _without_remote_start_id(seen, station)
    wrong = None if seen.payload.get("offline") else _wrong_remote_start_id(number, seen, station)
    return [Done(number), *([wrong] if wrong else [])]


@TRANSACTIONS.deadline("X10")
def start_is_not_reported(due: Due, station: KnownStation) -> CheckResult:
    """Report that no event came, unless something may have kept the station from starting."""
    return due.text if _is_not_reported(due, station) else None


def _without_remote_start_id(seen: Seen, station: KnownStation) -> CheckResult:
    """Judge an event without a remoteStartId that belongs to a remote start, even if it looks like a local one."""
    trigger = seen.payload["triggerReason"]
    if trigger == "RemoteStart":
        return "RemoteStart without a remoteStartId"
    number = _matching_remote_start(seen, station) if station.remote_starts.starts and trigger in _AS_IF_LOCAL else None
    return (
        None
        if number is None
        else [Done(number), f"remote start {number} was reported as {trigger} without its remoteStartId"]
    )


def _matching_remote_start(seen: Seen, station: KnownStation) -> int | None:
    """Return the remote start to which this start of charging belongs: the same idToken, soon after it was accepted.

    A driver may present the same idToken at the station. That is certain if the station sent an Authorize for it
    although remote starts need none.
    """
    payload, transaction, remote = seen.payload, transaction_in(seen.payload, station), station.remote_starts
    is_known = transaction is not None and (transaction.token is not None or transaction.remote is not None)
    if "idToken" not in payload or is_known or payload.get("offline"):
        return None
    token = station.tokens.of(payload["idToken"])
    is_remote_trusted = station.variables.switch("AuthCtrlr", "AuthorizeRemoteStart") is False
    evse = evse_in(payload, station)
    for number, asked in remote.starts.items():
        since = remote.agreed_at[number]
        is_it = is_same_token(asked["idToken"], payload["idToken"]) and number not in remote.used
        is_there = None in (evse, asked.get("evseId")) or evse == asked["evseId"]
        is_soon = seen.at - since <= _time_to_begin(station) and not is_earlier(payload["timestamp"], since, station)
        is_card = token is not None and token.asked_at > since and is_remote_trusted
        if is_it and is_there and is_soon and not is_card:
            return number
    return None


def _wrong_remote_start_id(number: int, seen: Seen, station: KnownStation) -> str | None:
    """Return what is wrong with a remoteStartId: the command had another one, or no command since the boot had it."""
    payload, remote, transaction = seen.payload, station.remote_starts, transaction_in(seen.payload, station)
    open_ = [each for each in remote.starts if each not in remote.used]
    is_mine = any(is_same_token(remote.starts[each]["idToken"], payload.get("idToken")) for each in open_)
    if number not in remote.starts and is_mine and payload["triggerReason"] == "RemoteStart":
        return f"remoteStartId {number}, not {' or '.join(map(str, open_))} as in the command"
    is_named = transaction is not None and transaction.remote == number
    is_old = is_named or not station.boots.count or may_have_begun_before(seen, station.boots.asked_at, station)
    if is_old or not station.given_ids.is_unknown(_START, number):
        return None
    return f"remoteStartId {number} was never given"


def _until_reported(seen: Seen, station: KnownStation) -> CheckResult:
    """Set a deadline for the event if TxStartPoint has Authorized: then no vehicle is needed for the start."""
    number = seen.request.get("remoteStartId") if isinstance(seen.request, dict) else None
    points = station.variables.several("TxCtrlr", "TxStartPoint") or ()
    is_named = any(each.remote == number for each in station.transactions.by_id.values())
    if seen.payload["status"] != "Accepted" or "Authorized" not in points or is_named or number is None:
        return None
    if station.variables.number("TxCtrlr", "EVConnectionTimeOut") is None:
        return None
    text = f"remote start {number} was accepted, but no event has its remoteStartId"
    return Later(text, _time_to_begin(station) + station.terms.patience, number)


def _is_not_reported(due: Due, station: KnownStation) -> bool:
    """Whether an accepted start is missing without an excuse.

    Excuses: a refused idToken, a reset, the state of an EVSE.
    """
    number, remote = due.key, station.remote_starts
    asked = remote.starts.get(number)
    if asked is None or number in remote.used or not station.boots.is_accepted or station.resets.status:
        return False
    token, since = station.tokens.of(asked["idToken"]), remote.agreed_at[number]
    is_refused = token is not None and token.status not in (None, "Accepted")
    is_closed = any(order.at >= since for order in station.availability.places.values())
    is_faulted = any(status in _UNUSABLE for status in station.connectors.of(asked.get("evseId", 0)).values())
    return not (is_refused or is_closed or is_faulted or may_wait(station, due.at))


def _time_to_begin(station: KnownStation) -> float:
    """Return how many seconds a station may wait for the vehicle after a remote start."""
    timeout = station.variables.number("TxCtrlr", "EVConnectionTimeOut")
    return station.terms.patience if timeout is None else timeout


@TRANSACTIONS.check(
    "X11", "F01.FR.04", ERROR, "a remote start uses the idToken of the command", _NOT_PERIODIC, implies=("A08",)
)
def remote_token(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an idToken that differs from the one in the command."""
    asked, token = _followed(seen, station), seen.payload.get("idToken")
    if asked is None or token is None or is_same_token(asked["idToken"], token):
        return None
    return f"idToken {token['idToken']} ({token['type']}), not {asked['idToken']['idToken']} as in the command"


@TRANSACTIONS.check(
    "X21", "E01.FR.13", WARNING, "the event that uses a reservation has the reservationId", _NOT_PERIODIC
)
def reservation_named(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a reserved idToken that is used at its EVSE, in an event without the reservationId."""
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    if (
        not station.reservations.by_id
        or "idToken" not in payload
        or "reservationId" in payload
        or payload.get("offline")
    ):
        return None
    if transaction is not None and (transaction.token is not None or transaction.is_reserved):
        return None
    evse = evse_in(payload, station)
    reserved = reservation_of(station, payload["idToken"], evse, seen.at)
    text = f"reservation {reserved} is used on EVSE {evse}, but the event has no reservationId"
    return None if reserved is None else text


@TRANSACTIONS.check(
    "X25", "F01.FR.13", ERROR, "the answer to a remote start names the running transaction", result(_START)
)
def transaction_named(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer without the transactionId of the unauthorized transaction that already runs on the EVSE.

    Report the transactionId of a transaction that has ended too.
    """
    evse, id_ = _evse_asked(seen), seen.payload.get("transactionId")
    named = station.transactions.by_id.get(id_ or "")
    if named is not None and not named.is_open:
        return f"the answer names {id_}, which has ended"
    if evse is None or seen.payload["status"] != "Accepted" or id_ is not None:
        return None
    running = [each for each in station.transactions.open_at(evse) if each.token is None and each.is_whole]
    if not running or may_wait(station, seen.at):
        return None
    return f"{running[0].id} runs on EVSE {evse} without authorization, but the answer has no transactionId"


@TRANSACTIONS.check(
    "X26", "F01.FR.23-24", ERROR, "no remote start is accepted on an EVSE that cannot be used", result(_START)
)
def free_for_start(seen: Seen, station: KnownStation) -> CheckResult:
    """Report Accepted if all connectors are out of order, or another driver already charges there (F01.FR.24)."""
    evse = _evse_asked(seen)
    if evse is None or seen.payload["status"] != "Accepted":
        return None
    statuses = set(station.connectors.of(evse).values())
    if statuses and statuses <= {"Unavailable", "Faulted"}:
        return f"accepted on EVSE {evse}, which is {' and '.join(sorted(statuses))}"
    used = [each for each in station.transactions.open_at(evse) if each.token and each.stopped_by is None]
    used = [each for each in used if each.is_whole and each.charging_state != "Idle"]
    used = [each for each in used if each.remote != seen.request.get("remoteStartId")]
    if not used or may_wait(station, seen.at):
        return None
    return f"accepted on EVSE {evse}, where {used[0].id} runs for {used[0].token['idToken']}"
