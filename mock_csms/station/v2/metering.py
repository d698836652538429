"""Meter values of an EVSE, for the measurands that a variable names."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2 import signed_values
from mock_csms.station.v2.device import PHASES, VOLTAGE, Device, Evse
from mock_csms.station.v2.variables import SIGN_READINGS, Name


def meter_values(device: Device, evse: Evse, measurands: Name, context: str, moment: Moment) -> list[Json]:
    """Return the `meterValue` of a message (J02): empty without measurands, or if the controller is disabled."""
    wanted = [name for name in device.variables[measurands].split(",") if name]
    if not wanted or not device.is_on((measurands[0], "Enabled")):
        return []
    samples = [_sample(evse, measurand, context, moment.now) for measurand in wanted]
    if device.is_on((measurands[0], SIGN_READINGS)):
        samples = signed_values.signed(device, evse, samples, moment)
    return [{"timestamp": moment.stamp, "sampledValue": samples}]


def _sample(evse: Evse, measurand: str, context: str, now: float) -> Json:
    value, unit = _READINGS[measurand](evse, now)
    sampled: dict[str, Any] = {"value": round(value, 3), "measurand": measurand, "context": context}
    return sampled | {"unitOfMeasure": {"unit": unit}}


_READINGS: Mapping[str, Callable[[Evse, float], tuple[float, str]]] = {
    "Energy.Active.Import.Register": lambda evse, now: (evse.register(now), "Wh"),
    "Power.Active.Import": lambda evse, _: (evse.drawn, "W"),
    "Current.Import": lambda evse, _: (evse.drawn / VOLTAGE / PHASES, "A"),
    "Voltage": lambda _, __: (VOLTAGE, "V"),
    "SoC": lambda evse, now: (min(100.0, 20.0 + evse.register(now) / 600), "Percent"),
}
"""The value and the unit of each measurand."""
