"""Writes the results: a table for people, and `results.json` for programs."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.lab import Scale
from benchmarks.rounds import Outcome
from benchmarks.verdicts import Verdict

RESULTS = Path(__file__).parent / "results.json"
_BUSY = 0.9
"""If the load generator uses more than this share of its core, it may limit the rate."""
_HEAD = ("what", "measured on", "must", "goal", "ratio", "spread", "medians", "verdict")


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the table, in Markdown with aligned columns."""
    cells = [_HEAD, *(_cells(verdict) for verdict in verdicts)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def warnings(outcome: Outcome) -> Iterable[str]:
    """Yield a warning for each probe whose rate the load generator may have limited."""
    for name, runs in outcome.figures.items():
        busiest = max(figures.get("load", 0) for figures in runs)
        if busiest > _BUSY:
            yield f"the load generator was busy for {busiest:.0%} of a run of {name}"


def write(verdicts: Sequence[Verdict], outcome: Outcome, rounds: int, scale: Scale) -> None:
    """Write `results.json`: the machine, the versions, the rows, and every figure of every run."""
    content = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": _machine(),
        "versions": _versions(),
        "rounds": rounds,
        "scale": {name: getattr(scale, name) for name in scale.__slots__},
        "rows": [verdict.as_json() for verdict in verdicts],
        "runs": outcome.figures,
    }
    RESULTS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cells(verdict: Verdict) -> tuple[str, ...]:
    row = verdict.row
    ratio, spread, medians = "", "", ""
    if verdict.ratio is not None:
        ratio, spread = _short(verdict.ratio), f"{_short(verdict.least)}-{_short(verdict.most)}"
        medians = f"{_short(verdict.ours)} / {_short(verdict.theirs)} {row.unit}"
    return row.what, row.measured_on, _short(row.must), _short(row.goal), ratio, spread, medians, verdict.word


def _short(number: float | None) -> str:
    """Write a number with three significant digits; nothing for None."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _machine() -> dict[str, Any]:
    processor = next(iter(_lines("/proc/cpuinfo", "model name")), platform.processor())
    return {
        "system": platform.platform(),
        "processor": processor,
        "cores": os.cpu_count(),
        "load average": os.getloadavg(),
    }


def _lines(path: str, name: str) -> Iterable[str]:
    """Return the values of `name` in a system file with lines `name : value`."""
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line.partition(":")[2].strip() for line in lines if line.startswith(name)]


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in ("websockets", "ocpp", "orjson", "jsonschema-rs")}
    return {"python": platform.python_version(), **libraries, "node": _node()}


def _node() -> str:
    try:
        return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "none"
