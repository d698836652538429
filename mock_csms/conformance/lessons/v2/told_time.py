"""Learns the last time that the mock sent to the station in an answer."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, response

TOLD_TIME = Subject("told time")


@TOLD_TIME.learn(response("BootNotification", "Heartbeat"))
def told(seen: Seen, station: KnownStation) -> None:
    """The mock answers with its time."""
    station.exchanges.told = seen.payload["currentTime"], seen.at
