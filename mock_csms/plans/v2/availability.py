"""Changes of the availability of a station, an EVSE or a connector (G03, G04)."""

from collections.abc import Sequence
from typing import Any

from mock_csms.plans.messages import Message
from mock_csms.plans.station import Station
from mock_csms.plans.v2.messages import connector_reports
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

INOPERATIVE, OPERATIVE = "Inoperative", "Operative"


async def change(
    station: Station, to: str, evse: int | None = None, connector: int | None = None, *, status: Any = "Accepted"
) -> None:
    """Set a connector, an EVSE or the station Operative or Inoperative; after the case it is Operative."""
    place = {} if evse is None else {"evse": {"id": evse, **({"connectorId": connector} if connector else {})}}
    if to == INOPERATIVE:
        station.undo_with("ChangeAvailability", _request(OPERATIVE, place))
    await station.command("ChangeAvailability", _request(to, place), status=status)


def reports(station: Station, status: str, evse: int | None = None, connector: int | None = None) -> Sequence[Message]:
    """Describe the reports of all connectors of a place: a connector, an EVSE or the station."""
    return [connector_reports(status, *one) for one in places(station, evse, connector)]


def places(station: Station, evse: int | None = None, connector: int | None = None) -> Sequence[tuple[int, int]]:
    """Return the connectors of a place: itself, those of an EVSE, or all."""
    return [one for one in station.profile.places if evse in (None, one[0]) and connector in (None, one[1])]


def _request(to: str, place: Json) -> Json:
    return {"operationalStatus": to, **place}
