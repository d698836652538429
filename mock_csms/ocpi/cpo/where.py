"""Finds the EVSE that a command is for."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.ocpi.cpo.results import REJECTED, NotAccepted
from mock_csms.ocpi.cpo.world import CpoWorld, EvsePlace
from mock_csms.ocpi.envelope import INVALID, UNKNOWN_LOCATION
from mock_csms.ocpi.store import Json
from mock_csms.protocol.records import Record

_REMOVED = "REMOVED"
_WHY: Mapping[str, str] = {
    "CHARGING": "EVSE_OCCUPIED",
    "INOPERATIVE": "EVSE_INOPERATIVE",
    "OUTOFORDER": "EVSE_INOPERATIVE",
}
"""Why a station may reject a command, by the status of its EVSE."""


class Spot(Record, kw_only=True):
    """An EVSE that a command is for."""

    place: EvsePlace
    location_id: str
    evse_uid: str
    connector: int | None = None
    """The number of the connector, if the command names one."""


def find_spot(world: CpoWorld, body: Mapping[str, Any]) -> Spot:
    """Return where a command is to be done; without `evse_uid` it is an EVSE that is free, if there is one.

    Raises NotAccepted if there is no such place.
    """
    location_id, uid, connector_id = body["location_id"], body.get("evse_uid"), body.get("connector_id")
    location = world.locations.get(location_id)
    if location is None:
        raise NotAccepted(REJECTED, f"there is no location {location_id[:40]!r}", UNKNOWN_LOCATION)
    if connector_id and not uid:
        raise NotAccepted(REJECTED, "connector_id needs evse_uid", INVALID)
    evses = [each for each in location.get("evses") or () if each["status"] != _REMOVED]
    if uid:
        evses = [each for each in evses if each["uid"].casefold() == uid.casefold()]
        if not evses:
            raise NotAccepted(REJECTED, f"the location has no EVSE {uid[:40]!r}", UNKNOWN_LOCATION)
    evse = _best(world, evses)
    place = world.places.get(evse["uid"].casefold())
    if place is None:
        raise NotAccepted(REJECTED, "the EVSE has no station")
    return Spot(
        place=place,
        location_id=location["id"],
        evse_uid=evse["uid"],
        connector=_connector(evse, connector_id) if connector_id else None,
    )


def _best(world: CpoWorld, evses: Sequence[Json]) -> Json:
    """Return the EVSE that is best for a command: one that is free, else one whose station is connected."""

    def badness(evse: Json) -> int:
        place = world.places.get(evse["uid"].casefold())
        station = world.station(place.identity) if place else None
        return (0 if evse["status"] == "AVAILABLE" else 1) + (0 if station and station.connections else 2)

    if not evses:
        raise NotAccepted(REJECTED, "the location has no EVSE")
    return min(evses, key=badness)


def _connector(evse: Json, id_: str) -> int:
    found = next((each for each in evse["connectors"] if each["id"].casefold() == id_.casefold()), None)
    if found is None:
        raise NotAccepted(REJECTED, f"the EVSE has no connector {id_[:40]!r}", UNKNOWN_LOCATION)
    return int(found["id"])


def why_rejected(world: CpoWorld, spot: Spot) -> str:
    """Return the result for a command that the station has rejected: the state of the EVSE may be the reason."""
    location = world.locations.get(spot.location_id) or {}
    status = next((each["status"] for each in location.get("evses") or () if each["uid"] == spot.evse_uid), "")
    return _WHY.get(status, REJECTED)
