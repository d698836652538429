"""Measures the mock and prints a table. Without --only it also writes `results.json` and the table of README.md.

The exit status does not depend on the ratios.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import load, report
from benchmarks.lab import FULL, QUICK, Lab
from benchmarks.messages import CONFIGURATIONS
from benchmarks.rounds import measure
from benchmarks.rows import MORE_ROWS, ROWS
from benchmarks.verdicts import judge
from scripts import docs


def main() -> None:
    """Run the measurements that the command line asks for."""
    asked = _parse()
    rows = [row for row in (*ROWS, *MORE_ROWS) if row.key.startswith(tuple(asked.only))] if asked.only else ROWS
    scale = QUICK if asked.quick else FULL
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mock-csms-bench-") as name:
        folder = Path(name)
        _allow_many_connections()
        for file, text in CONFIGURATIONS.items():
            (folder / file).write_text(text, encoding="utf-8")
        outcome = measure(rows, asked.rounds, Lab(folder, scale, load.build(folder)))
    verdicts = [judge(row, outcome) for row in rows]
    notes = "".join(f"Note: {warning}.\n" for warning in report.warnings(outcome))
    lasted = time.perf_counter() - began
    sys.stdout.write(f"{report.table(verdicts)}\n{notes}{asked.rounds} rounds in {lasted:.0f} s\n")
    if not asked.only:
        report.write(verdicts, outcome, asked.rounds, scale)
        docs.update()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    keys = ", ".join(row.key for row in (*ROWS, *MORE_ROWS))
    only = f"only rows whose names begin with these words, and write no file: {keys}"
    parser.add_argument("--only", nargs="+", metavar="NAME", help=only)
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="how often each row is measured (default: 5)"
    )
    parser.add_argument("--quick", action="store_true", help="short runs and few stations, to see that it works")
    return parser.parse_args()


def _allow_many_connections() -> None:
    """Raise the limit of open files to the maximum of the system; child processes inherit it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
