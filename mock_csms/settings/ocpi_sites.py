"""The Locations of OCPI: parses `[[ocpi-location]]` tables and the flag that writes them."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mock_csms.protocol.records import Record
from mock_csms.settings import values
from mock_csms.settings.tables import Table, Text, each, take

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class OcpiSite(Record):
    """A Location: which stations are there, and what its object says. The defaults are those of a single Location."""

    id: str = "LOC1"
    name: str | None = None
    address: str = "Mock Street 1"
    city: str = "Amsterdam"
    postal_code: str | None = None
    country: str = "NLD"
    latitude: str = "52.370216"
    longitude: str = "4.895168"
    time_zone: str = "Europe/Amsterdam"
    publish: bool = True
    stations: str = "*"
    """The pattern of the identities of its stations."""


def site_table(words: Sequence[str]) -> Table:
    """Return the table for `--ocpi-location ID,key=value,…`."""
    id_, *rest = words[0].split(",")
    table: dict[str, Any] = {"id": id_}
    for word in rest:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not key=value")
        if key.strip() in table:
            raise ValueError(f"{key.strip()!r} is given twice")
        table[key.strip()] = value
    return table


def sites(tables: Sequence[Table]) -> list[OcpiSite]:
    """Return the Locations in the tables. Raises ValueError for an id that two of them have."""
    found = each(tables, _site)
    ids = [site.id.casefold() for site in found]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            raise ValueError(f"two locations have the id {found[number].id!r}")
    return found


def _site(table: Table) -> OcpiSite:
    taken = take(table, KEYS, ["id"])
    return OcpiSite(**{key.replace("-", "_"): value for key, value in taken.items()})


def _text(longest: int) -> Callable[[str], str]:
    return values.no_longer_than(lambda: longest)


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return parse


def _time_zone(value: str) -> str:
    zone_of(value)
    return value


@cache
def zone_of(name: str) -> "ZoneInfo":
    """Return a time zone. Raises ValueError if the system does not know it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - only users of OCPI wait for it

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone that this system knows, such as Europe/Amsterdam") from None


def _published(value: Any) -> bool:
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise ValueError("is neither true nor false")
    return found


KEYS: Mapping[str, Callable[[Any], Any]] = {
    "id": Text(_matching(r"[!-.0-~]{1,36}", "1 to 36 characters of ASCII, without spaces and slashes")),
    "name": Text(_text(255)),
    "address": Text(_text(45)),
    "city": Text(_text(45)),
    "postal-code": Text(_text(10)),
    "country": Text(_matching(r"[A-Z]{3}", "a country in three capital letters, such as NLD")),
    "latitude": Text(_matching(r"-?[0-9]{1,2}\.[0-9]{5,7}", "a latitude with 5 to 7 decimals")),
    "longitude": Text(_matching(r"-?[0-9]{1,3}\.[0-9]{5,7}", "a longitude with 5 to 7 decimals")),
    "time-zone": Text(_time_zone),
    "publish": _published,
    "stations": Text(values.text),
}
"""The keys of a table, each with its parser. The address is as long as that of a CDR may be."""
