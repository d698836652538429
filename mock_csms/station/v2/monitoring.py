"""Monitors of variables set, cleared and reported (N02 to N06); `monitor_events` sends their events (N07)."""

import math
from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given
from mock_csms.station.v2.calls import in_parts
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.inventory import find, value_of, variables_of
from mock_csms.station.v2.monitor_events import ALARM, PERIODIC, THRESHOLDS, start
from mock_csms.station.v2.reports import matches, why_unknown
from mock_csms.station.v2.storage import Monitor
from mock_csms.station.v2.variables import MONITORING_BASE, REPORTED_ITEMS, Name, Variable, name_of, on_the_wire

_LEVELS = range(10)
_CRITERIA: Mapping[str, frozenset[str]] = {
    "ThresholdMonitoring": THRESHOLDS,
    "DeltaMonitoring": frozenset({"Delta"}),
    "PeriodicMonitoring": PERIODIC,
}
"""The types of monitors that each criterion of a report selects."""
_TYPES = frozenset[str]().union(*_CRITERIA.values())
"""The types of monitors that the station has; those of OCPP 2.1 about a target need variables with a target."""


def set_monitors(device: Device, payload: Json, moment: Moment) -> Given:
    """Set monitors; each gets a separate status (N04.FR.01, N04.FR.02)."""
    results: list[Json] = []
    acts: list[Act] = []
    for item in payload["setMonitoringData"]:
        about = {key: item[key] for key in ("id", "component", "variable", "type", "severity") if key in item}
        name = find(device, name_of(item["component"], item["variable"]))
        status = why_unknown(device, item) if name is None else _why_not(device, name, item)
        if name is not None and status == "Accepted":
            number = item.get("id", max(device.storage.monitors, default=0) + 1)
            monitor = Monitor(number, name, item, last_value=value_of(device, name, moment))
            device = device.storing(monitors={**device.storage.monitors, number: monitor})
            acts += [Stop((ALARM, number)), *start(monitor, moment)]
            about["id"] = number
        results.append(about | {"status": status})
    return device, {"setMonitoringResult": results}, acts


def clear_monitors(device: Device, payload: Json, _: Moment) -> Given:
    """Remove monitors by their ids; factory monitors are kept (N06.FR.01 to 03)."""
    results: list[Json] = []
    acts: list[Act] = []
    for number in payload["id"]:
        monitor = device.storage.monitors.get(number)
        if monitor is not None and monitor.is_custom:
            device, acts = _without(device, {number}), [*acts, Stop((ALARM, number))]
        status = "NotFound" if monitor is None else "Accepted" if monitor.is_custom else "Rejected"
        results.append({"id": number, "status": status})
    return device, {"clearMonitoringResult": results}, acts


def set_base(device: Device, payload: Json, _: Moment) -> Given:
    """Set the monitoring base: keep all monitors, or only the factory ones (N03.FR.03 to 05)."""
    base = payload["monitoringBase"]
    device = device.with_variables({MONITORING_BASE: base})
    custom = {number for number, monitor in device.storage.monitors.items() if monitor.is_custom and base != "All"}
    return _without(device, custom), ACCEPTED, [Stop((ALARM, number)) for number in sorted(custom)]


def set_level(device: Device, payload: Json, _: Moment) -> Given:
    """Set the highest severity of the events that are reported (N05.FR.01, N05.FR.02)."""
    if payload["severity"] not in _LEVELS:
        return device, REJECTED, []
    return device.storing(monitoring_level=payload["severity"]), ACCEPTED, []


def report(device: Device, payload: Json, moment: Moment) -> Given:
    """Report the requested monitors after the answer (N02.FR.01 to 10)."""
    kinds = payload.get("monitoringCriteria")
    types = None if kinds is None else frozenset[str]().union(*(_CRITERIA[kind] for kind in kinds))
    wanted = payload.get("componentVariable")
    found: dict[Name, list[Json]] = {}
    for number, monitor in device.storage.monitors.items():
        setting = monitor.setting
        if (types is None or setting["type"] in types) and (wanted is None or matches(monitor.name, wanted)):
            entry = {key: setting[key] for key in ("value", "type", "severity")}
            entry |= {"id": number, "transaction": setting.get("transaction", False)}
            found.setdefault(monitor.name, []).append(entry)
    if not found:
        return device, {"status": "EmptyResultSet"}, []
    items = [on_the_wire(name) | {"variableMonitoring": monitors} for name, monitors in found.items()]
    message = {"requestId": payload["requestId"], "generatedAt": moment.stamp, "seqNo": 0}
    most = device.number(REPORTED_ITEMS)
    return device, ACCEPTED, in_parts("NotifyMonitoringReport", message, "monitor", items, most)


def _without(device: Device, numbers: set[int]) -> Device:
    kept = {number: monitor for number, monitor in device.storage.monitors.items() if number not in numbers}
    return device.storing(monitors=kept)


def _why_not(device: Device, name: Name, item: Json) -> str:
    """Return the status in the answer to a request to set a monitor."""
    row = variables_of(device)[name]
    if row.mutability == "WriteOnly" or item["severity"] not in _LEVELS:
        return "Rejected"
    is_known = item["type"] in _TYPES
    if not row.is_monitored or not is_known or (item["type"] in THRESHOLDS and not row.is_number):
        return "UnsupportedMonitorType"
    if not _is_possible(row, item["type"], item["value"]):
        return "Rejected"
    monitors = device.storage.monitors
    if "id" in item and not _may_replace(monitors.get(item["id"]), name):
        return "Rejected"
    others = [monitor for monitor in monitors.values() if monitor.name == name and monitor.id != item.get("id")]
    kinds = {(other.setting["type"], other.setting["severity"]) for other in others}
    return "Duplicate" if (item["type"], item["severity"]) in kinds else "Accepted"


def _may_replace(old: Monitor | None, name: Name) -> bool:
    """Whether there is a monitor that a monitor of this variable may replace (N04.FR.11 to 13, N04.FR.16)."""
    return old is not None and old.is_custom and old.name == name


def _is_possible(row: Variable, kind: str, value: float) -> bool:
    """Return whether a monitor of this type and value can ever trigger (N04.FR.06)."""
    least, most = -math.inf if row.least is None else row.least, math.inf if row.most is None else row.most
    if kind in THRESHOLDS:
        return least <= value <= most
    if kind in PERIODIC:
        return value >= 1
    return 0 < value <= most - least if row.is_number else value >= 0


ANSWERS: Mapping[str, Answer] = {
    "ClearVariableMonitoring": clear_monitors,
    "GetMonitoringReport": report,
    "SetMonitoringBase": set_base,
    "SetMonitoringLevel": set_level,
    "SetVariableMonitoring": set_monitors,
}
