"""What messages of OCPP 1.6 tell about transactions. There the mock's answer has the id of a transaction."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.ocpi.mapping.told import CHARGE, CHARGING, CURRENT, PARKING, POWER, REGISTER, Measured, Shown, Told
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.v16.connectors import ONLY

START, STATUS = "StartTransaction", "StatusNotification"
_DOES: Mapping[str, str] = {
    "Preparing": PARKING,
    "Charging": CHARGING,
    "SuspendedEVSE": CHARGING,
    "SuspendedEV": PARKING,
    "Finishing": PARKING,
}
"""By status of a connector: what the vehicle there does. While only the EVSE pauses, the vehicle wants to charge."""
_MEASURANDS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "Energy.Active.Import.Register": (REGISTER, {"kWh": 1000.0, "": 1.0}),
    "Power.Active.Import": (POWER, {"kW": 1.0, "": 0.001}),
    "Current.Import": (CURRENT, {"": 1.0}),
    "SoC": (CHARGE, {"": 1.0}),
}
"""By measurand: what it is here, and the factors by unit; that for an empty unit is for all others."""


def told(event: Event) -> Iterator[Told]:
    """Yield what an event tells about a transaction."""
    if type(event) is Received and type(event.message) is Call:
        tell = _CALLS.get(event.message.action)
        if tell is not None:
            yield from tell(event.message.payload)
        elif event.message.action == STATUS:
            yield from _noted(event.message.payload, event.at)
    elif type(event) is Sent and type(event.message) is Result and event.answers and not event.violations:
        yield from _started(event.answers.payload, event.message.payload) if event.answers.action == START else ()


def _started(asked: Json, payload: Json) -> Iterator[Told]:
    register = Measured(asked["timestamp"], {REGISTER: float(asked["meterStart"])})
    yield Told(
        transaction=str(payload["transactionId"]),
        stamp=asked["timestamp"],
        is_start=True,
        evse=asked["connectorId"],
        connector=ONLY,
        token=Shown(asked["idTag"]),
        does=CHARGING,
        is_plugged=True,
        is_authorized=payload["idTagInfo"]["status"] == "Accepted",
        reservation=asked.get("reservationId"),
        measured=(register,),
    )


def _stopped(payload: Json) -> Iterator[Told]:
    register = Measured(payload["timestamp"], {REGISTER: float(payload["meterStop"])})
    reason = payload.get("reason", "Local")
    yield Told(
        transaction=str(payload["transactionId"]),
        stamp=payload["timestamp"],
        is_end=True,
        is_authorized=False if reason == "DeAuthorized" else None,
        measured=(*measured_in(payload.get("transactionData", ())), register),
        reason=reason,
    )


def _metered(payload: Json) -> Iterator[Told]:
    found = tuple(measured_in(payload["meterValue"]))
    if "transactionId" in payload and found:
        yield Told(transaction=str(payload["transactionId"]), stamp=found[-1].stamp, measured=found)


def _noted(payload: Json, at: float) -> Iterator[Told]:
    """Yield what the vehicle at a connector does; the timestamp of a status is optional."""
    does = _DOES.get(payload["status"])
    if does is not None and payload["connectorId"]:
        stamp = payload.get("timestamp") or rfc3339(at)
        yield Told(transaction="", stamp=stamp, evse=payload["connectorId"], does=does)


_CALLS = {"StopTransaction": _stopped, "MeterValues": _metered}


def measured_in(values: Any) -> Iterator[Measured]:
    """Yield the values of the outlet that sessions are made from; currents of single phases are added."""
    for value in values:
        found: dict[str, float] = {}
        for sample in value["sampledValue"]:
            name, factors = _MEASURANDS.get(sample.get("measurand", "Energy.Active.Import.Register"), ("", {}))
            number = _number_in(sample)
            if not name or number is None or sample.get("location", "Outlet") not in ("Outlet", "EV"):
                continue
            phase, scaled = sample.get("phase"), number * factors.get(sample.get("unit", ""), factors[""])
            if phase is None:
                found[name] = scaled
            elif name == CURRENT and phase in ("L1", "L2", "L3"):
                found[name] = found.get(name, 0.0) + scaled
        if found:
            yield Measured(value["timestamp"], found)


def _number_in(sample: Json) -> float | None:
    """Return the value of a sample, which is a text; None if it is signed data or no number."""
    try:
        value = float(sample["value"]) if sample.get("format", "Raw") == "Raw" else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def ended_reservation(_: Event) -> tuple[int, bool] | None:
    """Return None: OCPP 1.6 has no message that tells the end of a reservation."""
    return None
