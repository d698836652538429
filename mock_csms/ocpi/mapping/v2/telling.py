"""What messages of OCPP 2.x tell about transactions, tokens and reservations."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_csms.ocpi.mapping.told import (
    CHARGE,
    CHARGING,
    CURRENT,
    NEITHER,
    PARKING,
    POWER,
    REGISTER,
    Measured,
    Shown,
    Told,
)
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.v2.transactions import STOPS

EVENT, ENDING = "TransactionEvent", "ReservationStatusUpdate"
_DOES: Mapping[str, str] = {
    "Charging": CHARGING,
    "SuspendedEVSE": CHARGING,
    "SuspendedEV": PARKING,
    "EVConnected": PARKING,
    "Idle": NEITHER,
}
"""By chargingState: what the vehicle does. While only the EVSE pauses, the vehicle wants to charge."""
_MEASURANDS: Mapping[str, tuple[str, str, int]] = {
    "Energy.Active.Import.Register": (REGISTER, "kWh", 3),
    "Power.Active.Import": (POWER, "W", -3),
    "Current.Import": (CURRENT, "", 0),
    "SoC": (CHARGE, "", 0),
}
"""By measurand: what it is here, and a unit whose values need another power of ten."""
_MOST_POWER = 30


def told(event: Event) -> Iterator[Told]:
    """Yield what an event tells about a transaction."""
    if type(event) is Received and type(event.message) is Call and event.message.action == EVENT:
        yield _reported(event.message.payload)
    elif type(event) is Sent and type(event.message) is Result and event.answers and not event.violations:
        yield from _answered(event.answers.payload, event.message.payload) if event.answers.action == EVENT else ()


def _reported(payload: Json) -> Told:
    info, evse = payload["transactionInfo"], payload.get("evse", {})
    state, trigger, token = info.get("chargingState"), payload["triggerReason"], payload.get("idToken")
    is_stop = trigger in STOPS
    return Told(
        transaction=info["transactionId"],
        stamp=payload["timestamp"],
        is_start=payload["eventType"] == "Started",
        is_end=payload["eventType"] == "Ended",
        evse=evse.get("id"),
        connector=evse.get("connectorId"),
        token=Shown(token["idToken"], token["type"]) if token and not is_stop else None,
        does=None if state is None else _DOES.get(state),
        is_plugged=None if state is None else state != "Idle",
        is_authorized=False if trigger == "Deauthorized" else None,
        remote=info.get("remoteStartId"),
        reservation=payload.get("reservationId"),
        measured=tuple(measured_in(payload.get("meterValue", ()))),
        reason=info.get("stoppedReason", "Local") if payload["eventType"] == "Ended" else "",
    )


def _answered(asked: Any, payload: Any) -> Iterator[Told]:
    """Yield whether the mock has accepted the token of an event."""
    match asked, payload:
        case (
            {"transactionInfo": {"transactionId": str(id_)}, "timestamp": str(stamp), "triggerReason": trigger},
            {"idTokenInfo": {"status": str(status)}},
        ) if trigger not in STOPS:
            yield Told(transaction=id_, stamp=stamp, is_authorized=status == "Accepted")


def measured_in(values: Any) -> Iterator[Measured]:
    """Yield the values of the outlet that sessions are made from; currents of single phases are added."""
    for value in values:
        found: dict[str, float] = {}
        for sample in value["sampledValue"]:
            name, unit, power = _MEASURANDS.get(sample.get("measurand", "Energy.Active.Import.Register"), ("", "", 0))
            if not name or sample.get("location", "Outlet") not in ("Outlet", "EV"):
                continue
            phase = sample.get("phase")
            number = _scaled(sample, unit, power)
            if phase is None:
                found[name] = number
            elif name == CURRENT and phase in ("L1", "L2", "L3"):
                found[name] = found.get(name, 0.0) + number
        if found:
            yield Measured(value["timestamp"], found)


def _scaled(sample: Json, unit: str, power: int) -> float:
    """Return a value in Wh, kW, A or percent."""
    of = sample.get("unitOfMeasure", {})
    told_unit = of.get("unit", "Wh" if unit == "kWh" else "W")
    shift = of.get("multiplier", 0) + (power if told_unit == unit else 0)
    value: float = sample["value"] * 10.0 ** max(-_MOST_POWER, min(shift, _MOST_POWER))
    return value


def ended_reservation(event: Event) -> tuple[int, bool] | None:
    """Return the id of a reservation that has ended unused, and whether it expired; None if the event tells of none."""
    if type(event) is not Received or type(event.message) is not Call or event.message.action != ENDING:
        return None
    payload = event.message.payload
    status = payload["reservationUpdateStatus"]
    return (payload["reservationId"], status == "Expired") if status in ("Expired", "Removed") else None
