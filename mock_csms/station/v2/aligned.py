"""Clock-aligned meter values (J01): read at the boundaries of an interval that is counted from 00:00 UTC.

An alarm may ring late. So `catch_up` handles the passed boundaries before anything else is decided: the values must
have the time of the boundary, and must be sent before any later message.
"""

from collections.abc import Callable, Mapping
from math import floor
from typing import Any

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import transactions
from mock_csms.station.v2.answers import Alarmed
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.metering import meter_values
from mock_csms.station.v2.variables import (
    ALIGNED_ENDED_INTERVAL,
    ALIGNED_ENDED_MEASURANDS,
    ALIGNED_INTERVAL,
    ALIGNED_MEASURANDS,
    SEND_DURING_IDLE,
    Name,
)

CLOCK: tuple[str] = ("clock",)

_CONTEXT = "Sample.Clock"
_DAY = 86_400.0


def next_boundary(interval: float, now: float) -> float:
    """Return the first boundary after `now`, in seconds since 1970; each day starts again at 00:00 UTC."""
    midnight = floor(now / _DAY) * _DAY
    return min(midnight + (floor((now - midnight) / interval) + 1) * interval, midnight + _DAY)


def catch_up(device: Device, moment: Moment) -> Step:
    """Read the meters for the boundaries that have passed."""
    acts: list[Act] = []
    for interval, at in device.boundaries.items():
        if at <= moment.now:
            device, more = _SERIES[interval](device, at, moment)
            acts += more
    return device, acts


def plan(device: Device, moment: Moment) -> Step:
    """Set the alarm for the next boundary; the CSMS may have changed the intervals."""
    intervals = {name: device.number(name) for name in _SERIES}
    boundaries = {name: next_boundary(interval, moment.now) for name, interval in intervals.items() if interval}
    if boundaries == device.boundaries:
        return device, []
    device = replace(device, boundaries=boundaries)
    return device, [Set(CLOCK, min(boundaries.values()) - moment.now) if boundaries else Stop(CLOCK)]


def _rang(device: Device, *_: Any) -> Step:
    """Forget the boundaries of an alarm that rang; `plan` sets the alarm again."""
    return replace(device, boundaries={}), []


def _send(device: Device, at: float, moment: Moment) -> Step:
    """Send the values: in TransactionEvent during a transaction, otherwise in MeterValues (J01.FR.14).

    With SendDuringIdle nothing is sent while any transaction runs (J01.FR.20).
    """
    acts: list[Act] = []
    if device.is_on(SEND_DURING_IDLE) and device.is_busy:
        return device, acts
    for evse in device.evses.values():
        values = meter_values(device, evse, ALIGNED_MEASURANDS, _CONTEXT, replace(moment, now=at))
        device, more = transactions.tell_values(device, evse, "MeterValueClock", values, moment)
        acts += more
        if values and evse.measured is None and device.is_accepted:
            acts.append(Send("MeterValues", {"evseId": evse.id, "meterValue": values}))
    return device, acts


def _collect(device: Device, at: float, moment: Moment) -> Step:
    """Keep the values until the transaction ends (J01)."""
    for evse in device.evses.values():
        values = meter_values(device, evse, ALIGNED_ENDED_MEASURANDS, _CONTEXT, replace(moment, now=at))
        device = transactions.keep_values(device, evse, values)
    return device, []


_SERIES: Mapping[Name, Callable[[Device, float, Moment], Step]] = {
    ALIGNED_INTERVAL: _send,
    ALIGNED_ENDED_INTERVAL: _collect,
}
"""The action at each boundary, by the variable that sets the interval."""

ALARMS: Mapping[str, Alarmed] = {
    CLOCK[0]: _rang,
}
