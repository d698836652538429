"""The results of expectations during a run and at its end: events, console, JUnit and status agree."""

import re
import shlex
from contextlib import AsyncExitStack
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from tests.pace import turns
from tests.verdicts import Run, play, slower

SOON = "--within 0.6"

CASES = f"""
--expect connect*0                        | CS-1:          | connect*0 exceeded CS-1
--expect connect*1 {SOON}                 | CS-1:          | connect*1 met CS-1
--expect Heartbeat*0 {SOON}               | boot           | Heartbeat*0 met CS-1
--expect Heartbeat*0..2 {SOON}            | beat beat      | Heartbeat*0..2 met CS-1
--expect Heartbeat*0..1 {SOON}            | beat beat beat | Heartbeat*0..1 exceeded CS-1
--expect Heartbeat*2                      | beat TERM      | Heartbeat*2 missed CS-1
--expect Heartbeat*2 --expect connect     | beat beat TERM | connect met CS-1, Heartbeat*2 met CS-1
--expect Heartbeat --expect Authorize     | beat TERM      | Heartbeat met CS-1, Authorize missed CS-1
--expect disconnect                       | boot TERM      | disconnect missed CS-1
--expect Heartbeat                        | A: beat        | Heartbeat met A
--expect Heartbeat*1                      | A: beat B: TERM | Heartbeat*1 met A
--expect Heartbeat*2..                    | A: beat B: TERM | Heartbeat*2.. missed A, Heartbeat*2.. missed B
--expect Heartbeat@X                      | A: beat TERM   | Heartbeat@X missed
--expect Heartbeat                        | TERM           | Heartbeat missed
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(("flags", "transcript", "wanted"), ROWS)
async def test_an_outcome_is_reported_once(tmp_path: Path, flags: str, transcript: str, wanted: str) -> None:
    """The final result of an expectation is reported once per station, and all records agree."""
    for turn in turns():
        with turn as pace:
            await assert_reported(tmp_path, slower(flags, pace), transcript, wanted)


async def assert_reported(tmp_path: Path, flags: str, transcript: str, wanted: str) -> None:
    """Check that these results are reported."""
    events, junit = tmp_path / "events", tmp_path / "junit"
    words = ["--events", str(events), "--junit", str(junit), *shlex.split(flags)]
    async with Run(*words) as mock, AsyncExitStack() as stack:
        await play(mock, transcript, stack)
        status, _ = await mock.ended()
        log = mock.log
    result = [event for event in map(orjson.loads, events.read_bytes().splitlines()) if event["event"] == "Judged"]
    assert [f"{each['expectation']} {each['outcome']} {each['station']}".strip() for each in result] == wanted.split(
        ", "
    )
    said = re.findall(r"^\S+ (\S+) +(met|exceeded|missed) +(?:WARNING: )?(\S+)$", log, re.MULTILINE)
    assert said == [(each["station"] or "-", each["outcome"], each["expectation"]) for each in result]
    failed = {each["expectation"] for each in result if each["outcome"] != "met"}
    assert {case.attrib["name"] for case in ElementTree.parse(junit).getroot().iter("testcase") if len(case)} == failed
    assert (status == 0) == (not failed)
