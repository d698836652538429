"""How findings are reported: lines, events, summary, JUnit, exit status; live and from a recorded trace."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from tests import warm
from tests.raw import logged, until
from tests.verdicts import Run
from tests.wire import BOOT, PATIENCE, SERVER, transaction

ROOT = Path(__file__).parent.parent
FAULT = "transaction TX-1 ended with seqNo 1, but continues with 2"
EVENTS = [("Started", 0), ("Ended", 1), ("Updated", 2), ("Updated", 3)]


async def misbehave(*flags: str, events: list[tuple[str, int]] = EVENTS) -> tuple[int, str, str]:
    """Let a station continue an ended transaction; return the exit status, the report and the log."""
    async with await asyncio.to_thread(Run, "--checks=X05", *flags) as mock:
        async with mock.station() as station:
            for number, (kind, seq_no) in enumerate(events):
                payload = transaction(kind, seqNo=seq_no)
                await station.send([2, f"m{number}", "TransactionEvent", payload])
                await station.expect(3)
        if mock.process.poll() is None:
            mock.process.terminate()
        status, report = await mock.ended()
        return status, report, mock.log


async def test_where_a_finding_is_reported(tmp_path: Path) -> None:
    """Log line, event and summary have station, check, requirement, severity and problem; the status is 0."""
    status, report, log = await misbehave("--events", str(tmp_path / "events"))
    lines = re.findall(r"^\S+ CS-1 +finding ERROR (.*)$", log, re.MULTILINE)
    assert lines == [f"X05 (E06): {FAULT}", f"X05 (E06): {FAULT[:-1]}3"]
    events = [orjson.loads(line) for line in (tmp_path / "events").read_bytes().splitlines()]
    first = next(event for event in events if event["event"] == "Finding")
    about = {"check": "X05", "requirement": "E06", "severity": "error", "problem": FAULT, "messages": ["m2"]}
    assert {key: first[key] for key in about} == about
    place = [event["event"] for event in events].index("Finding")
    assert (events[place - 1]["event"], events[place - 1]["messageId"]) == ("Received", "m2")
    assert re.search(r"^CS-1 +X05 +E06 +error +2 +m2 m3$", report, re.MULTILINE)
    assert status == 0


@pytest.mark.parametrize(
    ("flags", "expected", "status", "verdict"),
    [
        ("--fail-on-findings=error", "", 1, "failed: findings of severity error: 2"),
        ("--fail-on-findings=warning", "", 1, "failed: findings of severity warning or error: 2"),
        ("--fail-on-findings=error --checks=none", "", 0, "passed: no finding of severity error"),
        ("--fail-on-findings=error", "X05", 0, "passed: no finding of severity error besides the expected ones"),
        (
            "--fail-on-findings=error",
            "X05@CS-? # known\n",
            0,
            "passed: no finding of severity error besides the expected ones",
        ),
        ("--fail-on-findings=error", "X05@OTHER", 1, "expected, but not found: X05@OTHER"),
        ("--fail-on-findings=error --expect=TransactionEvent*4", "", 1, "failed: findings of severity error: 2"),
        ("--fail-on-findings=error --expect=Heartbeat", "X05", 1, "failed: 0 of 1 expectations met"),
    ],
)
async def test_findings_fail_a_run(tmp_path: Path, flags: str, expected: str, status: int, verdict: str) -> None:
    """With --fail-on-findings the status is 1, except for expected findings; a missing expected finding fails too."""
    words = flags.split()
    if expected:
        (tmp_path / "known").write_text(expected)
        words.append(f"--expected-findings={tmp_path / 'known'}")
    ended, report, _ = await misbehave(*words)
    assert (ended, verdict in report) == (status, True), report


async def test_a_good_run_passes() -> None:
    """Without a finding the status is 0, and the report says so."""
    status, report, _ = await misbehave("--fail-on-findings=error", events=EVENTS[:2])
    assert (status, report) == (
        0,
        "1 check judged, 0 not exercised, 0 findings\npassed: no finding of severity error\n",
    )


async def test_a_run_without_a_station() -> None:
    """Without a station the status is 4, as nothing was judged."""
    async with await asyncio.to_thread(Run, "--fail-on-findings=error") as mock:
        mock.process.terminate()
        assert (await mock.ended())[0] == 4


async def test_findings_have_their_own_suite(tmp_path: Path) -> None:
    """JUnit has a suite with a case for every check, next to the suite of the expectations."""
    file = tmp_path / "report.xml"
    await misbehave("--fail-on-findings=error", "--expect=TransactionEvent*4..", f"--junit={file}")
    suites: Any = ElementTree.parse(file).getroot()
    assert [(suite.attrib["name"], suite.attrib["failures"]) for suite in suites] == [
        ("mock-csms", "0"),
        ("conformance", "1"),
    ]
    (case,) = suites[1]
    assert case.attrib["name"].startswith("X05 ")
    assert case[0].attrib["message"] == f"CS-1: {FAULT} (2 times)"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    done = warm.run([*SERVER, *arguments], timeout=PATIENCE)
    assert "Traceback" not in done.stderr, done.stderr
    return done


async def test_check_agrees_with_the_run(tmp_path: Path) -> None:
    """`check` gives the findings, times, summary, verdict, JUnit and exit status of the run."""
    trace = tmp_path / "trace.jsonl"
    _, report, log = await misbehave("--fail-on-findings=error", f"--trace={trace}")
    done = run("check", str(trace), "--checks=X05", "--fail-on-findings=error", f"--junit={tmp_path / 'junit'}")
    result = re.findall(r"^(\S+ CS-1 +finding .*)$", log, re.MULTILINE)
    assert re.findall(r"^(\S+ CS-1 +finding .*)$", done.stdout, re.MULTILINE) == result
    assert done.stdout.endswith(report)
    assert (done.returncode, done.stderr) == (1, "")
    assert ElementTree.parse(tmp_path / "junit").getroot()[0].attrib["failures"] == "1"
    assert run("check", str(trace), "--checks=X05").returncode == 0
    assert run("check", str(trace), "--checks=none", "--fail-on-findings=error").returncode == 0


async def test_a_trace_without_frames_is_judged_too(tmp_path: Path) -> None:
    """Traces of other tools without frames and without our fields are judged too."""
    trace = tmp_path / "trace.jsonl"
    await misbehave(f"--trace={trace}")
    records = [orjson.loads(line) for line in trace.read_bytes().splitlines()]
    bare = [{key: part for key, part in record.items() if key not in ("raw", "meta")} for record in records]
    trace.write_bytes(b"\n".join(map(orjson.dumps, bare)))
    assert f"X05 (E06): {FAULT}" in run("check", str(trace), "--checks=X05").stdout


def test_the_table_of_checks() -> None:
    """`checks` prints a line for each check."""
    done = run("checks")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^X05 +2.0.1 +E06 +error +transactions +no event follows Ended", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", ["server.py checks", "-m mock_csms.station misbehaviours"])
def test_a_closed_pipe(command: str) -> None:
    """A closed pipe, as with `| head`, causes no error output."""
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, *command.split()]
    done = subprocess.run(
        words, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False, cwd=ROOT
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--checks=X055", "'X055' is neither a check nor a group of checks; did you mean 'X05'?"),
        ("--checks=", "'' is neither a check"),
        ("--checks=all,-transaction", "did you mean 'transactions'?"),
        ("--tolerance=-1", "--tolerance: "),
        ("--fail-on-findings=info", "--fail-on-findings: 'info'"),
        ("--expected-findings=FILE", "file: line 2: 'X055' is not a check; did you mean 'X05'?"),
        ("--expected-findings=nowhere", "nowhere"),
        ("--junit=x.xml", "--junit needs --expect or --forbid or --fail-on-findings"),
        ("check nowhere", "nowhere: No such file"),
        ("check FILE", "line 1 is not a record of the OCPP trace format 1.1"),
        ("check", "TRACE"),
        ("chekc", "'chekc' is neither a flag nor a subcommand; did you mean 'check'?"),
        ("checks --port=1", "--port"),
    ],
)
def test_bad_input(tmp_path: Path, words: str, complaint: str) -> None:
    """Bad input gets one line with the mistake and what was probably meant, and status 2."""
    (tmp_path / "file").write_text("X05\nX055\n")
    done = run(*words.replace("FILE", str(tmp_path / "file")).split(" "))
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "some", "others"),
    [
        ("all", "X05", ""),
        ("none", "", "X05"),
        ("X05", "X05", ""),
        ("X", "X05", ""),
        ("transactions,-X05", "", "X05"),
        ("-X", "", "X05"),
        ("all,-X05,X", "X05", ""),
    ],
)
def test_a_selection(text: str, some: str, others: str) -> None:
    """Ids, letters and subjects add checks to the selection, in order; with a `-` they remove them."""
    from mock_csms.conformance.selection import select

    chosen = {check.id for check in select(text)}
    assert (some in chosen or not some, others not in chosen) == (True, True)


FRAMES: list[str | bytes] = [
    "junk",
    "",
    '[2,"a","Heartbeat"]',
    '[9,"b",{}]',
    '[3,"c",{}]',
    '[4,"d","Odd","",{}]',
    '[4,"e"]',
    '[2,5,"Heartbeat",{}]',
    '[2,"f","Heartbeat",{"x":null}]',
    '[2,"f","Heartbeat",{}]',
    '[2,"g","Nonsense",{}]',
    '[2,"n","Heartbeat",{"customData":null}]',
    '[2,"l","Heartbeat",{"x":1}]',
    '[2,"h","Heartbeat",{}]é',
    b'[2,"i","Heartbeat",{}]',
    b'[2,"j","Heartb\xff"',
    '[2,"k","StatusNotification",{"timestamp":"now","connectorStatus":"Available","evseId":0,"connectorId":1}]',
]


async def test_odd_frames_in_a_trace(tmp_path: Path) -> None:
    """`check` reports malformed messages, schema violations, binary frames and unanswered commands like the run."""
    trace, events = tmp_path / "trace.jsonl", tmp_path / "events"
    flags = ("--commands=ClearCache:0", "--call-timeout=0.3", "--fault", "Heartbeat*1", "truncate")
    async with await asyncio.to_thread(Run, f"--trace={trace}", f"--events={events}", *flags) as mock:
        for _ in range(2):
            async with mock.station() as station:
                await until(logged(mock, "ClearCache +WARNING|no answer within"))
                for frame in FRAMES:
                    await station.send(frame)
                await station.send([2, "last", "BootNotification", BOOT])
                while '"last"' not in str(await asyncio.wait_for(station.socket.recv(), PATIENCE)):
                    pass
        mock.process.terminate()
        await mock.ended()
    live = [orjson.loads(line) for line in events.read_bytes().splitlines()]
    result = [(each["check"], each["problem"]) for each in live if each["event"] == "Finding"]
    again = re.findall(
        r"finding \w+ (\w\d\d) \(.*?\): (.*?)(?: \(\w+, not .*\))?$", run("check", str(trace)).stdout, re.MULTILINE
    )
    unseen = {"T10", "T12", "T14", "T22"}
    assert sorted(again) == sorted(each for each in result if each[0] not in unseen)
    assert {"R01", "R02", "R03", "R04", "R05", "R07", "R08", "R09", "R10", "R11", "R13", "R18", "T11"} <= dict(
        result
    ).keys()
