"""Learns which configuration keys a station has, and which password it uses."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.conformance.v16.credentials import password_in
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.events import Knocked
from mock_csms.twin.seen import Seen, result, when

CONFIGURATION = Subject("configuration")
_MOST_UNKNOWN = 1000


@CONFIGURATION.learn(result("GetConfiguration"))
def told(seen: Seen, station: KnownStation16) -> None:
    """Note the keys that the station reports, and those that it calls unknown."""
    known = station.configuration
    known.is_complete |= not seen.request.get("key") and bool(seen.payload.get("configurationKey"))
    known.unknown -= {folded(item["key"]) for item in seen.payload.get("configurationKey", ())}
    if len(known.unknown) < _MOST_UNKNOWN:
        known.unknown |= {folded(key) for key in seen.payload.get("unknownKey", ())}


@CONFIGURATION.learn(result("ChangeConfiguration"))
def password_set(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts another password. After RebootRequired it may still use the old one (6.2.2)."""
    if folded(seen.request["key"]) != "authorizationkey":
        return
    known, admitted, status = station.configuration, station.connections.admitted, seen.payload["status"]
    if status == "Accepted":
        known.old = password_in(admitted.authorization) if admitted else None
        known.key = seen.request["value"]
        station.connections.has_new_password = True
    elif status == "RebootRequired":
        known.key = known.old = None
        station.connections.has_new_password = True


@CONFIGURATION.learn(when("knocked"))
def came_back(seen: Seen, station: KnownStation16) -> None:
    """Note that the station connects; if the mock was restarted, it may have other settings now."""
    if not seen.event_as(Knocked).visitor.wants_websocket:
        return
    if station.configuration.old is not None and station.connections.refused > 1:
        station.configuration.old = None
