"""Events of monitors: a threshold is crossed, a value has changed, or a period is over (N07).

The machine checks the monitors after every event. An energy register rises without an event: while one is monitored and
rises, an alarm makes the station check again.
"""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act, Send, Set
from mock_csms.station.state import Moment
from mock_csms.station.v2.aligned import next_boundary
from mock_csms.station.v2.answers import Alarmed
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.inventory import value_of, variables_of
from mock_csms.station.v2.storage import Monitor
from mock_csms.station.v2.variables import MONITORING_ENABLED, OFFLINE_SEVERITY, Variable, on_the_wire

ALARM = "monitor"
THRESHOLDS = frozenset({"UpperThreshold", "LowerThreshold"})
PERIODIC = frozenset({"Periodic", "PeriodicClockAligned"})

_LOOK: tuple[str] = ("look",)
_LOOK_AGAIN = 1.0
"""Seconds between two checks of an energy register that rises."""


class Notice(Record):
    """The facts for a report about a monitor."""

    trigger: str
    """The trigger of the event: Alerting, Delta or Periodic."""
    value: str
    is_cleared: bool = False
    """Whether the value is within the threshold again."""


def watch(device: Device, moment: Moment) -> Step:
    """Check all monitors except the periodic ones, and report changes (N07.FR.02 to 17)."""
    if not device.storage.monitors or not _may_report(device):
        return device, []
    acts: list[Act] = []
    looks_again = False
    for monitor in device.storage.monitors.values():
        if monitor.setting["type"] in PERIODIC:
            continue
        value, evse = value_of(device, monitor.name, moment), _evse(device, monitor)
        if not _is_active(device, monitor):
            device = _noted(device, replace(monitor, is_crossed=False, last_value=value))
            continue
        seen, notice = _look(monitor, variables_of(device)[monitor.name], value)
        device = _noted(device, seen)
        acts += _tell(device, monitor, notice, moment) if notice else []
        looks_again |= monitor.name[1] == "EnergyImportRegister" and evse is not None and evse.is_charging
    return device, [*acts, Set(_LOOK, _LOOK_AGAIN)] if looks_again else acts


def start(monitor: Monitor, moment: Moment) -> list[Act]:
    """Set the alarm for the end of a period; a clock-aligned period has already begun."""
    kind, period = monitor.setting["type"], monitor.setting["value"]
    if kind not in PERIODIC:
        return []
    wait = period if kind == "Periodic" else next_boundary(period, moment.now) - moment.now
    if wait < period / 2 and wait < _LOOK_AGAIN:  # the alarm of the last period rang a little early
        wait += period
    return [Set((ALARM, monitor.id), wait)]


def resume(device: Device, moment: Moment) -> list[Act]:
    """Start all periods after a reboot; monitors survive it (N04.FR.18)."""
    return [act for monitor in device.storage.monitors.values() for act in start(monitor, moment)]


def period_over(device: Device, number: int, moment: Moment) -> Step:
    """Report the value of a variable at the end of a period (N07.FR.17)."""
    monitor = device.storage.monitors.get(number)
    if monitor is None:
        return device, []
    acts = start(monitor, moment)
    if _may_report(device) and _is_active(device, monitor):
        notice = Notice("Periodic", value_of(device, monitor.name, moment))
        acts += _tell(device, monitor, notice, moment)
    return device, acts


def _look(monitor: Monitor, row: Variable, value: str) -> tuple[Monitor, Notice | None]:
    """Return a monitor after a check, and the report about it; None instead of a report if nothing has changed."""
    kind, limit = monitor.setting["type"], monitor.setting["value"]
    if kind == "Delta":
        before = monitor.last_value or value
        is_other = abs(float(value) - float(before)) > limit if row.is_number else value != before
        return (replace(monitor, last_value=value), Notice("Delta", value)) if is_other else (monitor, None)
    is_crossed = float(value) > limit if kind == "UpperThreshold" else float(value) < limit
    if is_crossed == monitor.is_crossed:
        return monitor, None
    return replace(monitor, is_crossed=is_crossed), Notice("Alerting", value, is_cleared=not is_crossed)


def _tell(device: Device, monitor: Monitor, notice: Notice, moment: Moment) -> list[Act]:
    """Return the message about one event, if it is severe enough (N05, N07.FR.04, N07.FR.05).

    An event that is severe enough for OfflineQueuingSeverity is kept while the station is offline.
    """
    severity = monitor.setting["severity"]
    if severity > device.storage.monitoring_level:
        return []
    event: Json = {
        "eventId": moment.world.new_integer(),
        "timestamp": moment.stamp,
        "trigger": notice.trigger,
        "actualValue": notice.value,
        "eventNotificationType": "CustomMonitor" if monitor.is_custom else "HardWiredMonitor",
        "variableMonitoringId": monitor.id,
    } | on_the_wire(monitor.name)
    if notice.is_cleared:
        event["cleared"] = True
    evse = _evse(device, monitor)
    if evse is not None and evse.transaction is not None:
        event["transactionId"] = evse.transaction.id
    message: Json = {"generatedAt": moment.stamp, "seqNo": 0, "tbc": False, "eventData": [event]}
    return [Send("NotifyEvent", message, is_asked_for=severity <= device.number(OFFLINE_SEVERITY))]


def _evse(device: Device, monitor: Monitor) -> Evse | None:
    """Return the EVSE of a monitored variable; None if it has none."""
    place = on_the_wire(monitor.name)["component"].get("evse", {})
    return device.evses.get(place.get("id"))


def _is_active(device: Device, monitor: Monitor) -> bool:
    """Return whether a monitor is active: some are only during a transaction."""
    if not monitor.setting.get("transaction", False):
        return True
    evse = _evse(device, monitor)
    return device.is_busy if evse is None else evse.transaction is not None


def _may_report(device: Device) -> bool:
    """Return whether events are reported: not before the CSMS has accepted the station (B02.FR.02)."""
    return device.is_accepted and device.is_on(MONITORING_ENABLED)


def _noted(device: Device, monitor: Monitor) -> Device:
    if device.storage.monitors[monitor.id] == monitor:
        return device
    return device.storing(monitors={**device.storage.monitors, monitor.id: monitor})


ALARMS: Mapping[str, Alarmed] = {
    ALARM: lambda device, about, moment: period_over(device, about[0], moment),
    _LOOK[0]: lambda device, _, __: (device, []),
}
