"""Learns the history of the connection and of the connectors."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.twin.events import Disconnected
from mock_csms.twin.seen import Seen, call, when

PLACES = Subject("places")
_BY_US = ("by the mock", "cut by")


@PLACES.learn(call("StatusNotification"))
def reported(seen: Seen, station: KnownStation16) -> None:
    """Note the status of a connector."""
    number, status = seen.payload["connectorId"], seen.payload["status"]
    station.places.chain[number] = status
    if status == "Available":
        station.places.free_at.setdefault(number, seen.at)


@PLACES.learn(call("BootNotification"), when("connected", "malformed", "refusal"), any_payload=True)
def begins_anew(_: Seen, station: KnownStation16) -> None:
    """Forget the last statuses, so that any status may come next."""
    station.places.chain.clear()


@PLACES.learn(when("disconnected"))
def lost(seen: Seen, station: KnownStation16) -> None:
    """Note the end of the connection; the mock itself may have ended it."""
    reason = seen.event_as(Disconnected).reason
    station.places.cut_at = seen.at if any(words in reason for words in _BY_US) else None
