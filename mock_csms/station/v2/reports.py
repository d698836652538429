"""Variables that the CSMS gets and sets, and their reports (B05 to B08)."""

from collections.abc import Callable, Iterable, Mapping

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Redial
from mock_csms.station.state import Moment
from mock_csms.station.v2 import boot, network, transactions
from mock_csms.station.v2.answers import ACCEPTED, Answer, Given, because
from mock_csms.station.v2.calls import in_parts
from mock_csms.station.v2.device import D, Device
from mock_csms.station.v2.features import SUMMARIZES
from mock_csms.station.v2.inventory import find, has_component, value_of, variables_of
from mock_csms.station.v2.variables import (
    BASIC_AUTH_PASSWORD,
    HEARTBEAT_INTERVAL,
    NETWORK_PRIORITY,
    REPORTED_ITEMS,
    Name,
    Variable,
    accepts,
    component_of,
    name_of,
    on_the_wire,
)

_EMPTY: Json = {"status": "EmptyResultSet"}
_NOT_SUPPORTED: Json = {"status": "NotSupported"}


def get_variables(device: Device, payload: Json, moment: Moment) -> Given:
    """Return the values of variables (B06.FR.01)."""
    return device, {"getVariableResult": [_got(device, item, moment) for item in payload["getVariableData"]]}, []


def set_variables(device: Device, payload: Json, _: Moment) -> Given:
    """Set variables (B05.FR.01).

    New intervals take effect at once; with a new password the station reconnects (A01.FR.03).
    """
    results, before = [], device
    for item in payload["setVariableData"]:
        device, status = _set(device, item)
        results.append(_about(item) | {"attributeStatus": status})
    changed = {name for name, value in device.variables.items() if before.variables.get(name) != value}
    acts: list[Act] = [boot.next_beat(device)] if device.is_accepted and HEARTBEAT_INTERVAL in changed else []
    acts += transactions.retime(device, changed)
    return device, {"setVariableResult": results}, [*acts, Redial()] if BASIC_AUTH_PASSWORD in changed else acts


def apply_awaiting(device: D) -> D:
    """Return the device after the values that waited for a reboot have taken effect (B05, RebootRequired)."""
    return device.with_variables(device.storage.awaiting).storing(awaiting={}, dialed=device.storage.slots)


def base_report(device: Device, payload: Json, moment: Moment) -> Given:
    """Report all variables, the writable ones, or a summary of states and problems (B07.FR.01 to 09)."""
    if payload["reportBase"] == "SummaryInventory" and SUMMARIZES not in device.features:
        return device, because("UnsupportedParam", response=_NOT_SUPPORTED), []
    is_shown = _BASES[payload["reportBase"]]
    shown = [name for name, row in variables_of(device).items() if is_shown(row, name, value_of(device, name, moment))]
    return _report(device, shown, payload["requestId"], moment)


def report(device: Device, payload: Json, moment: Moment) -> Given:
    """Report the requested variables of the components that meet the criteria (B08.FR.01 to 18)."""
    rows = variables_of(device)
    criteria, wanted = payload.get("componentCriteria"), payload.get("componentVariable")
    fitting = {component for component, _ in rows if criteria is None or _fits(device, component, criteria, moment)}
    shown = [name for name in rows if name[0] in fitting and (wanted is None or matches(name, wanted))]
    return _report(device, shown, payload["requestId"], moment)


def matches(name: Name, wanted: Iterable[Json]) -> bool:
    """Whether a request selects a variable. Fields that the request leaves out match everything (B08.FR.20 to 23)."""
    return any(_matches(on_the_wire(name), item) for item in wanted)


def why_unknown(device: Device, item: Json) -> str:
    """Return the status for a variable that does not exist: UnknownComponent or UnknownVariable (B06.FR.06, .07)."""
    return "UnknownVariable" if has_component(device, component_of(item["component"])) else "UnknownComponent"


def _matches(here: Json, item: Json) -> bool:
    component, variable = item["component"], item.get("variable", {})
    place, at = component.get("evse", {}), here["component"].get("evse", {})
    return (
        _is_same(component, here["component"])
        and (not variable or _is_same(variable, here["variable"]))
        and all(place[key] == at.get(key) for key in ("id", "connectorId") if key in place)
    )


def _is_same(asked: Json, here: Json) -> bool:
    """Return whether a name and its instance are the requested ones."""
    return all(asked[key].casefold() == here.get(key, "").casefold() for key in ("name", "instance") if key in asked)


def _about(item: Json) -> Json:
    kept = {key: item[key] for key in ("component", "variable")}
    return kept | {"attributeType": item.get("attributeType", "Actual")}


def _got(device: Device, item: Json, moment: Moment) -> Json:
    name, kind = find(device, name_of(item["component"], item["variable"])), item.get("attributeType", "Actual")
    if name is None:
        return _about(item) | {"attributeStatus": why_unknown(device, item)}
    row = variables_of(device)[name]
    if row.mutability == "WriteOnly":
        return _about(item) | {"attributeStatus": "Rejected"}  # B06.FR.09
    values = {"Actual": value_of(device, name, moment), "MaxSet": row.max_set}
    if values.get(kind) is None:
        return _about(item) | {"attributeStatus": "NotSupportedAttributeType"}
    return _about(item) | {"attributeStatus": "Accepted", "attributeValue": values[kind]}


def _set(device: Device, item: Json) -> tuple[Device, str]:
    """Set one variable if the value is valid for it; return the device and the status (B05.FR.04 to 10)."""
    name, kind = find(device, name_of(item["component"], item["variable"])), item.get("attributeType", "Actual")
    if name is None:
        return device, why_unknown(device, item)
    row, value = variables_of(device)[name], item["attributeValue"]
    if kind != "Actual":
        is_there = kind == "MaxSet" and row.max_set is not None
        return device, "Rejected" if is_there else "NotSupportedAttributeType"
    if not row.is_writable or not accepts(row, value):
        return device, "Rejected"
    if name == NETWORK_PRIORITY and not network.may_use(device, value):
        return device, "Rejected"
    if row.needs_reboot:
        return device.storing(awaiting={**device.storage.awaiting, name: value}), "RebootRequired"
    return device.with_variables({name: value}), "Accepted"


def _fits(device: Device, component: str, criteria: list[str], moment: Moment) -> bool:
    """Return whether a component meets one of the criteria (B08.FR.07 to 11).

    A component without the variable meets it, except for Problem.
    """
    for criterion in criteria:
        name = (component, criterion)
        is_there = name in variables_of(device)
        if value_of(device, name, moment) == "true" if is_there else criterion != "Problem":
            return True
    return False


def _report(device: Device, names: list[Name], request: int, moment: Moment) -> Given:
    if not names:
        return device, _EMPTY, []
    items = [_reported(device, name, moment) for name in names]
    message = {"requestId": request, "generatedAt": moment.stamp, "seqNo": 0}
    return device, ACCEPTED, in_parts("NotifyReport", message, "reportData", items, device.number(REPORTED_ITEMS))


def _reported(device: Device, name: Name, moment: Moment) -> Json:
    row = variables_of(device)[name]
    actual: Json = {"type": "Actual", "mutability": row.mutability, "persistent": row.default is not None}
    if row.mutability != "WriteOnly":  # B07.FR.03
        actual["value"] = value_of(device, name, moment)
    attributes = [actual]
    if row.max_set is not None:
        attributes.append({"type": "MaxSet", "mutability": "ReadOnly", "value": row.max_set})
    about = {"variableAttribute": attributes, "variableCharacteristics": _characteristics(row)}
    return on_the_wire(name) | about


def _characteristics(row: Variable) -> Json:
    characteristics: Json = {"dataType": row.data_type, "supportsMonitoring": row.is_monitored}
    if row.unit:
        characteristics["unit"] = row.unit
    if row.least is not None:
        characteristics["minLimit"] = row.least
    if row.most is not None:
        characteristics["maxLimit"] = row.most
    if row.values and row.data_type != "boolean":
        characteristics["valuesList"] = ",".join(row.values)
    return characteristics


_BASES: Mapping[str, Callable[[Variable, Name, str], bool]] = {
    "FullInventory": lambda *_: True,
    "ConfigurationInventory": lambda row, *_: row.is_writable,
    "SummaryInventory": lambda _, name, value: (
        name[1] == "AvailabilityState" or (name[1] == "Problem" and value == "true")
    ),
}
"""For each report base, whether it includes a variable, by the variable's row, name and value."""

ANSWERS: Mapping[str, Answer] = {
    "GetBaseReport": base_report,
    "GetReport": report,
    "GetVariables": get_variables,
    "SetVariables": set_variables,
}
