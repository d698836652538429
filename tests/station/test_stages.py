"""The stages of load tests: how they are written, and when each station runs."""

import pytest

from mock_csms.station.loads import LOADS, with_load
from mock_csms.station.stages import Shift, Stage, duration, highest, shifts, stages, total, wanted

RAMP = stages("50:30s,50:1m,100:30s,100:2m,0:30s")


def test_stages_are_written_as_numbers_with_durations() -> None:
    """Each stage is a number of stations and a duration; durations have hours, minutes and seconds."""
    assert stages(" 5 : 10 , 0:1m30s") == (Stage(5, 10.0), Stage(0, 90.0))
    assert [duration(text) for text in ("0", "0.5", "2m", "1h1m1s", "1.5h")] == [0.0, 0.5, 120.0, 3661.0, 5400.0]
    assert (highest(RAMP), total(RAMP)) == (100, 270.0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is not N:DURATION, such as 50:30s"),
        ("50", "'50' is not N:DURATION"),
        ("50:30s,", "'' is not N:DURATION"),
        ("50:x", "'50:x' is not N:DURATION"),
        ("50:3x", "'3x' is not a duration, such as 30s or 1m30s"),
        ("50:1.2.3s", "'1.2.3' is not a number"),
        ("-1:3s", "'-1:3s' is not N:DURATION"),
        ("100001:1s", "'100001' is not between 0 and 100000"),
        ("0:1s,0:2s", "'0:1s,0:2s' has no stage with stations"),
    ],
)
def test_wrong_stages(text: str, problem: str) -> None:
    """A text that is not a list of stages is refused with the reason."""
    with pytest.raises(ValueError, match=r"is not|has no") as raised:
        stages(text)
    assert problem in str(raised.value)


def test_the_number_changes_evenly() -> None:
    """In each stage the number of stations changes evenly from that of the stage before to that of the stage."""
    found = [wanted(RAMP, at) for at in (0, 15, 30, 89, 105, 120, 200, 255, 270, 999)]
    assert found == [0, 25, 50, 50, 75, 100, 100, 50, 0, 0]
    assert [wanted(stages("4:0,4:9"), at) for at in (0, 8, 10)] == [4, 4, 4]


@pytest.mark.parametrize("text", ["50:30s,50:1m,100:30s,100:2m,0:30s", "7:0,3:4s,9:1s,9:1s", "5:10,0:10,5:0,5:5"])
def test_as_many_stations_run_as_are_wanted(text: str) -> None:
    """At every moment the number of running stations is the required number, rounded."""
    parsed = stages(text)
    all_shifts = [shift for n in range(highest(parsed)) for shift in shifts(parsed, n + 1)]
    for step in range(int(total(parsed) * 7)):
        at = step / 7 + 0.01
        running = sum(shift.begin <= at < (shift.end or 0) for shift in all_shifts)
        assert abs(running - wanted(parsed, at)) <= 0.5 + 1e-9, at


def test_a_station_can_run_twice() -> None:
    """A station begins and ends when the number crosses its own, and ends with the last stage at the latest."""
    parsed = stages("5:10,0:10,5:10")
    assert shifts(parsed, 1) == [Shift(1.0, 19.0), Shift(21.0, 30.0)]
    assert shifts(parsed, 5) == [Shift(9.0, 11.0), Shift(29.0, 30.0)]
    assert shifts(stages("2:0,2:3"), 2) == [Shift(0.0, 3.0)]


def test_a_ready_load_test_stands_for_flags() -> None:
    """A flag on the command line replaces the same flag of the load test; thresholds are added to each other."""
    light = with_load({"load": "LIGHT"})
    assert (light["stages"], light["churn"]) == (LOADS["light"]["stages"], True)
    own = with_load({"load": "light", "stages": "3:1s", "send": ["Heartbeat"], "max": ["errors=5"]})
    assert (own["stages"], own["send"]) == ("3:1s", ["Heartbeat"])
    assert own["max"] == [*LOADS["light"]["max"], "errors=5"]
    assert "stages" not in with_load({"load": "light", "count": "3"})
    assert with_load({"count": "3"}) == {"count": "3"}


def test_the_ready_load_tests() -> None:
    """Three have 25, 50 and 100 stations for 2, 3 and 5 minutes; the fourth has the stages of the well-known test."""
    found = {name: (highest(stages(row["stages"])), total(stages(row["stages"]))) for name, row in LOADS.items()}
    assert found == {"light": (25, 120.0), "medium": (50, 180.0), "heavy": (100, 300.0), "ramp": (100, 270.0)}
