"""The tables of the benchmarks: every row can be measured, and its verdict follows from its ratio."""

import pytest

from benchmarks.lab import NotRun, NotYet
from benchmarks.rounds import Outcome
from benchmarks.rows import GROUPS, MORE_ROWS, ROWS, US, Row
from benchmarks.verdicts import judge

LIMITS = {
    "tx": (1.3, 1.1),
    "heartbeat": (0.9, 0.7),
    "unchecked": (0.75, 0.6),
    "repeated": (3.0, 2.0),
    "records": (2.2, 1.6),
    "start": (1.2, 1.1),
    "answer": (1.4, 1.25),
    "memory-unchecked": (7.0, 6.0),
    "memory": (16.0, 10.0),
    "rpc": (1.0, 1 / 1.3),
    "16-values": (1.15, None),
    "16-heartbeat": (1.15, None),
    "16-status": (1.15, None),
    "21-tx": (1.15, None),
    "21-heartbeat": (1.15, None),
    "21-status": (1.15, None),
}
"""The limits and the goals of the ratios of these rows."""


def outcome(**figures: list[float]) -> Outcome:
    """Return an outcome with the figure `cpu` of each probe in each round."""
    return Outcome({name: [{"cpu": number} for number in numbers] for name, numbers in figures.items()})


def test_every_row_can_be_measured() -> None:
    """Each row has a unique name, and its figures come from probes of one group, so that they run alternately."""
    rows = [*ROWS, *MORE_ROWS]
    assert len({row.key for row in rows}) == len(rows)
    groups = [group.probes.keys() for group in GROUPS]
    for row in rows:
        probes = {figure.partition(".")[0] for figure in (row.ours, row.theirs) if isinstance(figure, str)}
        assert any(probes <= group for group in groups), row.key


def test_the_limits_of_rows() -> None:
    """The rows have the agreed limits, and the cost of messages is compared with the warm echo server."""
    assert {row.key: (row.must, row.goal) for row in ROWS if row.key in LIMITS} == LIMITS
    echoes = {str(row.theirs) for row in ROWS if row.key in ("tx", "heartbeat", "unchecked", "repeated", "records")}
    assert echoes == {"tx echo.warm", "heartbeat echo.warm"}


@pytest.mark.parametrize(
    ("ours", "word"), [([11.0, 10.0, 30.0], "goal"), ([13.0, 12.0, 1.0], "must"), ([14.0] * 3, "missed")]
)
def test_a_verdict_is_about_the_median(ours: list[float], word: str) -> None:
    """The verdict compares the median of all rounds with goal and limit; a lower ratio is better."""
    row = Row("key", "what", "on", "mock.cpu", "echo.cpu", US, 1.3, 1.1)
    verdict = judge(row, outcome(mock=ours, echo=[10.0, 10.0, 10.0]))
    assert (verdict.word, verdict.most) == (word, max(ours) / 10)


def test_rows_without_a_limit_or_a_measurement() -> None:
    """A row without limits is `for comparison`; a row that was not measured has the reason."""
    row = Row("key", "what", "on", "mock.cpu", 2.0, US)
    measured = judge(row, outcome(mock=[3.0]))
    assert (measured.word, measured.ratio) == ("for comparison", 1.5)
    for reason, word in ((NotRun("no compiler"), "not run: no compiler"), (NotYet("no flag"), "not yet")):
        assert judge(row, Outcome(missing={"mock": reason})).word == word
