"""Makes the Locations from what the stations have told, and finds out which parts of them have changed.

An EVSE that was told of once stays for ever: one that is gone is REMOVED, so that nobody uses its uid for another one.
`last_updated` of a connector is also that of its EVSE, and of the Location: each is the latest of its parts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mock_csms.ocpi.mapping.ids import NOT_AVAILABLE, evse_id, evse_uid
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Record
from mock_csms.settings.ocpi_objects import OcpiConnector
from mock_csms.settings.ocpi_sites import OcpiSite
from mock_csms.twin.connectors import Connector
from mock_csms.twin.station import StationModel
from mock_csms.twin.twin import Twin

_ORDER = ("CHARGING", "RESERVED", "AVAILABLE", "BLOCKED", "INOPERATIVE", "OUTOFORDER", "UNKNOWN")
"""Of several connectors, the EVSE has the first of these statuses."""
_LONGEST_STATE = 20


class LocationTerms(Record, kw_only=True):
    """The settings that Locations are made by."""

    owner: tuple[str, str]
    """The country code and the id of the CPO."""
    sites: Sequence[OcpiSite]
    connector: OcpiConnector = OcpiConnector()
    occupied: str = "CHARGING"
    offline_after: float = 0.0
    tariffs: Sequence[Json] = ()
    """The Tariffs, the first of which is that of each session."""

    def site_of(self, identity: str) -> OcpiSite | None:
        """Return the first Location whose pattern matches the identity of a station; None if none does."""
        return next((site for site in self.sites if matches(identity, site.stations)), None)


# What there is now.


def evses_of(station: StationModel, terms: LocationTerms, now: float) -> Sequence[Json]:
    """Return the EVSEs of a station, without `last_updated`."""
    twin, mapping = station.twin, mapping_of(station.version)
    if twin is None:
        return ()
    groups: dict[int, list[Connector]] = {}
    for place in sorted({*mapping.connectors_in(twin)}):
        groups.setdefault(place[0], []).append(place)
    capabilities = [*mapping.capabilities_in(twin)]
    if any(str(tariff.get("type", "")).startswith("PROFILE_") for tariff in terms.tariffs):
        capabilities = sorted([*capabilities, "CHARGING_PREFERENCES_CAPABLE"])
    return [
        {
            "uid": evse_uid(station.identity, evse),
            "evse_id": evse_id(*terms.owner, station.identity, evse),
            "status": _status(station, twin, places, terms, now),
            "capabilities": capabilities,
            "connectors": [_connector(station, twin, place, terms) for place in places],
        }
        for evse, places in groups.items()
    ]


def _status(station: StationModel, twin: Twin, places: Sequence[Connector], terms: LocationTerms, now: float) -> str:
    """Return the Status of an EVSE."""
    lost_at = twin.connections.lost_at
    if not station.connections and (lost_at is None or now - lost_at >= terms.offline_after):
        return "UNKNOWN"
    if twin.transactions.open_at(places[0][0]):
        return "CHARGING"
    known = mapping_of(station.version).statuses
    found = [known.get(twin.connectors.statuses.get(place, ""), "UNKNOWN") for place in places]
    told = [terms.occupied if each == "OCCUPIED" else each for each in found]
    return min(told, key=_ORDER.index)


def _connector(station: StationModel, twin: Twin, place: Connector, terms: LocationTerms) -> Json:
    mapping = mapping_of(station.version)
    kind = mapping.connector_of(twin, place, terms.connector)
    made: Json = {
        "id": str(place[1]),
        "standard": kind.standard,
        "format": kind.format,
        "power_type": kind.power_type,
        "max_voltage": kind.voltage,
        "max_amperage": kind.amperage,
        "tariff_ids": [tariff["id"] for tariff in terms.tariffs],
    }
    power = mapping.power_of(twin, place[0])
    return made if power is None else made | {"max_electric_power": power}


def location(site: OcpiSite, evses: Iterable[Json], owner: tuple[str, str]) -> Json:
    """Return a Location, without `last_updated`."""
    made: Json = {
        "country_code": owner[0],
        "party_id": owner[1],
        "id": site.id,
        "publish": site.publish,
        "address": site.address,
        "city": site.city,
        "country": site.country,
        "coordinates": {"latitude": site.latitude, "longitude": site.longitude},
        "time_zone": site.time_zone,
        "evses": [*evses],
    }
    optional = {"name": site.name, "postal_code": site.postal_code}
    return made | {name: value for name, value in optional.items() if value is not None}


def place_in(found: Json | None, site: OcpiSite, uid: str, connector: str) -> Json:
    """Return the CdrLocation of a connector of a Location; an unknown EVSE is `#NA`."""
    evse = next((each for each in (found or {}).get("evses", ()) if each["uid"] == uid), None)
    there = evse["connectors"] if evse else ()
    of = next((each for each in there if each["id"] == connector), there[0] if there else None)
    default = OcpiConnector()
    place: Json = {
        "id": site.id,
        "address": site.address,
        "city": site.city,
        "country": site.country,
        "coordinates": {"latitude": site.latitude, "longitude": site.longitude},
        "evse_uid": uid if evse else NOT_AVAILABLE,
        "evse_id": evse["evse_id"] if evse else NOT_AVAILABLE,
        "connector_id": of["id"] if of else NOT_AVAILABLE,
        "connector_standard": of["standard"] if of else default.standard,
        "connector_format": of["format"] if of else default.format,
        "connector_power_type": of["power_type"] if of else default.power_type,
    }
    optional = {"name": site.name, "postal_code": site.postal_code}
    return place | {name: value for name, value in optional.items() if value is not None}


# What has changed.


class LocationChange(Record):
    """A part of a Location that has changed, and how another party is told."""

    path: tuple[str, ...]
    """The ids of the Location, and of the EVSE and the connector in it if only that has changed."""
    method: str
    """PUT for a new or changed object, PATCH for changed properties."""
    body: Json


def renewed(before: Json | None, fresh: Json, stamp: Callable[[], str]) -> tuple[Json, Sequence[LocationChange]]:
    """Return a Location with `last_updated` in all its parts, and which parts have changed.

    before: the Location so far; None for a new one. stamp: returns the time for what has changed.
    """
    if before is None:
        new = _all_new(fresh, stamp())
        return new, (LocationChange((new["id"],), "PUT", new),)
    evses = _with_removed(before["evses"], fresh["evses"])
    known = {evse["uid"]: evse for evse in before["evses"]}
    pairs = [_renewed_evse(known.get(evse["uid"]), evse, stamp) for evse in evses]
    changes = [
        LocationChange((fresh["id"], *each.path), each.method, each.body) for _, changed in pairs for each in changed
    ]
    own = _differences(before, fresh, "evses")
    if not own and not changes:
        return before, ()
    result = {**fresh, "evses": [evse for evse, _ in pairs], "last_updated": stamp()}
    if own or any(name not in fresh for name in before if name != "last_updated"):
        changes = [LocationChange((fresh["id"],), "PUT", result)]
    return result, changes


def _with_removed(before: Sequence[Json], fresh: Sequence[Json]) -> Iterator[Json]:
    """Yield the EVSEs in the order in which they were first told of; those that are gone are REMOVED."""
    now = {evse["uid"]: evse for evse in fresh}
    for evse in before:
        yield now.pop(evse["uid"], {**_without_times(evse), "status": "REMOVED"})
    yield from now.values()


def _renewed_evse(before: Json | None, fresh: Json, stamp: Callable[[], str]) -> tuple[Json, Sequence[LocationChange]]:
    if before is None:
        new = _all_new(fresh, stamp())
        return new, (LocationChange((new["uid"],), "PUT", new),)
    known = {connector["id"]: connector for connector in before["connectors"]}
    connectors = [
        old if old is not None and not _differences(old, each) else {**each, "last_updated": stamp()}
        for each in fresh["connectors"]
        for old in [known.get(each["id"])]
    ]
    own = _differences(before, fresh, "connectors")
    if not own and connectors == before["connectors"]:
        return before, ()
    result = {**fresh, "connectors": connectors, "last_updated": stamp()}
    if connectors != before["connectors"]:
        return result, (LocationChange((fresh["uid"],), "PUT", result),)
    return result, (LocationChange((fresh["uid"],), "PATCH", own | {"last_updated": result["last_updated"]}),)


def _differences(before: Mapping[str, Any], fresh: Mapping[str, Any], *parts: str) -> Json:
    """Return the properties of an object that have changed; not those of its parts."""
    return {
        name: value
        for name, value in fresh.items()
        if name not in (*parts, "last_updated") and before.get(name) != value
    }


def _all_new(fresh: Json, at: str) -> Json:
    """Return an object and all its parts with one `last_updated`."""
    parts: Json = {
        name: [_all_new(each, at) for each in fresh[name]] for name in ("evses", "connectors") if name in fresh
    }
    return {**fresh, **parts, "last_updated": at}


def _without_times(value: Json) -> Json:
    parts: Json = {name: [_without_times(each) for each in value[name]] for name in ("connectors",) if name in value}
    return {name: item for name, item in {**value, **parts}.items() if name != "last_updated"}
