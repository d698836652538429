"""Reads values of objects of OCPI for the checks. The objects fit their schemas, but optional values may be null."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_csms.ocpi.times import time_of
from mock_csms.protocol.actions import Json

NOT_AVAILABLE = "#NA"
"""What stands in a required text that cannot be filled."""
ENERGY = ("ENERGY",)
_UNKNOWN_YEAR = "1970-"
"""The year of times that both sides agreed to leave out (CDRs: CDR object)."""


def same(one: Any, other: Any) -> bool:
    """Whether two identifiers are the same in upper and lower case, or both are missing."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


def time_at(value: Mapping[str, Any], name: str) -> float | None:
    """Return a time of an object, in seconds since 1970; None if it has none, or one that was left out on purpose."""
    text = value.get(name)
    return time_of(text) if isinstance(text, str) and not text.startswith(_UNKNOWN_YEAR) else None


def bare(value: Any) -> Any:
    """Return a value in the form in which equal ones are equal: without nulls and empty lists, times as numbers."""
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items() if item is not None and item != []}
    if isinstance(value, list):
        return [bare(item) for item in value]
    at = time_of(value) if isinstance(value, str) else None
    return value if at is None else at


def evses_of(location: Mapping[str, Any] | None) -> Iterator[Json]:
    """Yield the EVSEs of a location."""
    yield from (location or {}).get("evses") or ()


def evse_of(location: Mapping[str, Any] | None, uid: Any) -> Json | None:
    """Return an EVSE of a location; None if it has none with that uid."""
    return next((evse for evse in evses_of(location) if same(evse.get("uid"), uid)), None)


def connectors_of(evse: Mapping[str, Any] | None) -> Iterator[Json]:
    """Yield the connectors of an EVSE."""
    yield from (evse or {}).get("connectors") or ()


def volumes(value: Mapping[str, Any], *kinds: str) -> Iterator[float]:
    """Yield the volumes of some kinds in the charging periods of an object."""
    for period in value.get("charging_periods") or ():
        for dimension in period.get("dimensions") or ():
            if dimension.get("type") in kinds:
                yield dimension["volume"]


def feeds_back(value: Mapping[str, Any]) -> bool:
    """Whether energy flowed from the vehicle to the grid, so that sums of energy may fall."""
    return any(volume < 0 for volume in volumes(value, *ENERGY)) or any(volumes(value, "ENERGY_EXPORT"))


def amount(price: Any) -> float | None:
    """Return a price without VAT; None if the object has no price."""
    return price.get("excl_vat") if isinstance(price, dict) else None


def named(names: Mapping[str, tuple[Any, Any]]) -> str:
    """Return which values differ, each with both values."""
    return ", ".join(f"{name} is {ours!r} there and {its!r} here" for name, (ours, its) in names.items())
