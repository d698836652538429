"""Controls for distributed energy resources: set, reported and cleared; they start and stop by the clock (R04)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import strict_seconds_of
from mock_csms.station.cues import Act, GridFault, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.v21.device import Control, Device21
from mock_csms.station.v2.v21.model import MODES

BEGIN, END = "der-begin", "der-end"
"""The alarms of a control, by its id."""
_MOST = 100
"""How many controls the station stores."""
_IN_A_REPORT = 24
"""How many controls of a kind one ReportDERControl may hold."""
_NOT_FOUND: Json = {"status": "NotFound"}
_NOT_SUPPORTED: Json = {"status": "NotSupported"}

FIELDS: Mapping[str, str] = {
    "EnterService": "enterService",
    "FixedPFAbsorb": "fixedPFAbsorb",
    "FixedPFInject": "fixedPFInject",
    "FixedVar": "fixedVar",
    "FreqDroop": "freqDroop",
    "Gradients": "gradient",
    "LimitMaxDischarge": "limitMaxDischarge",
}
"""The field with the setting of each kind of control; other kinds have a `curve`."""
_SETTINGS = ("curve", *FIELDS.values())
_ALWAYS_DEFAULT = ("enterService", "gradient")
"""The fields of controls that have no schedule."""


def set_control(device: Device21, payload: Json, moment: Moment) -> Given:
    """Set a control; it must have exactly the field of its kind (R04.FR.16, R04.FR.17)."""
    kind, field = payload["controlType"], FIELDS.get(payload["controlType"], "curve")
    if kind not in MODES:
        return device, _NOT_SUPPORTED, []
    if [name for name in _SETTINGS if name in payload] != [field]:
        return device, because("InvalidValue"), []
    control = _control(payload, kind, field, moment)
    if control is None:
        return device, because("InvalidSchedule"), []
    if len({*device.controls, control.id}) > _MOST:
        return device, because("OutOfStorage"), []
    device, acts = _removed(device, [control.id] if control.id in device.controls else [], moment)
    beaten = [each.id for each in device.controls.values() if _beats(control, each)]
    device = replace(device, controls={**device.controls, control.id: control})
    return device, ACCEPTED | ({"supersededIds": beaten} if beaten else {}), [*acts, *_alarm(control, moment)]


def get_controls(device: Device21, payload: Json, _: Moment) -> Given:
    """Report the controls that match, after the answer (R04)."""
    found = list(_matching(device, payload))
    if payload.get("controlType", MODES[0]) not in MODES:
        return device, _NOT_SUPPORTED, []
    return (device, ACCEPTED, _report(device, payload["requestId"], found)) if found else (device, _NOT_FOUND, [])


def clear_controls(device: Device21, payload: Json, moment: Moment) -> Given:
    """Clear the controls that match; one that was running has stopped (R04)."""
    if payload.get("controlType", MODES[0]) not in MODES:
        return device, _NOT_SUPPORTED, []
    found = [control.id for control in _matching(device, payload)]
    device, acts = _removed(device, found, moment)
    return device, ACCEPTED if found else _NOT_FOUND, acts


def begins(device: Device21, about: list[Any], moment: Moment) -> Step:
    """Report that a scheduled control has started, and which controls it replaces."""
    control = device.controls.get(about[0])
    if control is None:
        return device, []
    beaten = [each.id for each in device.controls.values() if each.is_started and _beats(control, each)]
    device = replace(device, controls={**device.controls, control.id: replace(control, is_started=True)})
    wakes: list[Act] = [] if control.ends_at is None else [Set((END, control.id), control.ends_at - moment.now)]
    return device, [_told(control, moment, beaten, is_started=True), *wakes]


def ends(device: Device21, about: list[Any], moment: Moment) -> Step:
    """Remove a scheduled control whose time is over, and report that it has stopped."""
    return _removed(device, [about[0]] if about[0] in device.controls else [], moment)


def grid_fault(device: Device21, cue: GridFault, moment: Moment) -> Step:
    """Report a fault of the grid, or its end, with the control that it triggers (R05)."""
    payload: Json = {"controlType": cue.control, "timestamp": moment.stamp, "gridEventFault": cue.fault}
    return device, [Send("NotifyDERAlarm", payload | ({"alarmEnded": True} if cue.is_over else {}))]


def resume(device: Device21, moment: Moment) -> list[Act]:
    """Set the alarms again that a reboot has cancelled."""
    return [act for control in device.controls.values() for act in _alarm(control, moment)]


def _control(payload: Json, kind: str, field: str, moment: Moment) -> Control | None:
    """Return the control that a command sets; None if its schedule is wrong: only scheduled ones have one."""
    setting = payload[field]
    is_default = payload["isDefault"]
    if is_default and ("startTime" in setting or "duration" in setting):
        return None
    starts = strict_seconds_of(setting["startTime"]) if "startTime" in setting else moment.now
    if starts is None or (not is_default and field in _ALWAYS_DEFAULT):
        return None
    ends_at = starts + setting["duration"] if "duration" in setting else None
    if ends_at is not None and ends_at <= moment.now:
        return None
    return Control(payload["controlId"], kind, is_default, field, setting, starts, ends_at)


def _beats(one: Control, other: Control) -> bool:
    """Return whether a control replaces another of its kind: its priority is at least as high."""
    is_alike = one.id != other.id and one.kind == other.kind and one.is_default == other.is_default
    return is_alike and one.priority <= other.priority


def _is_superseded(device: Device21, control: Control) -> bool:
    """Return whether another control of the kind has a higher priority, or the same priority and is newer."""
    numbers = list(device.controls)
    return any(
        _beats(other, control)
        and (other.priority < control.priority or numbers.index(other.id) > numbers.index(control.id))
        and (control.is_default or other.is_started)
        for other in device.controls.values()
    )


def _alarm(control: Control, moment: Moment) -> list[Act]:
    if control.is_default:
        return []
    if control.is_started:
        return [] if control.ends_at is None else [Set((END, control.id), max(0.0, control.ends_at - moment.now))]
    return [Set((BEGIN, control.id), max(0.0, control.starts_at - moment.now))]


def _removed(device: Device21, gone: list[str], moment: Moment) -> Step:
    """Remove controls, and report which of them have stopped."""
    acts: list[Act] = [Stop((kind, id_)) for id_ in gone for kind in (BEGIN, END)]
    stopped = [control for control in device.controls.values() if control.id in gone and control.is_started]
    kept = {id_: control for id_, control in device.controls.items() if id_ not in gone}
    return replace(device, controls=kept), [*acts, *(_told(each, moment, [], is_started=False) for each in stopped)]


def _told(control: Control, moment: Moment, beaten: list[str], *, is_started: bool) -> Send:
    payload = {"controlId": control.id, "started": is_started, "timestamp": moment.stamp}
    return Send("NotifyDERStartStop", payload | ({"supersededIds": beaten} if beaten else {}))


def _matching(device: Device21, payload: Json) -> Iterable[Control]:
    for control in device.controls.values():
        about = {"isDefault": control.is_default, "controlType": control.kind, "controlId": control.id}
        if all(about[key] == payload[key] for key in about if key in payload):
            yield control


def _report(device: Device21, request: int, found: list[Control]) -> list[Act]:
    """Return the reports of controls: each message has at most 24 of each field."""
    by_field: defaultdict[str, list[Json]] = defaultdict(list)
    for control in found:
        by_field[control.field].append(_reported(device, control))
    parts = [
        {field: items[first : first + _IN_A_REPORT] for field, items in by_field.items() if items[first:]}
        for first in range(0, max(map(len, by_field.values())), _IN_A_REPORT)
    ]
    return [
        Send("ReportDERControl", {"requestId": request, "tbc": number < len(parts), **part}, is_asked_for=True)
        for number, part in enumerate(parts, 1)
    ]


def _reported(device: Device21, control: Control) -> Json:
    """Return a control in the form of a report."""
    name = "fixedPF" if control.field.startswith("fixedPF") else control.field
    told: Json = {"id": control.id, name: control.setting}
    if control.field in _ALWAYS_DEFAULT:
        return told
    told |= {"isDefault": control.is_default, "isSuperseded": _is_superseded(device, control)}
    return told | ({"curveType": control.kind} if control.field == "curve" else {})


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {
    "ClearDERControl": clear_controls,
    "GetDERControl": get_controls,
    "SetDERControl": set_control,
}
ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {BEGIN: begins, END: ends}
