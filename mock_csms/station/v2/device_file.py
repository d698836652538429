"""The device file (`--device`): who the station is, its EVSEs, values of its variables, and additional variables.

    [identity]
    vendor = "ACME"
    serial-number = "A-17"

    [[evse]]
    connectors = ["cCCS2", "cType2"]

    [variables]
    OCPPCommCtrlr.HeartbeatInterval = 30
    "Connector[1,2]".SupplyPhases = 1

    [[extra]]
    component = "Fan/left"
    variable = "Speed"
    type = "integer"
    value = 900
    max = 3000

An error is one line: the place in the file, and what is wrong there.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean, nearest
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import schemas_with
from mock_csms.settings.texts import parse_toml
from mock_csms.station.state import Identity
from mock_csms.station.v2.device import Device, Evse, new_device
from mock_csms.station.v2.identity import IDENTITY
from mock_csms.station.v2.inventory import find, variables_of
from mock_csms.station.v2.variables import Name, Variable, accepts, on_the_wire

_MOST_EVSES, _MOST_CONNECTORS = 100, 10
_TOP = ("identity", "evse", "variables", "extra")
_IDENTITY: Mapping[str, tuple[str, Callable[[str], str]]] = {
    part.replace("_", "-"): (part, parse) for part, parse in IDENTITY.items()
}
"""Each key of the table `identity`: the field of `Identity` that it sets, and the parser of its text."""

_EXTRA = ("component", "variable", "type", "value", "unit", "mutability", "min", "max", "values", "needs-reboot")
_TYPES = ("string", "decimal", "integer", "dateTime", "boolean", "OptionList", "SequenceList", "MemberList")
_MUTABILITIES = ("ReadOnly", "ReadWrite", "WriteOnly")
_LONGEST_NAME, _LONGEST_UNIT, _LONGEST_VALUE, _LONGEST_LIST = 50, 16, 1000, 1000


def read_device(text: str) -> Device:
    """Return the station that a TOML text describes. Raises ValueError with one line."""
    content = parse_toml(text)
    _check_keys(content, _TOP, "")
    device = new_device(_identity(_table(content.get("identity", {}), "identity")), 1, 1)
    types = [_connectors(item, place) for item, place in _tables(content.get("evse", [{}]), "evse")]
    if not 1 <= len(types) <= _MOST_EVSES:
        raise ValueError(f"evse: the station must have 1 to {_MOST_EVSES} EVSEs")
    device = replace(device, evses={number: Evse(number, len(each)) for number, each in enumerate(types, 1)})
    for item, place in _tables(content.get("extra", []), "extra"):
        device = replace(device, extras=(*device.extras, _extra(device, item, place)))
    given = {
        (f"Connector[{evse},{connector}]", "ConnectorType"): kind
        for evse, each in enumerate(types, 1)
        for connector, kind in enumerate(each, 1)
    }
    given |= _values(device, _table(content.get("variables", {}), "variables"))
    return replace(device, variables={**device.variables, **given})


def _identity(table: Json) -> Identity:
    _check_keys(table, _IDENTITY, "identity")
    parts = {}
    for key, value in table.items():
        part, parse = _IDENTITY[key]
        parts[part] = _parsed(parse, _string(value, f"identity.{key}"), f"identity.{key}")
    return Identity(**parts)


def _connectors(table: Json, place: str) -> list[str]:
    """Return the types of the connectors of an EVSE."""
    _check_keys(table, ("connectors",), place)
    known = schemas_with("ReserveNowRequest").values("ReserveNowRequest", "connectorType")
    types = table.get("connectors", ["cType2"])
    if not isinstance(types, list) or not 1 <= len(types) <= _MOST_CONNECTORS:
        raise ValueError(f"{place}.connectors: must be a list of 1 to {_MOST_CONNECTORS} connector types")
    return [_one_of(known, kind, f"{place}.connectors") for kind in types]


def _values(device: Device, table: Json) -> dict[Name, str]:
    """Return the values under [variables]."""
    rows, given = variables_of(device), {}
    known = [".".join(name) for name in rows]
    for component, named in table.items():
        inside = _at("variables", component)
        for variable, value in _table(named, inside).items():
            place, name = _at(inside, variable), (component, variable)
            if name not in rows:
                raise ValueError(f"{place}: unknown variable{did_you_mean('.'.join(name), known)}")
            if rows[name].default is None:
                raise ValueError(f"{place}: this variable follows from the state of the station and cannot be set")
            given[name] = _fitting(rows[name], value, place)
    return given


def _extra(device: Device, table: Json, place: str) -> tuple[Name, Variable]:
    """Return an additional variable, from [[extra]]."""
    _check_keys(table, _EXTRA, place)
    for key in ("component", "variable", "type"):
        if key not in table:
            raise ValueError(f"{place}: the key {key} is missing")
    name = (_string(table["component"], f"{place}.component"), _string(table["variable"], f"{place}.variable"))
    _check_name(device, name, place)
    kind = _one_of(_TYPES, table["type"], f"{place}.type")
    row = Variable(
        None,
        kind,
        _string(table.get("unit", ""), f"{place}.unit", _LONGEST_UNIT),
        mutability=_one_of(_MUTABILITIES, table.get("mutability", "ReadWrite"), f"{place}.mutability"),
        least=_number(table.get("min"), f"{place}.min"),
        most=_number(table.get("max"), f"{place}.max"),
        values=_members(table, kind, f"{place}.values"),
        needs_reboot=_boolean(table.get("needs-reboot", False), f"{place}.needs-reboot"),
    )
    if "value" not in table and row.mutability != "WriteOnly":
        raise ValueError(f"{place}: the key value is missing")
    return name, replace(row, default=_fitting(row, table["value"], f"{place}.value") if "value" in table else "")


def _check_name(device: Device, name: Name, place: str) -> None:
    """Raise ValueError if a name is malformed or taken, or its EVSE or connector does not exist."""
    try:
        wire = on_the_wire(name)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    if find(device, name) is not None:
        raise ValueError(f"{place}: {'.'.join(name)} exists already; set its value under [variables]")
    for part in (wire["component"], wire["variable"]):
        if max(len(part["name"]), len(part.get("instance", ""))) > _LONGEST_NAME:
            raise ValueError(f"{place}: a name is longer than {_LONGEST_NAME} characters")
    at = wire["component"].get("evse")
    if at is not None:
        evse = device.evses.get(at["id"])
        if evse is None or not 1 <= at.get("connectorId", 1) <= evse.connectors:
            raise ValueError(f"{place}.component: {name[0]!r}: the station has no such EVSE or connector")


def _members(table: Json, kind: str, place: str) -> tuple[str, ...]:
    """Return the allowed values of a list or an option. Raises ValueError if another type has any."""
    if kind == "boolean":
        return ("true", "false")
    is_list = kind.endswith("List")
    given = table.get("values", [])
    if not isinstance(given, list) or bool(given) is not is_list:
        raise ValueError(
            f"{place}: OptionList, SequenceList and MemberList need a list of values; other types take none"
        )
    members = tuple(_string(item, place) for item in given)
    if len(",".join(members)) > _LONGEST_LIST or any("," in member or not member for member in members):
        raise ValueError(
            f"{place}: all values together must be at most {_LONGEST_LIST} characters, none empty or with a comma"
        )
    return members


def _fitting(row: Variable, value: Any, place: str) -> str:
    """Return a value in the form of messages. Raises ValueError if the variable does not allow it."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = str(value)
    elif isinstance(value, list):
        text = ",".join(_string(item, place) for item in value)
    else:
        text = _string(value, place, _LONGEST_VALUE)
    if not accepts(row, text):
        raise ValueError(f"{place}: this variable does not take the value {text!r}{_hint(row)}")
    return text


def _hint(row: Variable) -> str:
    if row.values:
        return f"; it takes {', '.join(row.values)}"
    limits = {"from": row.least, "up to": row.most}
    return "; " + " ".join(
        [row.data_type, *(f"{word} {limit:g}" for word, limit in limits.items() if limit is not None)]
    )


def _check_keys(table: Json, known: Iterable[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise ValueError(f"{_at(place, key)}: unknown key{did_you_mean(key, known)}")


def _at(place: str, key: str) -> str:
    """Return the place of a key inside another place, in one line even if the key has line breaks."""
    return f"{place}." * bool(place) + (key if key.isprintable() else repr(key))


def _table(value: Any, place: str) -> Json:
    if not isinstance(value, dict):
        raise ValueError(f"{place}: must be a table")
    return value


def _tables(value: Any, place: str) -> list[tuple[Json, str]]:
    if not isinstance(value, list):
        raise ValueError(f"{place}: must be written [[{place}]]")
    return [(_table(item, f"{place} {number}"), f"{place} {number}") for number, item in enumerate(value, 1)]


def _string(value: Any, place: str, most: int = _LONGEST_VALUE) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"{place}: must be a string of at most {most} characters")
    return value


def _boolean(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{place}: must be true or false")
    return value


def _number(value: Any, place: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{place}: must be a number")
    return value


def _one_of(known: tuple[Any, ...], value: Any, place: str) -> Any:
    if value not in known:
        raise ValueError(f"{place}: {value!r} is not one of {', '.join(known)}{nearest(str(value), known)}")
    return value


def _parsed(parse: Callable[[str], str], text: str, place: str) -> str:
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
