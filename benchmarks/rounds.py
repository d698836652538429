"""Runs the probes alternately, and keeps their figures."""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.lab import Lab, NotRun
from benchmarks.probes import Figures
from benchmarks.rows import GROUPS, Group, Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of all runs of the probes."""

    figures: dict[str, list[Figures]] = field(default_factory=dict)
    """The figures of each run, by the name of the probe."""
    missing: dict[str, NotRun] = field(default_factory=dict)
    """Why a probe could not run, by its name."""


def measure(rows: Sequence[Row], rounds: int, lab: Lab) -> Outcome:
    """Run the probes that these rows need, group by group, `rounds` times each."""
    needed = {figure.partition(".")[0] for row in rows for figure in (row.ours, row.theirs) if isinstance(figure, str)}
    outcome = Outcome()
    for group in GROUPS:
        names = [name for name in group.probes if name in needed]
        if names:
            sys.stderr.write(f"measuring {', '.join(names)}\n")
            _take_turns(group, names, rounds, lab, outcome)
    return outcome


def _take_turns(group: Group, names: list[str], rounds: int, lab: Lab, outcome: Outcome) -> None:
    """Run the named probes of a group alternately. A probe that cannot run is not tried again."""
    for _ in range(rounds * group.repeats):
        for name in random.sample(names, len(names)):
            if name in outcome.missing:
                continue
            try:
                figures = group.probes[name](lab)
                outcome.figures.setdefault(name, []).append(figures)
            except NotRun as reason:
                outcome.missing[name] = reason
