"""Learns the last time that the mock has sent to the station in an answer."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, response

SENT_TIME = Subject("sent time")


@SENT_TIME.learn(response("BootNotification", "Heartbeat"))
def reported(seen: Seen, station: KnownStation) -> None:
    """Note the time in an answer of the mock."""
    station.exchanges.sent_time = seen.payload["currentTime"], seen.at
