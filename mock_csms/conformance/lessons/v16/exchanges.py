"""Learns how OCPP 1.6 differs about exchanges: message ids are unique only within a connection; and the sent times."""

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, response, when

CONNECTED = Subject("connected")


@CONNECTED.learn(when("connected"))
def opened(_: Seen, station: KnownStation16) -> None:
    """Note a new connection, on which the station may use its message ids again (OCPP-J 1.6, 4.1.4)."""
    station.exchanges.ids = MessageIds()


@CONNECTED.learn(response("BootNotification", "Heartbeat"))
def told(seen: Seen, station: KnownStation16) -> None:
    """Note the time in an answer of the mock."""
    station.exchanges.sent_time = seen.payload["currentTime"], seen.at
