"""The variables of a station, from its reports and from its answers to GetVariables and SetVariables."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from mock_csms.protocol.records import Mutable, Record, field

MOST_VARIABLES = 20_000

Name: TypeAlias = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance. Absent parts are empty or 0."""


class Reported(Record):
    """A variable in a report."""

    value: str | None
    """Its Actual value; None if the report has none."""
    mutability: str = "ReadWrite"
    characteristics: Any = None
    """Its variableCharacteristics; None if the report has none."""
    types: frozenset[str] = frozenset({"Actual"})
    """The attributes that it has, according to all reports so far."""

    def of(self, characteristic: str) -> Any:
        """Return one of the characteristics; None if it was not reported."""
        return self.characteristics.get(characteristic) if self.characteristics else None


class Variables(Mutable):
    """Values and reports, by name. Names that are missing here are unknown."""

    values: dict[Name, str] = field(default_factory=dict)
    """The Actual values that are known."""
    reported: dict[Name, Reported] = field(default_factory=dict)
    """The variables in reports."""
    given: dict[Name, str] = field(default_factory=dict)
    """The last values from the mock that the station accepted since it booted."""
    spellings: dict[str, str] = field(default_factory=dict)
    """The first spelling of each name, by the folded name."""

    def __repr__(self) -> str:
        """Return a text without values. They may be secret, and a failed test prints this text."""
        return f"Variables({len(self.values)} values)"

    def text(self, component: str, variable: str, evse: int = 0) -> str | None:
        """Return the value of a variable; None if it is not known."""
        return self.values.get((component, "", evse, 0, variable, ""))

    def is_given(self, component: str, variable: str) -> bool:
        """Return whether the station accepted a value of a variable from the mock since it booted."""
        return (component, "", 0, 0, variable, "") in self.given

    def number(self, component: str, variable: str) -> float | None:
        """Return the value as a number; None if it is not known, or not a number."""
        try:
            return float(self.text(component, variable) or "")
        except ValueError:
            return None

    def switch(self, component: str, variable: str) -> bool | None:
        """Return the value as True or False; None if it is not known, or neither `true` nor `false`."""
        return {"true": True, "false": False}.get((self.text(component, variable) or "").lower())

    def several(self, component: str, variable: str) -> Sequence[str] | None:
        """Return the items of a comma-separated value; None if the value is not known."""
        value = self.text(component, variable)
        return None if value is None else [member.strip() for member in value.split(",") if member.strip()]
