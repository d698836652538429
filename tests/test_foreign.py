"""Recorded sessions of foreign stations: what `mock-csms check` finds, held to a table that judges each finding.

The table is by the requirements of OCPP, not by what the program says: see `traces/README.md`.
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
_FINDING = re.compile(r"^\S+ \S+ +finding (ERROR|WARNING|INFO) ([A-Z]\d\d) ", re.MULTILINE)


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
    """Return what the command finds in a trace: by check, the severities of its findings."""
    done = warm.run([*SERVER, "check", str(TRACES / f"{trace}.jsonl")], timeout=PATIENCE)
    assert done.returncode in (0, 1), done.stderr
    found: defaultdict[str, list[str]] = defaultdict(list)
    for severity, check in _FINDING.findall(done.stdout):
        found[check].append(severity)
    return found


def transactions_of(trace: str) -> int:
    """Return how many transactions a trace has: a check may find something once in each."""
    records = [orjson.loads(line) for line in (TRACES / f"{trace}.jsonl").read_bytes().splitlines()]
    told = [record.get("payload", {}) for record in records if record.get("action") == "TransactionEvent"]
    return len({payload["transactionInfo"]["transactionId"] for payload in told if "transactionInfo" in payload})


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_finding_is_right(row: Row) -> None:
    """Each mistake of the station is found, once; correct behaviour is not."""
    found = found_in(row.trace).get(row.check, [])
    if row.decision == "false":
        assert found == []
    elif row.decision == "info":
        assert {*found} == {"INFO"}
    elif row.decision == "once":
        deeds = transactions_of(row.trace) if row.check == "X13" else 1
        assert 1 <= len(found) <= deeds
    else:
        assert found != []


@pytest.mark.parametrize("trace", dict.fromkeys(row.trace for row in ROWS))
def test_each_finding_was_judged(trace: str) -> None:
    """No check finds something in a trace that the table does not judge: a new check adds its rows."""
    assert sorted(found_in(trace).keys() - {row.check for row in ROWS if row.trace == trace}) == []
