"""Meter values of a connector; in OCPP 1.6 all values are strings (7.43)."""

from collections.abc import Callable, Mapping
from math import floor

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import PHASES, VOLTAGE
from mock_csms.station.v16.device import ConnectorState, Device16

_DAY = 86_400.0
_READINGS: Mapping[str, tuple[Callable[[ConnectorState, float], float], str]] = {
    "Energy.Active.Import.Register": (lambda connector, now: connector.register(now), "Wh"),
    "Power.Active.Import": (lambda connector, _: connector.drawn, "W"),
    "Current.Import": (lambda connector, _: connector.drawn / VOLTAGE / PHASES, "A"),
    "Voltage": (lambda _, __: VOLTAGE, "V"),
    "SoC": (lambda connector, now: min(100.0, 20.0 + connector.register(now) / 600), "Percent"),
}
"""By measurand: its value and unit."""


def meter_value(
    device: Device16, connector: ConnectorState, key: str, context: str, moment: Moment
) -> tuple[Json, ...]:
    """Return the `meterValue` with the measurands in a configuration key; empty if the key is empty."""
    samples = [_sample(connector, measurand, context, moment.now) for measurand in device.members(key)]
    return ({"timestamp": moment.stamp, "sampledValue": samples},) if samples else ()


def _sample(connector: ConnectorState, measurand: str, context: str, now: float) -> Json:
    read, unit = _READINGS[measurand]
    value = f"{round(read(connector, now), 3):g}" if measurand != "Energy.Active.Import.Register" else ""
    text = value or str(round(read(connector, now)))
    return {"value": text, "context": context, "measurand": measurand, "location": "Outlet", "unit": unit}


def next_boundary(interval: float, now: float) -> float:
    """Return the first boundary of clock-aligned values after `now`. Intervals are counted from 00:00 UTC."""
    midnight = floor(now / _DAY) * _DAY
    return min(midnight + (floor((now - midnight) / interval) + 1) * interval, midnight + _DAY)
