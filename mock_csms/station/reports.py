"""Variables got, set and reported (B05 to B07)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import boot
from mock_csms.station.answers import ACCEPTED, Answer, Given
from mock_csms.station.cues import Send
from mock_csms.station.device import Device, Moment
from mock_csms.station.variables import HEARTBEAT_INTERVAL, VARIABLES, Name, accepts


def get_variables(device: Device, payload: Json, _: Moment) -> Given:
    """Tell the values of variables (B06)."""
    return device, {"getVariableResult": [_got(device, item) for item in payload["getVariableData"]]}, []


def set_variables(device: Device, payload: Json, _: Moment) -> Given:
    """Set variables (B05)."""
    results, before = [], device
    for item in payload["setVariableData"]:
        status = _settable(item)
        if status == "Accepted":
            device = replace(device, variables={**device.variables, _name(item): item["attributeValue"]})
        results.append(_about(item) | {"attributeStatus": status})
    beats_anew = device.is_accepted and device.variables[HEARTBEAT_INTERVAL] != before.variables[HEARTBEAT_INTERVAL]
    return device, {"setVariableResult": results}, [boot.next_beat(device)] if beats_anew else []


def base_report(device: Device, payload: Json, moment: Moment) -> Given:
    """Report every variable, after the answer (B07)."""
    if payload["reportBase"] == "SummaryInventory":
        return device, {"status": "NotSupported"}, []
    shown = [
        _reported(name, device.variables[name])
        for name, variable in VARIABLES.items()
        if variable.is_writable or payload["reportBase"] == "FullInventory"
    ]
    report = {"requestId": payload["requestId"], "generatedAt": moment.stamp, "seqNo": 0, "reportData": shown}
    return device, ACCEPTED, [Send("NotifyReport", report, is_asked_for=True)]


def _name(item: Json) -> Name:
    return item["component"]["name"], item["variable"]["name"]


def _about(item: Json) -> Json:
    kept = {key: item[key] for key in ("component", "variable")}
    return kept | {"attributeType": item.get("attributeType", "Actual")}


def _unknown(item: Json) -> str | None:
    """Return why an item names no attribute of a variable."""
    if _name(item)[0] not in {component for component, _ in VARIABLES}:
        return "UnknownComponent"
    if _name(item) not in VARIABLES:
        return "UnknownVariable"
    return None if item.get("attributeType", "Actual") == "Actual" else "NotSupportedAttributeType"


def _got(device: Device, item: Json) -> Json:
    status = _unknown(item)
    if status is not None:
        return _about(item) | {"attributeStatus": status}
    return _about(item) | {"attributeStatus": "Accepted", "attributeValue": device.variables[_name(item)]}


def _settable(item: Json) -> str:
    status = _unknown(item)
    if status is not None:
        return status
    variable = VARIABLES[_name(item)]
    return "Accepted" if variable.is_writable and accepts(variable, item["attributeValue"]) else "Rejected"


def _reported(name: Name, value: str) -> Json:
    component, variable = name
    row = VARIABLES[name]
    characteristics: Json = {"dataType": row.data_type, "supportsMonitoring": False}
    if row.unit:
        characteristics["unit"] = row.unit
    if row.values and row.data_type == "MemberList":
        characteristics["valuesList"] = ",".join(row.values)
    return {
        "component": {"name": component},
        "variable": {"name": variable},
        "variableAttribute": [{"value": value, "mutability": "ReadWrite" if row.is_writable else "ReadOnly"}],
        "variableCharacteristics": characteristics,
    }


ANSWERS: Mapping[str, Answer] = {
    "GetBaseReport": base_report,
    "GetVariables": get_variables,
    "SetVariables": set_variables,
}
