"""A short way for the answers to heartbeats and to transaction events without a token: they need no check."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.repeated_values import HEARTBEAT
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Sent
from mock_csms.twin.v2.details import TRANSACTION_EVENT


def is_acknowledged(event: Sent, station: KnownStation) -> bool:
    """Return whether a message answers a Heartbeat, or a TransactionEvent without idTokenInfo; if so, learn from it.

    The answer means the same to the station even if its own call was wrong.
    """
    answers, message = event.answers, event.message
    if answers is None or event.fault or type(message) is not Result or type(message.payload) is not dict:
        return False
    if answers.action == TRANSACTION_EVENT:
        if "idTokenInfo" in message.payload or not _is_cost_known(answers, message.payload, station):
            return False
    elif answers.action != HEARTBEAT or event.violations or station.unsound:
        return False
    else:
        station.exchanges.told = message.payload["currentTime"], event.at
    station.connections.calls.pop(answers.id, None)
    station.exchanges.called_at = event.at
    return True


def _is_cost_known(call: Call, payload: Json, station: KnownStation) -> bool:
    """Learn what the answer to an event says that its transaction costs; return whether it says so, or nothing."""
    cost = payload.get("totalCost")
    if cost is None:
        return "totalCost" not in payload
    if call.typed is None or type(cost) is not float:
        return False
    transaction = station.transactions.by_id.get(call.typed.transactionInfo.transactionId)
    if transaction is None:
        return False
    transaction.cost = cost
    return True
