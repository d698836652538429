"""Learns the ids in the mock's commands, whether the station accepted these commands or not."""

from collections.abc import Mapping

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.availability import place_of
from mock_csms.conformance.facts.v2.given_ids import MOST_GIVEN, RESERVATION
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded
from mock_csms.twin.seen import Seen, call, command, response, when
from mock_csms.twin.v2.connectors import statuses_in
from mock_csms.twin.v2.transactions import transaction_in

GIVEN_IDS = Subject("given ids")
_DAY = 86_400.0
_IDS: Mapping[str, str] = {
    "RequestStartTransaction": "remoteStartId",
    RESERVATION: "id",
    "UpdateFirmware": "requestId",
    "PublishFirmware": "requestId",
}
"""The commands that give an id, and the field that has it."""


def is_earlier(stamp: str, than: float, station: KnownStation) -> bool:
    """Whether a timestamp is certainly before a time. False if the clock of the station is wrong by days."""
    at = mock_time_of(stamp, station)
    return at is not None and than - _DAY < at < than - station.terms.tolerance


def may_have_begun_before(seen: Seen, than: float, station: KnownStation) -> bool:
    """Whether the transaction of an event began before a time, or its beginning is not known."""
    transaction = transaction_in(seen.payload, station)
    stamp = seen.payload["timestamp"] if seen.detail == "Started" else transaction.started if transaction else None
    return stamp is None or is_earlier(stamp, than, station)


@GIVEN_IDS.learn(command(*_IDS), when("spoiled"), any_payload=True)
def gave(seen: Seen, station: KnownStation) -> None:
    """Note the id in a command of the CSMS. The station may have understood it even if the command was faulty."""
    message = seen.message
    if not isinstance(message, Call) or message.action not in _IDS or not isinstance(message.payload, dict):
        return
    id_ = message.payload.get(_IDS[message.action])
    if not isinstance(id_, int):
        return
    ids = station.given_ids.ids.get(message.action)
    if ids is None:
        ids = station.given_ids.ids[message.action] = Bounded(MOST_GIVEN)
    ids.renew(id_, None)
    if message.action == RESERVATION:
        station.given_ids.ended.pop(id_, None)


@GIVEN_IDS.learn(command("ChangeAvailability"), when("spoiled"), any_payload=True)
def may_open(seen: Seen, station: KnownStation) -> None:
    """Note that a connector may be Operative from now on, whatever the answer.

    A faulty command may mean any connector.
    """
    if seen.action == "ChangeAvailability" and len(station.given_ids.opened_at) < MOST_GIVEN:
        is_sound = seen.kind == "command" and seen.is_sound
        if not is_sound or seen.payload["operationalStatus"] == "Operative":
            station.given_ids.opened_at[place_of(seen.payload) if is_sound else (0, 0)] = seen.at


@GIVEN_IDS.learn(response("ReservationStatusUpdate"))
def ended(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS answers the end of a reservation, so that the station knows that it arrived."""
    station.given_ids.ended[seen.request["reservationId"]] = station.connections.opened


@GIVEN_IDS.learn(call("StatusNotification", "NotifyEvent"))
def reserved(seen: Seen, station: KnownStation) -> None:
    """Note that a connector is Reserved although the mock has sent no reservation."""
    if RESERVATION not in station.given_ids.ids:
        station.given_ids.has_older |= any(status == "Reserved" for _, status in statuses_in(seen.action, seen.payload))
