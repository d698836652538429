"""Commands of OCPI as commands of OCPP 2.x, and what their results mean."""

from collections.abc import Mapping
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.ocpi.mapping.told import Shown
from mock_csms.ocpi.mapping.version import OcpiLimits, Reserve, Scheduled, Start, exact
from mock_csms.protocol.actions import Json
from mock_csms.twin.meaning import at
from mock_csms.twin.v2.transactions import STOPS

_TYPES: Mapping[str, str] = {"RFID": "ISO14443"}
"""By TokenType: the type of an idToken; all others are Central."""
_STACK_LEVEL = 1
_NOBODY = ("NoAuthorization", "DirectPayment")
"""The types of idTokens that no eMSP owns."""

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "START_SESSION": {"Accepted": "ACCEPTED", "Rejected": "REJECTED"},
    "STOP_SESSION": {"Accepted": "ACCEPTED", "Rejected": "REJECTED"},
    "RESERVE_NOW": {
        "Accepted": "ACCEPTED",
        "Occupied": "EVSE_OCCUPIED",
        "Faulted": "EVSE_INOPERATIVE",
        "Unavailable": "EVSE_INOPERATIVE",
        "Rejected": "REJECTED",
    },
    "CANCEL_RESERVATION": {"Accepted": "ACCEPTED", "Rejected": "UNKNOWN_RESERVATION"},
    "UNLOCK_CONNECTOR": {
        "Unlocked": "ACCEPTED",
        "UnlockFailed": "FAILED",
        "OngoingAuthorizedTransaction": "REJECTED",
        "UnknownConnector": "REJECTED",
    },
    "SET_PROFILE": {"Accepted": "ACCEPTED", "Rejected": "REJECTED"},
    "CLEAR_PROFILE": {"Accepted": "ACCEPTED", "Unknown": "UNKNOWN"},
    "GET_PROFILE": {"Accepted": "ACCEPTED", "Rejected": "REJECTED"},
}
"""By command: what each status of a result means."""


def token_asked(action: str, payload: Any) -> tuple[Shown, int | None] | None:
    """Return the token that a call wants to use, and its EVSE. A token that only ends something is not asked about."""
    is_event = action == "TransactionEvent"
    if action != "Authorize" and not is_event:
        return None
    token = payload.get("idToken")
    if token is None or token["type"] in _NOBODY or not token["idToken"]:
        return None
    if is_event and (payload["eventType"] == "Ended" or payload["triggerReason"] in STOPS):
        return None
    evse = payload.get("evse", {}).get("id") if is_event else None
    return Shown(token["idToken"], token["type"]), evse


def transaction_in(payload: Any) -> str | None:
    """Return the id of the transaction in the payload of a TransactionEvent."""
    id_ = at(payload, "transactionInfo", "transactionId")
    return id_ if isinstance(id_, str) else None


def start(asked: Start) -> Step:
    """Return the command that starts a transaction. OCPP 2.x has no place for the connector."""
    payload: Json = {"idToken": _token(asked.token, asked.type), "remoteStartId": asked.remote}
    if asked.evse is not None:
        payload["evseId"] = asked.evse
    if asked.group:
        payload["groupIdToken"] = {"idToken": asked.group, "type": "Central"}
    return exact("RequestStartTransaction", payload)


def stop(transaction: str) -> Step:
    """Return the command that stops a transaction."""
    return exact("RequestStopTransaction", {"transactionId": transaction})


def reserve(asked: Reserve) -> Step:
    """Return the command that reserves an EVSE."""
    payload: Json = {"id": asked.id, "expiryDateTime": asked.until, "idToken": _token(asked.token, asked.type)}
    if asked.evse is not None:
        payload["evseId"] = asked.evse
    if asked.group:
        payload["groupIdToken"] = {"idToken": asked.group, "type": "Central"}
    return exact("ReserveNow", payload)


def cancel(id_: int) -> Step:
    """Return the command that cancels a reservation."""
    return exact("CancelReservation", {"reservationId": id_})


def unlock(evse: int, connector: int) -> Step:
    """Return the command that unlocks a connector."""
    return exact("UnlockConnector", {"evseId": evse, "connectorId": connector})


def limit(asked: OcpiLimits) -> Step:
    """Return the command that sets a charging profile for a transaction."""
    schedule: Json = {
        "id": 1,
        "chargingRateUnit": asked.unit,
        "chargingSchedulePeriod": [
            {"startPeriod": start_, "limit": round(limit_, 1)} for start_, limit_ in asked.periods
        ],
    }
    if asked.start:
        schedule["startSchedule"] = asked.start
    if asked.duration is not None:
        schedule["duration"] = asked.duration
    if asked.least is not None:
        schedule["minChargingRate"] = round(asked.least, 1)
    profile = {
        "id": asked.id,
        "stackLevel": _STACK_LEVEL,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute" if asked.start else "Relative",
        "transactionId": asked.transaction,
        "chargingSchedule": [schedule],
    }
    return exact("SetChargingProfile", {"evseId": asked.evse, "chargingProfile": profile})


def unlimit(id_: int) -> Step:
    """Return the command that clears a charging profile."""
    return exact("ClearChargingProfile", {"chargingProfileId": id_})


def ask_schedule(evse: int, duration: int, unit: str) -> Step:
    """Return the command that asks for the schedule of an EVSE."""
    return exact("GetCompositeSchedule", {"evseId": evse, "duration": duration, "chargingRateUnit": unit})


def schedule_in(payload: Json) -> Scheduled | None:
    """Return the schedule in the result of GetCompositeSchedule; None if it has no schedule."""
    found = payload.get("schedule")
    if found is None or payload["status"] != "Accepted":
        return None
    periods = tuple((each["startPeriod"], each["limit"]) for each in found["chargingSchedulePeriod"])
    return Scheduled(found["scheduleStart"], found["duration"], found["chargingRateUnit"], periods)


def _token(id_: str, type_: str) -> Json:
    return {"idToken": id_, "type": _TYPES.get(type_, "Central")}
