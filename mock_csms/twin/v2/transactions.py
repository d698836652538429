"""Updates the transactions in the twin with messages of OCPP 2.x."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen
from mock_csms.twin.transactions import MOST_FREE, ReportedEvent, Transaction, Transactions
from mock_csms.twin.twin import Twin
from mock_csms.twin.v2.connectors import statuses_in
from mock_csms.twin.v2.details import TRANSACTION_EVENT
from mock_csms.twin.v2.energy import register_in

STOPS = {"StopAuthorized", "RemoteStop", "Deauthorized", "EVConnectTimeout"}
"""The triggerReasons that end the authorization; the transaction may go on."""
PERIODIC = "MeterValuePeriodic"
ENDING = TRANSACTION_EVENT
"""The action of the call that ends a transaction."""
_CLOCK = "Sample.Clock"


def transaction_in(payload: Json, twin: Twin) -> Transaction | None:
    """Return the transaction that a valid TransactionEvent belongs to; None if it is not known yet."""
    return twin.transactions.by_id.get(payload["transactionInfo"]["transactionId"])


def evse_in(payload: Json, twin: Twin) -> int | None:
    """Return the EVSE of a valid TransactionEvent; if it has none, that of an earlier event of its transaction."""
    if "evse" in payload:
        evse: int = payload["evse"]["id"]
        return evse
    transaction = transaction_in(payload, twin)
    return None if transaction is None else transaction.evse


def event_in(payload: Any, twin: Twin) -> ReportedEvent | None:
    """Return the stored copy of a TransactionEvent, by its transaction and seqNo; the event may break its schema."""
    match payload:
        case {"transactionInfo": {"transactionId": str(id_)}, "seqNo": int(number)}:
            transaction = twin.transactions.by_id.get(twin.transactions.spelt(id_))
            return transaction.events.get(number) if transaction else None
    return None


def repeats(payload: Json, event: ReportedEvent) -> bool:
    """Whether a TransactionEvent with the same seqNo as `event` repeats it."""
    return (event.stamp, event.trigger, event.kind) == (
        payload["timestamp"],
        payload["triggerReason"],
        payload["eventType"],
    )


def restarts(payload: Json, transaction: Transaction) -> bool:
    """Whether a Started event begins another transaction with the same id."""
    is_other = transaction.started not in (None, payload["timestamp"])
    return is_other and payload["seqNo"] <= transaction.highest


def reported(seen: Seen, twin: Twin) -> None:
    """Note a TransactionEvent."""
    if not seen.is_sound:
        _note(seen.payload, twin.transactions)
        return
    payload, all_ = seen.payload, twin.transactions
    info, number, trigger = payload["transactionInfo"], payload["seqNo"], payload["triggerReason"]
    transaction = all_.by_id.get(info["transactionId"])
    if transaction is None or (seen.detail == "Started" and restarts(payload, transaction)):
        transaction = all_.begin(info["transactionId"])
    transaction.seems_over = False
    event = _keep(seen, transaction, twin.connections.opened)
    if event.is_offline:
        all_.late_at = seen.at
    if number > transaction.highest:
        if number > transaction.highest + 1:
            transaction.skip_to(number)
        transaction.highest, transaction.stamp = number, event.stamp
        transaction.charging_state = info.get("chargingState", transaction.charging_state)
    elif transaction.gaps:
        transaction.fill(number)
    if trigger != PERIODIC or seen.detail != "Updated" or "evse" in payload or "idToken" in payload:
        _changed(transaction, payload, all_)
    if trigger == PERIODIC and not _is_of_clock(payload):
        transaction.sampled = event.stamp


def _keep(seen: Seen, transaction: Transaction, connection: int) -> ReportedEvent:
    """Store an event and how often it came, and return it."""
    payload, events = seen.payload, transaction.events
    number, trigger, is_offline = payload["seqNo"], payload["triggerReason"], payload.get("offline", False)
    text = seen.event_as(Received).text
    event = ReportedEvent(payload["timestamp"], seen.detail, trigger, is_offline, seen.id, text, seen.at, connection)
    before = events.get(number)
    events[number] = event
    if before is not None:
        event.attempts = before.attempts + 1 if before.connection == connection and repeats(payload, before) else 1
    return event


def _changed(transaction: Transaction, payload: Json, all_: Transactions) -> None:
    """Update the facts that any event may change, except an event with only periodic values."""
    info, trigger = payload["transactionInfo"], payload["triggerReason"]
    transaction.remote = info.get("remoteStartId", transaction.remote)
    if trigger in STOPS:
        transaction.stopped_by = trigger
    if "evse" in payload:
        _placed(transaction, payload, all_)
    if "idToken" in payload and trigger not in STOPS:
        transaction.token = transaction.token or payload["idToken"]
        transaction.stopped_by = None
    if "reservationId" in payload:
        transaction.is_reserved = True
    if transaction.register is None and "meterValue" in payload:
        transaction.register = register_in(payload)
    if "numberOfPhasesUsed" in payload:
        all_.tells_phases = True
    if payload["eventType"] == "Started":
        transaction.started = all_.ids[transaction.id] = payload["timestamp"]
    elif payload["eventType"] == "Ended":
        all_.end(transaction, payload["seqNo"])
        transaction.ended, transaction.reason = payload["timestamp"], info.get("stoppedReason")


def _placed(transaction: Transaction, payload: Json, all_: Transactions) -> None:
    """Note the EVSE of a transaction. Another transaction there seems over: there is one at a time (E01.FR.14)."""
    evse = payload["evse"]["id"]
    if evse != transaction.evse and payload["eventType"] != "Ended":
        for other in all_.open_at(evse):
            other.seems_over = True
    transaction.evse = evse
    transaction.connector = payload["evse"].get("connectorId", transaction.connector)


def _is_of_clock(payload: Json) -> bool:
    """Whether a TransactionEvent has meter values, and all of them are clock-aligned."""
    values = payload.get("meterValue", ())
    return bool(values) and all(each.get("context") == _CLOCK for value in values for each in value["sampledValue"])


def _note(payload: Any, all_: Transactions) -> None:
    """Note an event that breaks its schema: its seqNo is not missing, and it may end its transaction."""
    match payload:
        case {"transactionInfo": {"transactionId": str(id_)}, "seqNo": int(number)} if id_ in all_.by_id:
            transaction = all_.by_id[id_]
            transaction.highest = max(transaction.highest, number)
            transaction.fill(number)
            if payload.get("eventType") == "Ended":
                all_.end(transaction, number)


def failed(seen: Seen, twin: Twin) -> None:
    """Note that the mock has refused a TransactionEvent, or that a fault has spoiled its answer."""
    answers = seen.answers
    if seen.action != TRANSACTION_EVENT or answers is None:
        return
    twin.transactions.trouble_at = seen.at
    event = event_in(answers.payload, twin)
    if event is not None:
        event.failed_at = seen.at


def was_denied(seen: Seen, twin: Twin) -> None:
    """Note that by its answer the station does not know a transaction (any more): E14.FR.03, E14.FR.05, F03.FR.08."""
    id_, answer = seen.request.get("transactionId"), seen.payload
    transaction = twin.transactions.running.get(twin.transactions.spelt(id_)) if isinstance(id_, str) else None
    if transaction is None:
        return
    if seen.action == "GetTransactionStatus":
        is_denied = answer.get("ongoingIndicator") is False and not answer["messagesInQueue"]
    else:
        is_denied = answer["status"] == "Rejected" and transaction.stopped_by is None
    transaction.seems_over = transaction.seems_over or is_denied


def reason_of_end(call: Call) -> str | None:
    """Return why a TransactionEvent ends its transaction; None if it does not. A reason that is left out is Local."""
    if call.typed is not None and call.typed.eventType != "Ended":
        return None  # so the payloads of most events are not read for this
    match call.payload:
        case {"eventType": "Ended", "transactionInfo": {**info}}:
            reason = info.get("stoppedReason", "Local")
            return reason if isinstance(reason, str) else None
    return None


def priced(seen: Seen, twin: Twin) -> None:
    """Note the cost of a transaction that the mock has sent, in an answer to its event or in a command (I02, I03)."""
    asked = seen.answers.payload if seen.answers is not None else {}
    is_command = seen.kind == "result"
    match (asked if is_command else seen.payload), asked:
        case {"totalCost": cost}, {"transactionId": str(id_)} | {"transactionInfo": {"transactionId": str(id_)}}:
            transaction = twin.transactions.by_id.get(twin.transactions.spelt(id_))
            if transaction is not None and isinstance(cost, int | float):
                transaction.cost = float(cost)


def was_free(seen: Seen, twin: Twin) -> None:
    """Note the connectors that are Available by a status."""
    free = twin.transactions.were_free
    for place, status in statuses_in(seen.action, seen.payload):
        if status == "Available" and len(free) < MOST_FREE:
            free.add(place)
