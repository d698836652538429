"""What OCPI 2.2.1 says about its objects: `objects.tsv` has all properties, `enums.tsv` all enumerations."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from mock_csms.protocol.records import Record

VERSION = "2.2.1"
"""The name of the version, in lists of versions and in paths."""

COMMAND_OBJECTS: Mapping[str, str] = {
    "START_SESSION": "StartSession",
    "STOP_SESSION": "StopSession",
    "RESERVE_NOW": "ReserveNow",
    "CANCEL_RESERVATION": "CancelReservation",
    "UNLOCK_CONNECTOR": "UnlockConnector",
}
"""The object in the body of each command."""
PROFILE_OBJECT = "SetChargingProfile"
"""The object in the body that sets a charging profile."""


class ObjectProperty(Record):
    """A property of an object of OCPI."""

    name: str
    kind: str
    """The type: the name of an object, an enumeration, or a type such as `CiString`."""
    longest: int | None
    """The greatest length of a text, or the most digits of an integer."""
    cardinality: str
    """`1`: required; `?`: optional; `*`: a list; `+`: a list with at least one item."""

    @property
    def is_list(self) -> bool:
        """Whether its value is a list."""
        return self.cardinality in "*+"

    @property
    def is_required(self) -> bool:
        """Whether each object must have it."""
        return self.cardinality in "1+"


@cache
def objects() -> Mapping[str, Sequence[ObjectProperty]]:
    """Return the properties of all objects, by name of the object."""
    found: dict[str, list[ObjectProperty]] = {}
    for owner, name, kind, longest, cardinality in _rows("objects.tsv"):
        each = ObjectProperty(name, kind, int(longest) if longest else None, cardinality)
        found.setdefault(owner, []).append(each)
    return found


@cache
def enums() -> Mapping[str, Sequence[str]]:
    """Return the values of all enumerations, by name."""
    return {name: values.split(" ") for name, values in _rows("enums.tsv")}


def _rows(name: str) -> list[list[str]]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]
