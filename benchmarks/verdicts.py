"""Turns figures into ratios, pair by pair, and says whether they are what was asked for."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.lab import NotYet
from benchmarks.rounds import Outcome
from benchmarks.rows import Figure, Row


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row of the result. The medians are in the row's unit; all numbers are None where nothing was measured.

    `ratio` is the median of the ratios of the single runs, `least` and `most` are their spread.
    """

    row: Row
    word: str
    ours: float | None = None
    theirs: float | None = None
    ratio: float | None = None
    least: float | None = None
    most: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what `results.json` holds of it."""
        return asdict(self)


def judge(row: Row, outcome: Outcome) -> Verdict:
    """Return what came out for `row`."""
    for reason in (outcome.missing.get(str(figure).partition(".")[0]) for figure in (row.ours, row.theirs)):
        if reason is not None:
            return Verdict(row, "not yet" if isinstance(reason, NotYet) else f"not run: {reason}")
    ours = _runs(row.ours, outcome)
    theirs = _runs(row.theirs, outcome) if isinstance(row.theirs, str) else [row.theirs] * len(ours)
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    word = _word(row, median(ratios))
    return Verdict(row, word, median(ours), median(theirs), median(ratios), min(ratios), max(ratios))


def _runs(figure: Figure, outcome: Outcome) -> list[float]:
    probe, _, name = figure.partition(".")
    return [figures[name] for figures in outcome.figures[probe]]


def _word(row: Row, ratio: float) -> str:
    """Return the best of what the ratio reaches."""
    if row.goal is None and row.floor is None:
        return "for comparison"
    for word, asked in (("goal", row.goal), ("floor", row.floor)):
        if asked is not None and (ratio >= asked if row.more_is_better else ratio <= asked):
            return word
    return "below"
