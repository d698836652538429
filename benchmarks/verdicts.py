"""Calculates the ratios of figures, and compares them with their limits and goals."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.lab import NotYet
from benchmarks.rounds import Outcome
from benchmarks.rows import Figure, Row


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a row. All numbers are None if nothing was measured."""

    row: Row
    word: str
    """`goal`, `must`, `missed`, `for comparison`, `not yet`, or `not run: …`."""
    ours: float | None = None
    """The median of our figure, in the unit of the row."""
    theirs: float | None = None
    """The median of their figure."""
    ratio: float | None = None
    """The median of the ratios of all rounds."""
    least: float | None = None
    """The lowest of these ratios."""
    most: float | None = None
    """The highest of these ratios."""

    def as_json(self) -> dict[str, Any]:
        """Return it as an entry of `results.json`."""
        return asdict(self)


def judge(row: Row, outcome: Outcome) -> Verdict:
    """Return the verdict on a row."""
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
    """Return `goal` if the ratio reaches the goal, `must` if it only reaches the limit, and otherwise `missed`."""
    if row.goal is None and row.must is None:
        return "for comparison"
    for word, highest in (("goal", row.goal), ("must", row.must)):
        if highest is not None and ratio <= highest:
            return word
    return "missed"
