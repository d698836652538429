"""A shortcut for answers to heartbeats and to transaction events without a token, which no check needs to see."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.heartbeats import note_time
from mock_csms.protocol.actions import HEARTBEAT, Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Sent
from mock_csms.twin.v2.details import TRANSACTION_EVENT


def is_acknowledged(event: Sent, station: KnownStation) -> bool:
    """Return whether a message answers a Heartbeat, or a TransactionEvent without idTokenInfo; if so, note the answer.

    A heartbeat or event that broke its schema makes no difference to that.
    """
    answers, message = event.answers, event.message
    if answers is None or event.fault or event.violations:
        return False
    if type(message) is not Result or type(message.payload) is not dict:
        return False
    if answers.action == HEARTBEAT and station.unsound:
        return False
    if not is_acknowledgement(answers, message.payload, station):
        return False
    station.connections.calls.pop(answers.id, None)
    note_acknowledgement(answers, event.at, message.payload, station)
    return True


def is_acknowledgement(call: Call, payload: Json, station: KnownStation) -> bool:
    """Return whether no check can find anything in an answer without violations."""
    if call.action != TRANSACTION_EVENT:
        return call.action == HEARTBEAT
    return "idTokenInfo" not in payload and ("totalCost" not in payload or _is_cost_known(call, payload, station))


def note_acknowledgement(call: Call, at: float, payload: Json, station: KnownStation) -> None:
    """Learn from such an answer, sent at `at`."""
    if call.action == HEARTBEAT:
        note_time(at, payload["currentTime"], station)
        return
    station.exchanges.called_at = at
    if "totalCost" in payload:
        station.transactions.by_id[call.typed.transactionInfo.transactionId].cost = payload["totalCost"]


def _is_cost_known(call: Call, payload: Json, station: KnownStation) -> bool:
    """Return whether the answer to an event says what a known transaction costs."""
    if call.typed is None or type(payload["totalCost"]) is not float:
        return False
    return call.typed.transactionInfo.transactionId in station.transactions.by_id
