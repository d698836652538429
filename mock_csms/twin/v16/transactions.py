"""What messages of OCPP 1.6 say about the transactions of a station; their ids are integers that the mock gave."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.v16.connectors import ONLY

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
    transaction.highest = _STARTED
    transaction.is_reserved = "reservationId" in asked
    twin.transactions.ids[id_] = asked["timestamp"]


def stopped(seen: Seen, twin: Twin) -> None:
    """A transaction has ended; one that the mock does not know has begun before it."""
    id_ = str(seen.payload["transactionId"])
    transaction = twin.transactions.by_id.get(id_) or twin.transactions.begin(id_)
    transaction.highest, transaction.stamp = _STOPPED, seen.payload["timestamp"]
    twin.transactions.end(transaction, _STOPPED)
    twin.resets.ending.discard(id_)
