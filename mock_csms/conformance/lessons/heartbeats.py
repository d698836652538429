"""A shortcut for heartbeats in which no check can find anything, and for their answers, in any version."""

from mock_csms.conformance.facts.message_ids import NO_MARK
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.protocol.messages import Call

MANY_BEATS = 4
"""The number of early heartbeats in a row that B10 reports. Fewer of them may only serve to set the clock."""


def beats(call: Call, at: float, station: StationFacts) -> bool:
    """Return whether a typed heartbeat comes from an accepted station while nothing is open; if so, note its facts."""
    boots, connections = station.boots, station.connections
    if (
        not call.text.isascii()  # T11
        or connections.calls  # R06
        or boots.due  # B01
        or boots.status != "Accepted"  # B02, B03
        or boots.asked_for
        or boots.early_beats == MANY_BEATS - 1  # B10
        or station.unsound
        or not station.exchanges.ids.add(call.id, NO_MARK)  # R05
    ):
        return False
    connections.heard_at = at
    boots.note_beat(at)
    station.exchanges.note(at)
    return True


def note_time(at: float, told: str, station: StationFacts) -> None:
    """Note the time in an answer to a heartbeat; the answer was sent at `at`."""
    station.exchanges.called_at = at
    station.exchanges.sent_time = told, at
