"""Learns which connectors the CSMS has set Operative or Inoperative, by commands that the station accepted."""

from mock_csms.conformance.facts.v2.availability import CLOSED, AvailabilityOrder, place_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, command, response, result, when
from mock_csms.twin.v2.connectors import statuses_in

AVAILABILITY = Subject("availability")
_MOST = 1000
_MOST_CONNECTORS = 10_000


@AVAILABILITY.learn(result("ChangeAvailability"))
def ordered(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts or schedules a ChangeAvailability."""
    availability, status = station.availability, seen.payload["status"]
    if status == "Rejected" or len(availability.places) >= _MOST:
        return
    availability.count += 1
    is_closed = seen.request["operationalStatus"] == "Inoperative"
    availability.places[place_of(seen.request)] = AvailabilityOrder(
        availability.count, is_closed, status == "Scheduled", seen.at
    )


@AVAILABILITY.learn(command("ChangeAvailability"), when("spoiled"), any_payload=True)
def is_asked(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS requests Operative. The new statuses may come before the answer."""
    match seen.message:
        case Call(action="ChangeAvailability", payload={"operationalStatus": "Operative"}):
            station.availability.opening_at = seen.at


@AVAILABILITY.learn(call("StatusNotification", "NotifyEvent"))
def reported(seen: Seen, station: KnownStation) -> None:
    """Note the status of a connector. Faulted counts as closed, but not as Unavailable."""
    availability = station.availability
    for place, status in statuses_in(seen.action, seen.payload):
        if len(availability.closed_at) + len(availability.opened_at) >= _MOST_CONNECTORS:
            return
        if status in CLOSED:
            availability.closed_at[place] = seen.at
        if status != "Unavailable":
            availability.opened_at[place] = seen.at


@AVAILABILITY.learn(command("TriggerMessage"), when("spoiled"), any_payload=True)
def triggered(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS triggers a StatusNotification."""
    message = seen.message
    asked = message.payload if isinstance(message, Call) else None
    if isinstance(asked, dict) and asked.get("requestedMessage") == "StatusNotification":
        station.availability.triggered_at = seen.at


@AVAILABILITY.learn(response("StatusNotification"))
def taken(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS answers a StatusNotification, so that the station knows that it arrived."""
    asked, taken_at = seen.request, station.availability.taken_at
    if len(taken_at) < _MOST:
        taken_at[asked["evseId"], asked["connectorId"]] = seen.at
