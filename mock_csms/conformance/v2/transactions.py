"""Checks of transactions (checks X); this file has the checks of reasons, places and states in events.

The others are in transaction_order, transaction_points, remote_starts, remote_stops and retries.
"""

from collections.abc import Mapping
from functools import wraps

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.waiting import may_wait
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Judge, Later, Subject
from mock_csms.conformance.v2.resets import ends_by_reset
from mock_csms.twin.connectors import Connector, may_mean
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.connectors import statuses_in
from mock_csms.twin.v2.transactions import repeats, transaction_in

TRANSACTIONS = Subject("transactions")

_SORTS = ("Started", "Updated", "Changed", "Ended")
_STARTED, _UPDATED, _CHANGED, _ENDED = (call(f"TransactionEvent.{sort}") for sort in _SORTS)
_NOT_BY_DRIVER = {
    "RemoteStop",
    "ResetCommand",
    "EVConnectTimeout",
    "Deauthorized",
    "AbnormalCondition",
    "TimeLimitReached",
    "EnergyLimitReached",
}
_REASONS: Mapping[str, set[str]] = {
    "RemoteStop": {"Remote"},
    "Deauthorized": {"DeAuthorized", "ReqEnergyTransferRejected"},
    "ResetCommand": {"ImmediateReset"},
    "EVConnectTimeout": {"Timeout"},
    "StopAuthorized": {"Local", "MasterPass"},
    "EVCommunicationLost": {"EVDisconnected", "Local", "StoppedByEV"},
    "EVDeparted": {"Local", "Remote", "EVDisconnected", "StoppedByEV"},
    "TimeLimitReached": {"TimeLimitReached"},
    "EnergyLimitReached": {"EnergyLimitReached"},
    "SoCLimitReached": {"SOCLimitReached"},
    "AbnormalCondition": {
        "EmergencyStop",
        "GroundFault",
        "Other",
        "OvercurrentFault",
        "PowerLoss",
        "PowerQuality",
        "Reboot",
        "ReqEnergyTransferRejected",
    },
}
"""The stoppedReasons that fit a trigger. A trigger that is not listed fits any reason. Some exist only in OCPP 2.1."""
LEFT = {"EVCommunicationLost", "EVDeparted"}
"""The triggers after which the vehicle is no longer connected."""
_CONNECTED = {"EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE"}
_OF_AUTHORIZATION = {"Authorized", "RemoteStart"}


def once(judge: Judge) -> Judge:
    """Return a check that ignores repeated events (E13.FR.02), because it has judged them the first time."""

    @wraps(judge)
    def judged(seen: Seen, station: KnownStation) -> CheckResult:
        transaction = transaction_in(seen.payload, station)
        reported = transaction and transaction.events.get(seen.payload["seqNo"])
        return None if reported and repeats(seen.payload, reported) else judge(seen, station)

    return judged


@TRANSACTIONS.check("X06", "E06.FR.08", ERROR, "an end not caused by the driver has a stoppedReason", _ENDED)
@once
def reason_is_sent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an end by command, time-out or fault without a stoppedReason, because no reason means Local.

    After a reset, B20 reports it.
    """
    payload = seen.payload
    if payload["triggerReason"] not in _NOT_BY_DRIVER or "stoppedReason" in payload["transactionInfo"]:
        return None
    if ends_by_reset(seen, station):
        return None
    return f"{payload['transactionInfo']['transactionId']} ended by {payload['triggerReason']} without a stoppedReason"


@TRANSACTIONS.check("X07", "E06", WARNING, "only Ended has a stoppedReason", _STARTED, _UPDATED)
@once
def no_early_reason(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a stoppedReason in an event that is not Ended."""
    reason = seen.payload["transactionInfo"].get("stoppedReason")
    return reason and f"{seen.detail} with the stoppedReason {reason}"


@TRANSACTIONS.check("X08", "F03.FR.03", WARNING, "the stoppedReason fits the triggerReason", _ENDED)
@once
def reason_fits(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a stoppedReason that does not fit the triggerReason.

    If a vehicle leaves after a stop, its event may have the reason of that stop. After a reset, B20 reports it.
    """
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    trigger, reason = payload["triggerReason"], payload["transactionInfo"].get("stoppedReason")
    fitting = _REASONS.get(trigger)
    if reason is None or fitting is None or reason in fitting or ends_by_reset(seen, station):
        return None
    if trigger in LEFT:
        if transaction is None or not transaction.is_whole:
            return None
        if transaction.charging_state == "SuspendedEVSE" or reason in _REASONS.get(transaction.stopped_by or "", ()):
            return None
    return f"ended by {trigger} with the stoppedReason {reason}, not {' or '.join(sorted(fitting))}"


@TRANSACTIONS.check(
    "X12", "E01.FR.10", ERROR, "the event of an authorization has the idToken", _STARTED, _CHANGED, _ENDED
)
@once
def token_is_sent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an authorization without an idToken, or a first idToken without the trigger Authorized (E02.FR.20)."""
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    trigger, token = payload["triggerReason"], payload.get("idToken")
    if transaction is not None and transaction.token is not None:
        return None
    if token is None:
        return f"{trigger} without an idToken" if trigger in _OF_AUTHORIZATION else None
    if transaction is None or not transaction.is_next(payload["seqNo"]) or seen.detail != "Updated":
        return None
    if trigger in _OF_AUTHORIZATION or trigger == "StopAuthorized" or token["type"] == "NoAuthorization":
        return None
    return f"the first idToken came with {trigger}, not with Authorized"


@TRANSACTIONS.check(
    "X13", "E01.FR.16", ERROR, "the event of plugging in has the EVSE and the connector", _STARTED, _UPDATED
)
def place_is_sent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report the first event of a connected vehicle without evse.id or connectorId; later events need neither."""
    payload, transaction = seen.payload, transaction_in(seen.payload, station)
    if transaction is not None and (transaction.connector is not None or _was_connected(transaction)):
        return None
    if "connectorId" in payload.get("evse", ()):
        return None
    state, trigger = payload["transactionInfo"].get("chargingState"), payload["triggerReason"]
    if trigger != "CablePluggedIn" and state not in _CONNECTED:
        return None
    if seen.detail != "Started" and (transaction is None or not transaction.is_next(payload["seqNo"])):
        return None
    return f"{trigger} ({state}) without the {'connectorId' if 'evse' in payload else 'evse'}"


def _was_connected(transaction: Transaction) -> bool:
    """Whether an event has shown that a vehicle is connected."""
    is_plugged = any(each.trigger == "CablePluggedIn" for each in transaction.events.values())
    return is_plugged or transaction.charging_state in _CONNECTED


@TRANSACTIONS.check(
    "X14", "E01.FR.18", ERROR, "events of a new charging state have the chargingState", _STARTED, _CHANGED
)
@once
def state_is_sent(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a missing chargingState if the trigger means a new one, or requests it (F06.FR.07)."""
    payload = seen.payload
    if "chargingState" in payload["transactionInfo"]:
        return None
    trigger, transaction = payload["triggerReason"], transaction_in(payload, station)
    state = transaction and transaction.charging_state
    is_wrong = (
        trigger in ("ChargingStateChanged", "Trigger")
        or (trigger == "CablePluggedIn" and state in (None, "Idle"))
        or (trigger == "EVCommunicationLost" and state in _CONNECTED)
    )
    return f"{trigger} without a chargingState" if is_wrong else None


@TRANSACTIONS.check(
    "X15",
    "E01.FR.14",
    ERROR,
    "an EVSE has one transaction at a time",
    call("TransactionEvent"),
    implies=("X17", "X19", "X25"),
)
def one_at_a_time(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a transaction on an EVSE where another one has not ended.

    While events may still be queued at the station, the Ended event of the other may still come.
    """
    if "evse" not in seen.payload or seen.detail == "Ended":
        return None
    id_, evse = seen.payload["transactionInfo"]["transactionId"], seen.payload["evse"]["id"]
    mine = station.transactions.by_id.get(id_)
    if mine is not None and (mine.evse == evse or not mine.is_open):
        return None
    other = next((each for each in station.transactions.open_at(evse) if each.id != id_), None)
    if other is None:
        return None
    text = f"{id_} is on EVSE {evse}, where {other.id} has not ended"
    return Later(text, station.terms.patience, (id_, other.id)) if may_wait(station, seen.at) else text


@TRANSACTIONS.deadline("X15")
def still_two(due: Due, station: KnownStation) -> CheckResult:
    """Report the two transactions if both still run; wait longer while events may still be queued at the station."""
    if any(id_ not in station.transactions.running for id_ in due.key):
        return None
    return Later(due.text, station.terms.patience, due.key) if may_wait(station, due.at) else due.text


@TRANSACTIONS.check(
    "X22",
    "E02.FR.05",
    ERROR,
    "a connector is Occupied when a cable is plugged in",
    _STARTED,
    _CHANGED,
    _ENDED,
    call("StatusNotification", "NotifyEvent"),
)
def connector_occupied(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a CablePluggedIn if its connector is not reported as Occupied, neither before nor soon after.

    Connector 0 does not exist: B08 reports statuses with that number. If the vehicle leaves at once, the check expects
    no status.
    """
    payload = seen.payload
    if seen.action != "TransactionEvent":
        reported = [place for place, status in statuses_in(seen.action, payload) if status != "Available"]
        return [Done(each) for place in reported for each in _meant(place, station)]
    if payload["triggerReason"] in LEFT:
        transaction = transaction_in(payload, station)
        return Done((transaction.evse, transaction.connector)) if transaction else None
    place = (payload.get("evse", {}).get("id", 0), payload.get("evse", {}).get("connectorId", 0))
    if payload["triggerReason"] != "CablePluggedIn" or not all(place) or not _is_now(seen, station):
        return None
    text = f"connector {place[1]} of EVSE {place[0]} was not reported as Occupied"
    return Later(text, station.terms.patience, place) if station.connectors.is_free(place) else None


def _meant(place: Connector, station: KnownStation) -> list[Connector]:
    """Return the connectors with a deadline that a status may belong to."""
    waiting = [each for check, each in station.deadlines if check == "X22" and isinstance(each, tuple)]
    return [each for each in waiting if each == place or may_mean(place, each)]


def _is_now(seen: Seen, station: KnownStation) -> bool:
    """Whether an event was sent when it happened, and not late."""
    at = mock_time_of(seen.payload["timestamp"], station)
    return not seen.payload.get("offline") and at is not None and seen.at - at <= station.terms.tolerance
