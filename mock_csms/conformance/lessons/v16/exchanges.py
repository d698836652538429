"""Learns what OCPP 1.6 says about exchanges: message ids are unique within one connection, and which time it is."""

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, response, when

CONNECTED = Subject("connected")


@CONNECTED.learn(when("connected"))
def opened(_: Seen, station: KnownStation16) -> None:
    """The station has a new connection: its message ids begin anew (OCPP-J 1.6, 4.1.4)."""
    station.exchanges.ids = MessageIds()


@CONNECTED.learn(response("BootNotification", "Heartbeat"))
def told(seen: Seen, station: KnownStation16) -> None:
    """The mock answers with its time."""
    station.exchanges.sent_time = seen.payload["currentTime"], seen.at
