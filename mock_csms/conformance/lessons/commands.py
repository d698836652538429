"""Learns the last answered command of each action, and the last one that the station agreed to."""

from mock_csms.conformance.facts.commands import AnsweredCommand
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, result

COMMANDS = Subject("commands")
_AGREED = {"Accepted", "Scheduled", "RebootRequired", "AcceptedCanceled"}


@COMMANDS.learn(result())
def answered(seen: Seen, station: StationFacts) -> None:
    """Note that a command is answered, and that the answer matches its schema."""
    given = AnsweredCommand(seen.at, seen.request, seen.payload, seen.id)
    station.commands.answered[seen.action] = given
    if given.status in _AGREED:
        station.commands.agreed[seen.action] = given
