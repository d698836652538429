"""What messages of OCPP 1.6 say about the transactions of a station; their ids are integers that the mock gave."""

from typing import Any

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.v16.connectors import ONLY

STOP_TRANSACTION = "StopTransaction"
_STARTED, _STOPPED = 0, 1
"""The numbers of the two events that a transaction has here."""


def started(seen: Seen, twin: Twin) -> None:
    """The mock has answered a StartTransaction: the transaction has an id now. A repeated one changes nothing."""
    asked, id_ = seen.request, str(seen.payload["transactionId"])
    if id_ in twin.transactions.by_id:
        return
    transaction = twin.transactions.begin(id_)
    transaction.evse, transaction.connector = asked["connectorId"], ONLY
    transaction.token = {"idToken": asked["idTag"]}
    transaction.started = transaction.stamp = asked["timestamp"]
    transaction.register = float(asked["meterStart"])
    transaction.highest = _STARTED
    transaction.is_reserved = "reservationId" in asked
    twin.transactions.ids[id_] = asked["timestamp"]


def stopped(seen: Seen, twin: Twin) -> None:
    """A transaction has ended; one that the mock does not know has begun before it."""
    id_ = str(seen.payload["transactionId"])
    transaction = twin.transactions.by_id.get(id_) or twin.transactions.begin(id_)
    transaction.highest, transaction.stamp = _STOPPED, seen.payload["timestamp"]
    twin.transactions.end(transaction, _STOPPED)
    transaction.ended, transaction.reason = seen.payload["timestamp"], seen.payload.get("reason")
    transaction.last_register = float(seen.payload["meterStop"])
    twin.resets.ending.discard(id_)


def reason_of_stop(call: Any) -> str | None:
    """Return why a call ends a transaction; None for a call that ends none. A reason that is left out is Local."""
    match call.payload if call.action == STOP_TRANSACTION else None:
        case {**stop}:
            reason = stop.get("reason", "Local")
            return reason if isinstance(reason, str) else "Other"
    return None
