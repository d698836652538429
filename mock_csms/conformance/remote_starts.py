"""Wrong remote starts, and reservations that are not named (checks X09 to X11, X21, X25, X26)."""

from mock_csms.conformance.known import Known
from mock_csms.conformance.known.orders import is_same_token, reservation_of
from mock_csms.conformance.known.transactions import may_wait
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import ERROR, WARNING, Said, call, result
from mock_csms.conformance.transactions import TRANSACTIONS
from mock_csms.protocol.actions import Json

_TOLD = call("TransactionEvent.Started", "TransactionEvent.Changed", "TransactionEvent.Ended")
"""All events but those that are nothing but periodic values."""
_LATE_STARTS = {"CablePluggedIn", "ChargingStateChanged", "EVDetected", "SignedDataReceived"}
"""What may start a transaction that was asked for before its start point was reached."""


def _followed(seen: Seen, known: Known) -> Json | None:
    """Return the remote start that an event is the first to follow."""
    orders = known.orders
    if not orders.starts or "remoteStartId" not in seen.payload["transactionInfo"]:
        return None
    number = seen.payload["transactionInfo"]["remoteStartId"]
    return None if number in orders.used else orders.starts.get(number)


def _evse_asked(seen: Seen) -> int | None:
    """Return the EVSE of a command, which may have been sent wrong on purpose."""
    evse = seen.request.get("evseId") if isinstance(seen.request, dict) else None
    return evse if isinstance(evse, int) else None


@TRANSACTIONS.check("X09", "F01.FR.19", ERROR, "the event after a remote start has the trigger RemoteStart", _TOLD)
def told_as_remote(seen: Seen, known: Known) -> Said:
    """The first event with its remoteStartId, told as something else."""
    asked, trigger = _followed(seen, known), seen.payload["triggerReason"]
    if asked is None or trigger == "RemoteStart" or (seen.detail == "Started" and trigger in _LATE_STARTS):
        return None
    return f"remote start {asked['remoteStartId']} was told as {trigger}, not as RemoteStart"


@TRANSACTIONS.check("X10", "F02.FR.21", ERROR, "the event after a remote start has its remoteStartId", _TOLD)
def remote_start_id(seen: Seen, known: Known) -> Said:
    """A RemoteStart without its remoteStartId, or with one that was not asked for."""
    payload = seen.payload
    if payload["triggerReason"] != "RemoteStart":
        return None
    number, orders = payload["transactionInfo"].get("remoteStartId"), known.orders
    if number is None:
        return "RemoteStart without a remoteStartId"
    open_ = [each for each in orders.starts if each not in orders.used]
    is_mine = any(is_same_token(orders.starts[each]["idToken"], payload.get("idToken")) for each in open_)
    if number in orders.starts or not is_mine or payload.get("offline"):
        return None
    return f"remoteStartId {number}, where {' or '.join(map(str, open_))} was asked for"


@TRANSACTIONS.check("X11", "F01.FR.04", ERROR, "a remote start uses the idToken that came with it", _TOLD)
def remote_token(seen: Seen, known: Known) -> Said:
    """Another idToken than the one of the command."""
    asked, token = _followed(seen, known), seen.payload.get("idToken")
    if asked is None or token is None or is_same_token(asked["idToken"], token):
        return None
    return f"idToken {token['idToken']} ({token['type']}), where {asked['idToken']['idToken']} was asked for"


@TRANSACTIONS.check("X21", "E01.FR.13", WARNING, "the event that uses a reservation has the reservationId", _TOLD)
def reservation_named(seen: Seen, known: Known) -> Said:
    """A reserved idToken comes where it is reserved, and the reservation is not named."""
    payload, transaction = seen.payload, known.transactions.of(seen.payload)
    if not known.orders.reserved or "idToken" not in payload or "reservationId" in payload or payload.get("offline"):
        return None
    if transaction is not None and (transaction.token is not None or transaction.is_reserved):
        return None
    evse = known.transactions.evse_of(payload)
    reserved = reservation_of(known, payload["idToken"], evse, seen.at)
    return None if reserved is None else f"reservation {reserved} is used on EVSE {evse}, and not named"


@TRANSACTIONS.check(
    "X25", "F01.FR.13", ERROR, "a remote start tells the transaction that runs", result("RequestStartTransaction")
)
def transaction_named(seen: Seen, known: Known) -> Said:
    """No transactionId though a transaction without authorization runs on that EVSE."""
    evse = _evse_asked(seen)
    if evse is None or seen.payload["status"] != "Accepted" or "transactionId" in seen.payload:
        return None
    running = [each for each in known.transactions.open_at(evse) if each.token is None and each.is_whole]
    if not running or may_wait(known, seen.at):
        return None
    return f"{running[0].id} runs on EVSE {evse} without authorization, and was not named"


@TRANSACTIONS.check(
    "X26", "F01.FR.23", ERROR, "no remote start on an EVSE that cannot be used", result("RequestStartTransaction")
)
def free_for_start(seen: Seen, known: Known) -> Said:
    """Accepted where all connectors are out of order, or where somebody else charges already (F01.FR.24)."""
    evse = _evse_asked(seen)
    if evse is None or seen.payload["status"] != "Accepted":
        return None
    statuses = set(known.connectors.of(evse).values())
    if statuses and statuses <= {"Unavailable", "Faulted"}:
        return f"accepted on EVSE {evse}, which is {' and '.join(sorted(statuses))}"
    used = [each for each in known.transactions.open_at(evse) if each.token and each.stopped_by is None]
    used = [each for each in used if each.is_whole and each.state != "Idle"]
    used = [each for each in used if each.remote != seen.request.get("remoteStartId")]
    if not used or may_wait(known, seen.at):
        return None
    return f"accepted on EVSE {evse}, where {used[0].id} runs for {used[0].token['idToken']}"
