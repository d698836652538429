"""The variables of a station, from a report or from answers to GetVariables."""

from collections.abc import Iterable, Iterator, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class ReportedVariable(Record):
    """One variable."""

    name: str
    """`COMPONENT.VARIABLE`, such as `TxCtrlr.TxStartPoint`."""
    evse: int = 0
    """The EVSE of the component; 0 for none."""
    connector: int = 0
    """The connector of the component; 0 for none."""
    value: str = ""
    values: tuple[str, ...] = ()
    """The items of its valuesList."""
    is_writable: bool = False


class ReportedVariables:
    """All known variables of a station."""

    def __init__(self, reported: Iterable[ReportedVariable] = ()) -> None:
        self._by_name: dict[str, list[ReportedVariable]] = {}
        for one in reported:
            self._by_name.setdefault(one.name, []).append(one)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def all(self, name: str) -> Sequence[ReportedVariable]:
        """Return the variables with that name, of all EVSEs."""
        return self._by_name.get(name, ())

    def number(self, name: str) -> float | None:
        """Return the value of a variable, or None if it is missing or not a number."""
        try:
            return float(self.all(name)[0].value)
        except (IndexError, ValueError):
            return None

    @property
    def connectors(self) -> tuple[int, ...]:
        """How many connectors each EVSE has; at least one."""
        most: dict[int, int] = {}
        for reported in self._by_name.values():
            for one in reported:
                if one.evse:
                    most[one.evse] = max(most.get(one.evse, 1), one.connector)
        return tuple(most.get(evse, 1) for evse in range(1, max(most, default=0) + 1))


def from_report(items: Iterable[Json]) -> Iterator[ReportedVariable]:
    """Yield the variables in the reportData of a report (B07, B08)."""
    for item in items:
        attributes = item["variableAttribute"]
        actual = next((each for each in attributes if each.get("type", "Actual") == "Actual"), attributes[0])
        listed = item.get("variableCharacteristics", {}).get("valuesList", "")
        yield _reported(item, actual, listed, is_writable=actual.get("mutability", "ReadWrite") != "ReadOnly")


def from_get_variables(results: Iterable[Json]) -> Iterator[ReportedVariable]:
    """Yield the variables in the results of GetVariables (B06), which do not say whether a variable is writable."""
    for result in results:
        if result["attributeStatus"] == "Accepted":
            yield _reported(result, {"value": result.get("attributeValue", "")}, "", is_writable=False)


def _reported(item: Json, attribute: Json, listed: str, *, is_writable: bool) -> ReportedVariable:
    place = item["component"].get("evse", {})
    return ReportedVariable(
        f"{item['component']['name']}.{item['variable']['name']}",
        place.get("id", 0),
        place.get("connectorId", 0),
        attribute.get("value", ""),
        tuple(listed.split(",")) if listed else (),
        is_writable,
    )
