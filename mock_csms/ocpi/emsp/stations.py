"""Finds the EVSE that a user means: `LOCATION/EVSE`, or the identity of a station of OCPP."""

import re
from collections.abc import Iterator
from typing import Any

from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record

AVAILABLE, REMOVED = "AVAILABLE", "REMOVED"


class EvseFound(Record):
    """An EVSE, and the location that it belongs to."""

    location: Json
    evse: Json

    def as_place(self) -> Json:
        """Return the place as commands have it."""
        return {"location_id": self.location["id"], "evse_uid": self.evse["uid"]}

    def connector(self, wanted: str = "") -> str:
        """Return the id of a connector: the wanted one, or the first. Raises LookupError if it has none like that."""
        ids = [str(each["id"]) for each in self.evse.get("connectors") or ()]
        found = next((id_ for id_ in ids if not wanted or id_.casefold() == wanted.casefold()), None)
        if found is None:
            raise LookupError(f"the EVSE {self.evse['uid']} has no connector {wanted}".rstrip())
        return found


def find_evse(world: EmspWorld, text: str) -> EvseFound | None:
    """Return the EVSE for `LOCATION/EVSE`, else the first available EVSE of a station; None if nothing fits."""
    location, slash, uid = text.rpartition("/")
    every = [found for found in _every(world) if found.evse.get("status") != REMOVED]
    if slash:
        return next((each for each in every if _is(each.location["id"], location) and _is(each.evse["uid"], uid)), None)
    mine = [each for each in every if _belongs(each.evse, text)]
    return next((each for each in mine if each.evse.get("status") == AVAILABLE), mine[0] if mine else None)


def _every(world: EmspWorld) -> Iterator[EvseFound]:
    for location in world.objects["locations"].all():
        for evse in location.get("evses") or ():
            yield EvseFound(location, evse)


def _is(one: Any, other: str) -> bool:
    return str(one).casefold() == other.casefold()


def _belongs(evse: Json, identity: str) -> bool:
    """Whether an EVSE is one of a station: its uid is IDENTITY-NUMBER, or it bears the identity."""
    uid = str(evse["uid"]).casefold()
    is_numbered = re.fullmatch(rf"{re.escape(identity.casefold())}-\d+", uid) is not None
    return is_numbered or uid == identity.casefold() or _is(evse.get("physical_reference", ""), identity)
