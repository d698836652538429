"""Load tests in virtual time: which stations are connected at which time, and how often they send calls."""

from itertools import pairwise

from mock_csms.protocol.messages import Call
from mock_csms.twin.events import Connected, Disconnected, Received
from tests.station.bench import NOW
from tests.station.rig import Stand
from tests.test_station_uses import settings_of, use

CHOSEN = ("Authorize", "DataTransfer")
"""The calls that stations are to send."""


def played(flags: str) -> Stand:
    """Run a load test to its end, and return the mock with its events."""
    with Stand() as stand:
        assert stand.do(use(stand, settings_of(flags))) == 0
    return stand


def times(stand: Stand, kind: type[Connected | Disconnected]) -> dict[str, list[int]]:
    """Return when each station connected or disconnected, in whole seconds after the beginning."""
    found: dict[str, list[int]] = {}
    for event in stand.events:
        if isinstance(event, kind):
            found.setdefault(event.station, []).append(round(event.at - NOW))
    return found


def test_the_number_of_stations_follows_the_stages() -> None:
    """Stations connect evenly in a stage with more of them, and disconnect in the reverse order in one with fewer.

    A station that is wanted again connects again.
    """
    stand = played("--stages 4:40s,4:20s,0:40s,1:10,1:10")
    assert times(stand, Connected) == {"CS-0001": [5, 105], "CS-0002": [15], "CS-0003": [25], "CS-0004": [35]}
    assert times(stand, Disconnected) == {"CS-0001": [95, 120], "CS-0002": [85], "CS-0003": [75], "CS-0004": [65]}
    assert stand.found == []


def test_the_pause_between_calls() -> None:
    """A station that stays sends the chosen calls in turn, each after the pause; the versions take turns."""
    stand = played("--stages 2:0,2:99s --ocpp 1.6,2.0.1 --send Authorize --send DataTransfer --pause 4000")
    sent: dict[str, list[tuple[str, float]]] = {}
    for event in stand.events:
        if isinstance(event, Received) and isinstance(event.message, Call) and event.message.action in CHOSEN:
            sent.setdefault(event.station, []).append((event.message.action, event.at))
    assert sorted(sent) == ["CS-0001", "CS-0002"]
    for calls in sent.values():
        assert [action for action, _ in calls] == [*CHOSEN] * 12
        assert {round(later - earlier) for (_, earlier), (_, later) in pairwise(calls)} == {4}
    versions = {event.station: event.version.name for event in stand.events if isinstance(event, Connected)}
    assert versions == {"CS-0001": "1.6", "CS-0002": "2.0.1"}
