"""The facts about OCPP 2.x that the checks for all versions need."""

from typing import Any

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.rules import VersionRules
from mock_csms.protocol.messages import MAX_DESCRIPTION_LENGTH
from mock_csms.protocol.records import replace
from mock_csms.twin.seen import Seen
from mock_csms.twin.v2.details import TRANSACTION_EVENT

CUSTOM = "customData"
_TIMEOUT = ("OCPPCommCtrlr", "", 0, 0, "MessageTimeout", "Default")


def _message_timeout(station: StationFacts) -> float | None:
    """Return the MessageTimeout of the station in seconds: 1 if it is not known, None if it is no number."""
    try:
        return float(station.variables.values.get(_TIMEOUT, "1"))
    except ValueError:
        return None


def _follows_clock(station: StationFacts) -> bool:
    return (station.variables.text("ClockCtrlr", "TimeSource") or "").startswith("Heartbeat")


def _is_late(seen: Seen, station: StationFacts, at: float) -> bool:
    """Whether the station could have sent an event when it happened: the connection was open then, and not busy.

    False while the event may wait for earlier events that the CSMS refused. A repeated event keeps its old time.
    """
    if seen.action != TRANSACTION_EVENT:
        return False
    payload, exchanges, tolerance = seen.payload, station.exchanges, station.terms.tolerance
    if payload.get("offline") or exchanges.is_troubled or station.connections.calls:
        return False
    transaction = station.transactions.by_id.get(payload["transactionInfo"]["transactionId"])
    if transaction is not None and payload["seqNo"] in transaction.events:
        return False
    happened, begin = at - station.terms.clock_offset, max(station.connections.opened_at, station.boots.answered_at)
    return begin + tolerance < happened < exchanges.busy_at(seen.at) - tolerance


def _number_of(action: str, payload: Any) -> int:
    """Return the seqNo of a TransactionEvent, which its repeats have too; -1 for other calls."""
    number = payload.get("seqNo") if action == TRANSACTION_EVENT and isinstance(payload, dict) else None
    return number if type(number) is int else -1


RULES = VersionRules(
    may_be_empty=False,
    custom=CUSTOM,
    opaque=frozenset({CUSTOM, "data"}),
    free=frozenset({("DataTransferRequest", "data"), ("DataTransferResponse", "data")}),
    hollow=("BootNotification", "MeterValues", TRANSACTION_EVENT),
    misspelt=frozenset({"OccurenceConstraintViolation"}),
    misspelt_by="Part 4 itself spells it so",
    most_described=MAX_DESCRIPTION_LENGTH,
    signed="-Signed",
    present=frozenset({"timestamp", "generatedAt"}),
    message_timeout=_message_timeout,
    follows_clock=_follows_clock,
    is_late=_is_late,
    number_of=_number_of,
)

RULES_OF_21 = replace(RULES, repeats_ids=True)
"""The same for OCPP 2.1 (its Part 4, 4.1.4)."""
