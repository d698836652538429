"""The variables of a station: from its reports, from what it was asked, and from what it was set."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from mock_csms.protocol.records import Mutable, Record, field

MOST_VARIABLES = 20_000

Name: TypeAlias = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; what a name has not is empty or 0."""


class Reported(Record):
    """What a report says of a variable."""

    value: str | None
    """Its Actual value."""
    mutability: str = "ReadWrite"
    characteristics: Any = None
    """Its variableCharacteristics, where they came."""
    types: frozenset[str] = frozenset({"Actual"})
    """The attributes that it has, as far as reports have told them."""

    def of(self, characteristic: str) -> Any:
        """Return one of the characteristics, None where it was not told."""
        return self.characteristics.get(characteristic) if self.characteristics else None


class Variables(Mutable):
    """Values and reports by name. What is not here is not known, and nothing can be judged by it."""

    values: dict[Name, str] = field(default_factory=dict)
    """The Actual values that are known."""
    reported: dict[Name, Reported] = field(default_factory=dict)
    """What reports have told."""
    given: dict[Name, str] = field(default_factory=dict)
    """The values that the station was given last, and took, since it booted."""
    spellings: dict[str, str] = field(default_factory=dict)
    """How names were written first, by the folded ones."""

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
