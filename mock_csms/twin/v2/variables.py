"""Updates the variables in the twin with messages of OCPP 2.x."""

from collections import Counter
from collections.abc import Sequence

from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.variables import MOST_VARIABLES, Name, Reported


def name_of(item: Json) -> Name:
    """Return the name of the variable in an item with a `component` and a `variable`."""
    component, variable = item["component"], item["variable"]
    evse = component.get("evse", {})
    place = (component["name"], component.get("instance", ""), evse.get("id", 0), evse.get("connectorId", 0))
    return (*place, variable["name"], variable.get("instance", ""))


def folded(name: Name) -> Name:
    """Return a name in the form for comparisons: letter case does not matter (Part 2, ComponentType)."""
    component, instance, evse, connector, variable, of_variable = name
    return component.casefold(), instance.casefold(), evse, connector, variable.casefold(), of_variable.casefold()


def unrequested(asked: Sequence[Json], answered: Sequence[Json]) -> Name | None:
    """Return the first variable in the results that the command does not name; None if there is none."""
    names = {folded(name_of(item)) for item in asked}
    return next((name for name in map(name_of, answered) if folded(name) not in names), None)


def paired(items: Sequence[Json], results: Sequence[Json]) -> list[tuple[Json, Json]]:
    """Return each item of the command with its result, as pairs.

    A result without an item is left out. If several items name the same attribute of a variable, the results are paired
    in their order.
    """
    waiting: dict[object, list[Json]] = {}
    for item in items:
        waiting.setdefault(_about(item), []).append(item)
    asked = [(waiting.get(_about(result)), result) for result in results]
    return [(same.pop(0), result) for same, result in asked if same]


def _about(item: Json) -> tuple[Name, str]:
    return folded(name_of(item)), item.get("attributeType", "Actual")


def reported(seen: Seen, twin: Twin) -> None:
    """Note a part of a report."""
    variables = twin.variables
    for item in seen.payload.get("reportData", ()):
        name, attributes = name_of(item), item["variableAttribute"]
        actual = next((each for each in attributes if each.get("type", "Actual") == "Actual"), None)
        if actual is None or (name not in variables.reported and len(variables.reported) >= MOST_VARIABLES):
            continue
        before = variables.reported.get(name)
        types = frozenset(each.get("type", "Actual") for each in attributes) | (before.types if before else frozenset())
        value, mutability = actual.get("value"), actual.get("mutability", "ReadWrite")
        variables.reported[name] = Reported(value, mutability, item.get("variableCharacteristics"), types)
        if value is not None:
            variables.values[name] = value


def got(seen: Seen, twin: Twin) -> None:
    """Note the answer to a GetVariables."""
    for item in seen.payload["getVariableResult"]:
        if item["attributeStatus"] == "Accepted" and _is_actual(item):
            _keep(twin.variables.values, name_of(item), item.get("attributeValue", ""))


def was_set(seen: Seen, twin: Twin) -> None:
    """Note the answer to a SetVariables.

    A value with RebootRequired is in use after the reboot, and unknown until then.
    """
    variables, pairs = twin.variables, paired(seen.request["setVariableData"], seen.payload["setVariableResult"])
    actual = [(name_of(item), item, answer["attributeStatus"]) for item, answer in pairs if _is_actual(item)]
    taken = Counter(name for name, _, status in actual if status == "Accepted")
    for name, item, status in actual:
        if status == "Accepted":
            _keep(variables.values, name, item["attributeValue"])
            if taken[name] == 1:  # with two different values, the last one is unknown (B05.FR.13)
                _keep(variables.given, name, item["attributeValue"])
        elif status == "RebootRequired":
            variables.values.pop(name, None)


def may_change(seen: Seen, twin: Twin) -> None:
    """Forget the accepted values, which are unknown between a SetVariables and its answer, and after a boot."""
    given = twin.variables.given
    if seen.action == "SetVariables" and seen.kind == "command" and seen.is_sound:
        for item in seen.payload["setVariableData"]:
            given.pop(name_of(item), None)
    elif seen.action in ("SetVariables", "BootNotification"):
        given.clear()


def _is_actual(item: Json) -> bool:
    return bool(item.get("attributeType", "Actual") == "Actual")


def _keep(values: dict[Name, str], name: Name, value: str) -> None:
    if name in values or len(values) < MOST_VARIABLES:
        values[name] = value
