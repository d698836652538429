"""The variables of a station: from its reports, and from its answers when their values were asked for or set."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from mock_csms.protocol.records import Mutable, Record, field

MOST_VARIABLES = 20_000

Name: TypeAlias = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; a part that a name does not have is empty or 0."""


class Reported(Record):
    """What a report says about a variable."""

    value: str | None
    """Its Actual value; None if the report does not say it."""
    mutability: str = "ReadWrite"
    characteristics: Any = None
    """Its variableCharacteristics; None if they did not come."""
    types: frozenset[str] = frozenset({"Actual"})
    """The attributes that it has, according to all reports so far."""

    def of(self, characteristic: str) -> Any:
        """Return one of the characteristics; None if it was not reported."""
        return self.characteristics.get(characteristic) if self.characteristics else None


class Variables(Mutable):
    """Values and reports, by name. What is not here is not known."""

    values: dict[Name, str] = field(default_factory=dict)
    """The Actual values that are known."""
    reported: dict[Name, Reported] = field(default_factory=dict)
    """What reports have said."""
    given: dict[Name, str] = field(default_factory=dict)
    """The last values from the mock that the station accepted since it booted."""
    spellings: dict[str, str] = field(default_factory=dict)
    """How each name was written the first time, by the folded name."""

    def __repr__(self) -> str:
        """Show no value: it may be secret, and a failed test prints this."""
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
        """Return the members of a list, whose value has commas between them; None if it is not known."""
        value = self.text(component, variable)
        return None if value is None else [member.strip() for member in value.split(",") if member.strip()]
