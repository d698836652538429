"""Learns which time the mock told the station in its answers."""

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, response

TOLD_TIME = Subject("told time")


@TOLD_TIME.learn(response("BootNotification", "Heartbeat"))
def told(seen: Seen, station: KnownStation) -> None:
    """The answer of the mock has the time."""
    station.exchanges.told = seen.payload["currentTime"], seen.at
