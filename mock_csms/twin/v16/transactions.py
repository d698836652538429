"""Updates the transactions in the twin with messages of OCPP 1.6. Their ids are integers from the mock."""

from math import isfinite
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.v16.connectors import ONLY

ENDING = "StopTransaction"
"""The action of the call that ends a transaction."""
_REGISTER = "Energy.Active.Import.Register"
_STARTED, _STOPPED = 0, 1
"""The numbers of the two events of a transaction, as seqNo of 2.x."""


def started(seen: Seen, twin: Twin) -> None:
    """Note the answer to a StartTransaction, which has the id of the transaction. A repeated answer changes nothing."""
    asked, id_ = seen.request, str(seen.payload["transactionId"])
    if id_ in twin.transactions.by_id:
        return
    for other in twin.transactions.open_at(asked["connectorId"]):
        other.seems_over = True  # a connector has one transaction at a time (4.8)
    transaction = twin.transactions.begin(id_)
    transaction.evse, transaction.connector = asked["connectorId"], ONLY
    transaction.token = {"idToken": asked["idTag"]}
    transaction.started = transaction.stamp = asked["timestamp"]
    transaction.highest = _STARTED
    transaction.register = transaction.meter = float(asked["meterStart"])
    transaction.is_reserved = "reservationId" in asked
    twin.transactions.ids[id_] = asked["timestamp"]


def stopped(seen: Seen, twin: Twin) -> None:
    """Note a StopTransaction. A transaction that is not known has begun before the mock started."""
    id_ = str(seen.payload["transactionId"])
    transaction = twin.transactions.by_id.get(id_) or twin.transactions.begin(id_)
    transaction.highest, transaction.stamp = _STOPPED, seen.payload["timestamp"]
    transaction.ended, transaction.reason = seen.payload["timestamp"], _reason_in(seen.payload)
    transaction.meter = float(seen.payload["meterStop"])
    twin.transactions.end(transaction, _STOPPED)
    twin.resets.ending.discard(id_)


def metered(seen: Seen, twin: Twin) -> None:
    """Note meter values; those of a running transaction may contain its energy register."""
    transaction = twin.transactions.running.get(str(seen.payload.get("transactionId")))
    if transaction is None:
        return
    transaction.seems_over = False
    for value in seen.payload["meterValue"]:
        for sample in value["sampledValue"]:
            shown = _register_in(sample)
            transaction.meter = transaction.meter if shown is None else shown


def _register_in(sample: Json) -> float | None:
    """Return the energy register in a sampled value, in Wh; None for another value."""
    is_whole = "phase" not in sample and sample.get("location", "Outlet") == "Outlet"
    if not is_whole or sample.get("measurand", _REGISTER) != _REGISTER or sample.get("format", "Raw") != "Raw":
        return None
    try:
        value = float(sample["value"])
    except ValueError:
        return None
    return value * (1000 if sample.get("unit") == "kWh" else 1) if isfinite(value) else None


def reason_of_end(call: Call) -> str | None:
    """Return why a StopTransaction ends its transaction; a reason that is left out is Local."""
    return _reason_in(call.payload)


def _reason_in(payload: Any) -> str | None:
    reason = payload.get("reason", "Local") if isinstance(payload, dict) else None
    return reason if isinstance(reason, str) else None
