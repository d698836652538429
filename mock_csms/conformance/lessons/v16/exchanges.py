"""Learns that message ids begin anew: in OCPP 1.6 they are unique within one connection (OCPP-J 1.6, 4.1.4)."""

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, when

CONNECTED = Subject("connected")


@CONNECTED.learn(when("connected"))
def opened(_: Seen, station: KnownStation16) -> None:
    """The station has a new connection."""
    station.exchanges.ids = MessageIds()
