"""Recorded sessions of foreign stations: the findings of `mock-csms check`, compared with a table that judges each one.

The table follows the requirements of OCPP, not the output of the program: see `traces/README.md`.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from tests import warm
from tests.wire import PATIENCE, SERVER

TRACES = Path(__file__).parent / "traces"
_FINDING = re.compile(r"^\S+ \S+ +finding (ERROR|WARNING|INFO) (6?[A-Z]\d\d) ", re.MULTILINE)


class Row(NamedTuple):
    """A row of the table."""

    trace: str
    check: str
    verdict: str
    why: str
    decision: str
    because: str

    def __str__(self) -> str:
        return f"{self.trace}-{self.check}-{self.decision}"


def _rows() -> list[Row]:
    with (TRACES / "expected.tsv").open(encoding="utf-8", newline="") as file:
        return [Row(*row) for row in csv.reader(file, delimiter="\t")][1:]


ROWS = _rows()


@cache
def found_in(trace: str) -> Mapping[str, list[str]]:
    """Return the findings of `check` in a trace: the severities, by check."""
    done = warm.run([*SERVER, "check", str(TRACES / f"{trace}.jsonl")], timeout=PATIENCE)
    assert done.returncode in (0, 1), done.stderr
    found: defaultdict[str, list[str]] = defaultdict(list)
    for severity, check in _FINDING.findall(done.stdout):
        found[check].append(severity)
    return found


def transactions_of(trace: str) -> int:
    """Return how many transactions a trace has: a check may report each of them once."""
    records = [orjson.loads(line) for line in (TRACES / f"{trace}.jsonl").read_bytes().splitlines()]
    result = [record.get("payload", {}) for record in records if record.get("action") == "TransactionEvent"]
    return len({payload["transactionInfo"]["transactionId"] for payload in result if "transactionInfo" in payload})


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_findings_agree_with_the_table(row: Row) -> None:
    """Each mistake of the station is reported as the table says; correct behaviour is not reported."""
    found = found_in(row.trace).get(row.check, [])
    if row.decision == "false":
        assert found == []
    elif row.decision in ("info", "warning"):
        assert {*found} == {row.decision.upper()}
    elif row.decision == "once":
        deeds = transactions_of(row.trace) if row.check == "X13" else 1
        assert 1 <= len(found) <= deeds
    else:
        assert found != []


@pytest.mark.parametrize("trace", dict.fromkeys(row.trace for row in ROWS))
def test_each_finding_is_in_the_table(trace: str) -> None:
    """Each check with a finding in a trace has a row in the table: a new check must add its rows."""
    assert sorted(found_in(trace).keys() - {row.check for row in ROWS if row.trace == trace}) == []
