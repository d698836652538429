"""What is known of the variables of a station: from its reports, from what it was asked, and from what it was set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, result
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

VARIABLES = Subject("variables")

Name: TypeAlias = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; what a name has not is empty or 0."""


def name_of(item: Json) -> Name:
    """Return the name of what has a `component` and a `variable`."""
    component, variable = item["component"], item["variable"]
    evse = component.get("evse", {})
    place = (component["name"], component.get("instance", ""), evse.get("id", 0), evse.get("connectorId", 0))
    return (*place, variable["name"], variable.get("instance", ""))


class Reported(Record):
    """What a report says of a variable: its Actual value, its mutability and its characteristics, where they came."""

    value: str | None
    mutability: str = "ReadWrite"
    characteristics: Any = None


class Variables(Mutable):
    """Values and reports by name. What is not here is not known, and nothing can be judged by it.

    is_complete: whether a FullInventory has come to its end.
    """

    values: dict[Name, str] = field(default_factory=dict)
    reported: dict[Name, Reported] = field(default_factory=dict)
    is_complete: bool = False

    def text(self, component: str, variable: str, evse: int = 0) -> str | None:
        """Return the value of a variable, None where it is not known."""
        return self.values.get((component, "", evse, 0, variable, ""))

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
        name, characteristics = name_of(item), item.get("variableCharacteristics")
        for attribute in item["variableAttribute"]:
            if attribute.get("type", "Actual") == "Actual":
                value = attribute.get("value")
                mutability = attribute.get("mutability", "ReadWrite")
                variables.reported[name] = Reported(value, mutability, characteristics)
                if value is not None:
                    variables.values[name] = value
    asked = known.commands.agreed.get("GetBaseReport")
    if asked and asked.request["requestId"] == seen.payload["requestId"] and not seen.payload.get("tbc"):
        variables.is_complete |= asked.request["reportBase"] == "FullInventory"


@VARIABLES.learn(result("GetVariables"))
def got(seen: Seen, known: "Known") -> None:
    """It told what it was asked."""
    for item in seen.payload["getVariableResult"]:
        if item["attributeStatus"] == "Accepted" and item.get("attributeType", "Actual") == "Actual":
            known.variables.values[name_of(item)] = item.get("attributeValue", "")


@VARIABLES.learn(result("SetVariables"))
def was_set(seen: Seen, known: "Known") -> None:
    """It took what it was given; with RebootRequired the value counts from the reboot on, and is unknown until then."""
    asked = {name_of(item): item for item in seen.request["setVariableData"]}
    for item in seen.payload["setVariableResult"]:
        name = name_of(item)
        if name in asked and item.get("attributeType", "Actual") == "Actual":
            if item["attributeStatus"] == "Accepted":
                known.variables.values[name] = asked[name]["attributeValue"]
            elif item["attributeStatus"] == "RebootRequired":
                known.variables.values.pop(name, None)
