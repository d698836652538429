"""What is known of the variables of a station: from its reports, from what it was asked, and from what it was set."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, command, result, when
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

VARIABLES = Subject("variables")
_MOST = 20_000

Name: TypeAlias = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; what a name has not is empty or 0."""


def name_of(item: Json) -> Name:
    """Return the name of what has a `component` and a `variable`."""
    component, variable = item["component"], item["variable"]
    evse = component.get("evse", {})
    place = (component["name"], component.get("instance", ""), evse.get("id", 0), evse.get("connectorId", 0))
    return (*place, variable["name"], variable.get("instance", ""))


def folded(name: Name) -> Name:
    """Return a name as names are compared: their case does not matter (Part 2, ComponentType)."""
    component, instance, evse, connector, variable, of_variable = name
    return component.casefold(), instance.casefold(), evse, connector, variable.casefold(), of_variable.casefold()


def paired(items: Sequence[Json], results: Sequence[Json]) -> list[tuple[Json, Json]]:
    """Return each result with the item of the command that it is about; without those that are about none.

    Several items may be about the same attribute of a variable: then their order decides.
    """
    waiting: dict[object, list[Json]] = {}
    for item in items:
        waiting.setdefault(_about(item), []).append(item)
    asked = [(waiting.get(_about(result)), result) for result in results]
    return [(same.pop(0), result) for same, result in asked if same]


def _about(item: Json) -> tuple[Name, str]:
    return folded(name_of(item)), item.get("attributeType", "Actual")


class Reported(Record):
    """What a report says of a variable: its Actual value, its mutability and its characteristics, where they came.

    types: the attributes that it has, as far as reports have told them.
    """

    value: str | None
    mutability: str = "ReadWrite"
    characteristics: Any = None
    types: frozenset[str] = frozenset({"Actual"})

    def of(self, characteristic: str) -> Any:
        """Return one of the characteristics, None where it was not told."""
        return self.characteristics.get(characteristic) if self.characteristics else None


class Variables(Mutable):
    """Values and reports by name. What is not here is not known, and nothing can be judged by it.

    is_complete: whether a FullInventory has come to its end. is_trusted: whether it also has all that every station
    must have: only then what is not in it is surely not there (V16). given: the values that the station was given last,
    and took, since it booted. spellings: how names were written first, by the folded ones.
    """

    values: dict[Name, str] = field(default_factory=dict)
    reported: dict[Name, Reported] = field(default_factory=dict)
    given: dict[Name, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    is_complete: bool = False
    is_trusted: bool = False

    def text(self, component: str, variable: str, evse: int = 0) -> str | None:
        """Return the value of a variable, None where it is not known."""
        return self.values.get((component, "", evse, 0, variable, ""))

    def is_given(self, component: str, variable: str) -> bool:
        """Return whether the station took the value of a variable from the CSMS since it booted."""
        return (component, "", 0, 0, variable, "") in self.given

    def number(self, component: str, variable: str) -> float | None:
        """Return it as a number."""
        try:
            return float(self.text(component, variable) or "")
        except ValueError:
            return None

    def switch(self, component: str, variable: str) -> bool | None:
        """Return it as true or false."""
        return {"true": True, "false": False}.get((self.text(component, variable) or "").lower())

    def several(self, component: str, variable: str) -> Sequence[str] | None:
        """Return the members of a list."""
        value = self.text(component, variable)
        return None if value is None else [member.strip() for member in value.split(",") if member.strip()]


@VARIABLES.learn(call("NotifyReport"))
def reported(seen: Seen, known: "Known") -> None:
    """A part of a report came."""
    variables = known.variables
    for item in seen.payload.get("reportData", ()):
        name, attributes = name_of(item), item["variableAttribute"]
        actual = next((each for each in attributes if each.get("type", "Actual") == "Actual"), None)
        if actual is None or (name not in variables.reported and len(variables.reported) >= _MOST):
            continue
        before = variables.reported.get(name)
        types = frozenset(each.get("type", "Actual") for each in attributes) | (before.types if before else frozenset())
        value, mutability = actual.get("value"), actual.get("mutability", "ReadWrite")
        variables.reported[name] = Reported(value, mutability, item.get("variableCharacteristics"), types)
        if value is not None:
            variables.values[name] = value


@VARIABLES.learn(result("GetVariables"))
def got(seen: Seen, known: "Known") -> None:
    """It told what it was asked."""
    for item in seen.payload["getVariableResult"]:
        if item["attributeStatus"] == "Accepted" and _is_actual(item):
            _keep(known.variables.values, name_of(item), item.get("attributeValue", ""))


@VARIABLES.learn(result("SetVariables"))
def was_set(seen: Seen, known: "Known") -> None:
    """It took what it was given; with RebootRequired the value counts from the reboot on, and is unknown until then."""
    variables, pairs = known.variables, paired(seen.request["setVariableData"], seen.payload["setVariableResult"])
    actual = [(name_of(item), item, answer["attributeStatus"]) for item, answer in pairs if _is_actual(item)]
    taken = Counter(name for name, _, status in actual if status == "Accepted")
    for name, item, status in actual:
        if status == "Accepted":
            _keep(variables.values, name, item["attributeValue"])
            if taken[name] == 1:  # of two values nobody knows which is the last one (B05.FR.13)
                _keep(variables.given, name, item["attributeValue"])
        elif status == "RebootRequired":
            variables.values.pop(name, None)


@VARIABLES.learn(command("SetVariables"), when("spoiled"), call("BootNotification"), any_payload=True)
def may_change(seen: Seen, known: "Known") -> None:
    """Until it answers, nobody knows which values it has; after a boot, whether it has kept them."""
    if seen.action == "SetVariables" and seen.kind == "command" and seen.is_sound:
        for item in seen.payload["setVariableData"]:
            known.variables.given.pop(name_of(item), None)
    elif seen.action in ("SetVariables", "BootNotification"):
        known.variables.given.clear()
        # New firmware may have other variables.
        is_other = seen.kind == "call" and seen.is_sound and seen.payload["reason"] == "FirmwareUpdate"
        if is_other:
            known.variables.is_complete = known.variables.is_trusted = False


def _is_actual(item: Json) -> bool:
    return bool(item.get("attributeType", "Actual") == "Actual")


def _keep(values: dict[Name, str], name: Name, value: str) -> None:
    if name in values or len(values) < _MOST:
        values[name] = value
