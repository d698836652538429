"""Commands of OCPI as commands of OCPP 1.6, and what their results mean."""

from collections.abc import Mapping
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.ocpi.mapping.told import Shown
from mock_csms.ocpi.mapping.version import OcpiLimits, Reserve, Scheduled, Start, Unfit, exact
from mock_csms.protocol.actions import Json

_LONGEST_TAG = 20
_STACK_LEVEL = 1
_ACCEPTED_OR_NOT: Mapping[str, str] = {"Accepted": "ACCEPTED", "Rejected": "REJECTED"}

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "START_SESSION": _ACCEPTED_OR_NOT,
    "STOP_SESSION": _ACCEPTED_OR_NOT,
    "RESERVE_NOW": {
        "Accepted": "ACCEPTED",
        "Occupied": "EVSE_OCCUPIED",
        "Faulted": "EVSE_INOPERATIVE",
        "Unavailable": "EVSE_INOPERATIVE",
        "Rejected": "REJECTED",
    },
    "CANCEL_RESERVATION": {"Accepted": "ACCEPTED", "Rejected": "UNKNOWN_RESERVATION"},
    "UNLOCK_CONNECTOR": {"Unlocked": "ACCEPTED", "UnlockFailed": "FAILED", "NotSupported": "NOT_SUPPORTED"},
    "SET_PROFILE": {"Accepted": "ACCEPTED", "Rejected": "REJECTED", "NotSupported": "REJECTED"},
    "CLEAR_PROFILE": {"Accepted": "ACCEPTED", "Unknown": "UNKNOWN"},
    "GET_PROFILE": _ACCEPTED_OR_NOT,
}
"""By command: what each status of a result means."""
_ASKING: Mapping[str, str | None] = {"Authorize": None, "StartTransaction": "connectorId"}
"""By action of a call that wants to use an idTag: the property with the connector."""


def token_asked(action: str, payload: Any) -> tuple[Shown, int | None] | None:
    """Return the idTag that a call wants to use, and its connector."""
    if action not in _ASKING:
        return None
    place = _ASKING[action]
    return Shown(payload["idTag"]), None if place is None else payload[place]


def transaction_in(_: Any) -> None:
    """Return None: no answer of OCPP 1.6 has a cost."""


def start(asked: Start) -> Step:
    """Return the command that starts a transaction; a connector of OCPP 1.6 is an EVSE."""
    payload: Json = {"idTag": _tag(asked.token)}
    if asked.evse is not None:
        payload["connectorId"] = asked.evse
    return exact("RemoteStartTransaction", payload)


def stop(transaction: str) -> Step:
    """Return the command that stops a transaction."""
    return exact("RemoteStopTransaction", {"transactionId": int(transaction)})


def reserve(asked: Reserve) -> Step:
    """Return the command that reserves a connector; connector 0 is any."""
    payload: Json = {
        "connectorId": asked.evse or 0,
        "expiryDate": asked.until,
        "idTag": _tag(asked.token),
        "reservationId": asked.id,
    }
    if asked.group and len(asked.group) <= _LONGEST_TAG:
        payload["parentIdTag"] = asked.group
    return exact("ReserveNow", payload)


def cancel(id_: int) -> Step:
    """Return the command that cancels a reservation."""
    return exact("CancelReservation", {"reservationId": id_})


def unlock(evse: int, _: int) -> Step:
    """Return the command that unlocks a connector."""
    return exact("UnlockConnector", {"connectorId": evse})


def limit(asked: OcpiLimits) -> Step:
    """Return the command that sets a charging profile for a transaction."""
    schedule: Json = {
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
        "chargingProfileId": asked.id,
        "transactionId": int(asked.transaction),
        "stackLevel": _STACK_LEVEL,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute" if asked.start else "Relative",
        "chargingSchedule": schedule,
    }
    return exact("SetChargingProfile", {"connectorId": asked.evse, "csChargingProfiles": profile})


def unlimit(id_: int) -> Step:
    """Return the command that clears a charging profile."""
    return exact("ClearChargingProfile", {"id": id_})


def ask_schedule(evse: int, duration: int, unit: str) -> Step:
    """Return the command that asks for the schedule of a connector."""
    return exact("GetCompositeSchedule", {"connectorId": evse, "duration": duration, "chargingRateUnit": unit})


def schedule_in(payload: Json) -> Scheduled | None:
    """Return the schedule in the result of GetCompositeSchedule; None if it has no schedule."""
    found, start_ = payload.get("chargingSchedule"), payload.get("scheduleStart")
    if found is None or start_ is None or payload["status"] != "Accepted":
        return None
    periods = tuple((each["startPeriod"], each["limit"]) for each in found["chargingSchedulePeriod"])
    return Scheduled(start_, found.get("duration"), found["chargingRateUnit"], periods)


def _tag(token: str) -> str:
    if len(token) > _LONGEST_TAG:
        raise Unfit(f"OCPP 1.6 allows {_LONGEST_TAG} characters for a token, and this one has {len(token)}")
    return token
