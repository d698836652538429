"""The measurements of load tests: durations, parts of a run, and thresholds."""

from itertools import pairwise
from typing import Any

import pytest

from mock_csms.commands.fleet.output import as_table
from mock_csms.commands.fleet.progress import progress_line
from mock_csms.station.figures import BOOT, CALLS, FAILED, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.summary import greatest, shortcomings, smallest, summary, thresholds
from mock_csms.station.times import Times, merged, times_of
from mock_csms.watch.metrics import BUCKETS


def times(*seconds: float) -> Times:
    """Return these durations."""
    return times_of(seconds)


def measured() -> Figures:
    """Return the figures of a run of ten seconds, with 100 connections and two errors."""
    figures = Figures()
    for n in range(1, 101):
        figures.note("2.0.1", CONNECT, n / 1000)
    figures.note("1.6", BOOT, 0.007)
    figures.note("1.6", "StatusNotification", 0.002)
    figures.messages["1.6"] = 40
    figures.note_problem("1.6", FAILED, "cannot connect: Connection refused")
    figures.note_problem("2.0.1", FAILED, "cannot connect: Connection refused")
    figures.seconds = 10.0
    return figures


# Durations.


def test_percentiles() -> None:
    """A percentile is the smallest time within which this percentage was done, and None without values."""
    assert times(*(n / 1000 for n in range(1, 101))).percentiles((1, 50, 95, 99, 100)) == [1, 50, 95, 99, 100]
    assert times(0.007).percentiles((0.1, 99)) == [7, 7]
    assert Times().percentiles((50,)) == [None]
    assert merged([times(0.001, 0.002), times(0.003)]).percentile(100) == 3


def test_durations_are_rounded_up_to_three_digits() -> None:
    """Rounding keeps three digits, and makes no duration shorter."""
    assert times(0.0123449).percentile(50) == 12.4
    assert times(1.0001).percentile(50) == 1010
    assert times(0.0).percentile(50) == 0.000001
    assert times(0.1, 0.3).total == pytest.approx(0.4)


def test_buckets() -> None:
    """A duration is in a bucket exactly if it is not longer than the bound, also next to the bound."""
    assert times(*BUCKETS).up_to(BUCKETS) == [*range(1, len(BUCKETS) + 1)]
    assert times(*(bound * 1.0001 for bound in BUCKETS)).up_to(BUCKETS) == [*range(len(BUCKETS))]


# Parts of a run.


def test_parts_of_a_run() -> None:
    """A sample has the counts since the previous sample; percentiles of the last seconds ignore earlier values."""
    figures = Figures()
    figures.note("2.0.1", CONNECT, 0.9)
    figures.sample(1.0, 5)
    figures.note("2.0.1", CONNECT, 0.1)
    figures.note("2.0.1", BOOT, 0.2)
    figures.messages["2.0.1"] += 2
    figures.sample(2.0, 7)
    first, second = figures.samples
    assert (first.connections, first.messages, second.connections, second.messages) == (1, 0, 1, 2)
    assert figures.lately(CONNECT, 1.0).percentile(100) == 100
    assert figures.lately(CONNECT, 2.0).percentile(100) == 900
    assert figures.lately(CALLS, 9.0).percentile(100) == 200
    assert figures.took(CONNECT).count == 2


def test_a_long_run_has_longer_parts() -> None:
    """A run of any length has at most 600 parts of the same length, and their counts are complete."""
    figures = Figures()
    for second in range(1, 5001):
        figures.note("2.0.1", CONNECT, 0.01)
        figures.messages["2.0.1"] += 2
        figures.sample(float(second), 1)
    ends = [sample.at for sample in figures.samples]
    lengths = {later - earlier for earlier, later in pairwise(ends)}
    assert len(ends) <= 600
    assert max(lengths) <= 32
    rest = 5000 - ends[-1]
    assert sum(sample.connections for sample in figures.samples) == 5000 - rest
    assert sum(sample.times[CONNECT].count for sample in figures.samples) == 5000 - rest


@pytest.mark.parametrize(("end", "ends"), [(2.2, [1.0, 2.2]), (2.9, [1.0, 2.0, 2.9])])
def test_the_last_part_of_a_run(end: float, ends: list[float]) -> None:
    """The end of a run ends its last part; a very short one is joined with the part before."""
    figures = Figures()
    for second in (1.0, 2.0):
        figures.messages["1.6"] += 5
        figures.sample(second, 3)
    figures.messages["1.6"] += 1
    figures.seconds = end
    figures.sample(end, 0)
    assert [sample.at for sample in figures.samples] == ends
    assert sum(sample.messages for sample in figures.samples) == 11
    assert figures.samples[-1].wanted == 0


def test_an_ended_run_does_not_change() -> None:
    """After the end nothing is counted, because cancelled stations cause problems."""
    figures = measured()
    figures.note("1.6", CLOSE, 1.0)
    figures.note_problem("1.6", FAILED, "cancelled")
    assert (figures.took(CLOSE).count, figures.errors.total()) == (0, 2)


def test_a_server_cannot_make_up_any_number_of_problems() -> None:
    """At most 50 different problems are counted, and all others together."""
    figures = Figures()
    for n in range(80):
        figures.note_problem("2.0.1", FAILED, f"HTTP status {n}")
    assert (len(figures.errors), figures.errors.total()) == (51, 80)
    assert figures.errors["2.0.1", FAILED, "other problems"] == 30


# Results and thresholds.


def test_results() -> None:
    """The results have counts, rates, percentiles by name, problems, and the same of each version."""
    summed = summary(5, measured())
    assert (summed["stations"], summed["connections"], summed["connections_per_second"]) == (5, 100, 10.0)
    assert summed["connect_ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert (summed["boot_ms"]["p99"], summed["close_ms"]["p50"], summed["StatusNotification_ms"]["p50"]) == (7, None, 2)
    assert summed["errors"] == {"cannot connect: Connection refused": 2}
    assert (
        summed["ocpp_versions"]["1.6"] | {"connections": 0, "messages": 40, "errors": 1}
        == (summed["ocpp_versions"]["1.6"])
    )
    rows = [line.split() for line in as_table(summed).splitlines()]
    assert ["connect", "50.0", "95.0", "99.0"] in rows
    assert ["close", "-", "-", "-"] in rows
    assert ["1.6", "0", "1", "-", "7.0", "-"] in rows


GOOD = ["connect_ms.p95=95", "boot_ms.p99=7", "StatusNotification_ms.p50=2", "errors=2"]


def test_thresholds_that_are_met() -> None:
    """A figure that equals its threshold is good enough."""
    limits = thresholds([*greatest(GOOD), *smallest(["connections_per_second=10", "messages=40", "connect_ms.p50=50"])])
    assert [*shortcomings(summary(5, measured()), limits)] == []


def test_thresholds_that_are_not_met() -> None:
    """Each threshold that is not met gets a line; a time that was not measured does not meet a threshold."""
    limits = [
        *greatest(["connect_ms.p95=94.9", "close_ms.p50=1", "errors=1"]),
        *smallest(["connections_per_second=11"]),
    ]
    assert [*shortcomings(summary(5, measured()), thresholds(limits))] == [
        "2 x cannot connect: Connection refused",
        "connect_ms.p95 is 95; it must be at most 94.9",
        "close_ms.p50 is unknown; it must be at most 1",
        "connections_per_second is 10; it must be at least 11",
    ]


def test_without_thresholds_no_error_is_allowed() -> None:
    """An error fails a run without a threshold for errors; of two thresholds of a figure the later counts."""
    summed = summary(5, measured())
    assert [*shortcomings(summed, thresholds([]))] == ["2 x cannot connect: Connection refused"]
    assert [*shortcomings(summed, thresholds(greatest(["errors=0", "errors=9"])))] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("connect_ms.p95", "'connect_ms.p95' is not FIGURE=N"),
        ("connect_ms.p95=fast", "'fast' is not a number"),
        ("conect_ms.p95=1", "'conect_ms.p95' is not a figure, such as connect_ms.p95 or messages_per_second; did you"),
        ("connect_ms.p90=1", "'connect_ms.p90' is not a figure"),
        ("Reset_ms.p95=1", "'Reset_ms.p95' is not a figure"),
        ("stages=1", "'stages' is not a figure"),
    ],
)
def test_wrong_thresholds(text: str, problem: str) -> None:
    """A threshold without a number, or of a figure that no results have, is refused."""
    with pytest.raises(ValueError, match="is not") as raised:
        greatest([text])
    assert problem in str(raised.value)


# The line about a run that goes on.


def progress(**changes: Any) -> str:
    """Return the line about a run in its 83rd second."""
    figures = Figures()
    figures.connected["1.6"] = changes.get("connected", 87)
    figures.sample(82.0, 100)
    figures.messages["1.6"] = changes.get("messages", 981)
    for what in (CONNECT, BOOT, CLOSE):
        figures.note("1.6", what, 0.0123)
    figures.sample(83.0, 100)
    return progress_line(figures, 83.4, changes.get("total", 270.0))


def test_the_line_about_progress() -> None:
    """The line has the time, connected stations, the rate, errors, and 95th percentiles of the last seconds."""
    assert progress() == "1:23/4:30  87 up  981 msg/s  0 errors  p95 connect 12 answer 12 close 12 ms"
    assert progress(total=None).startswith("1:23  87 up  ")
    assert progress_line(Figures(), 0.0, None) == "0:00  0 up  0 msg/s  0 errors  p95 connect - answer - close - ms"


def test_the_line_fits_on_a_terminal() -> None:
    """The line is shorter than 80 characters, whatever the numbers are."""
    assert len(progress(connected=100_000, messages=1_000_000, total=36_000.0)) < 80
