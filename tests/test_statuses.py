"""Exit statuses of runs; no line and no report claims more than was judged."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mock_csms.watch.statuses import Status, gravest
from tests.raw import logged, refused, run, until
from tests.verdicts import Run
from tests.wire import BOOT, PATIENCE, SERVER, transaction

ROOT = Path(__file__).parent.parent
COUNTED = re.compile(r"^(\d+) checks? judged, (\d+) not exercised, (\d+) findings?$", re.MULTILINE)


def suites(path: Path) -> dict[str, dict[str, list[ElementTree.Element]]]:
    """Return the result of every JUnit case, by suite and name; the counts must be those of the cases."""
    found: dict[str, dict[str, list[ElementTree.Element]]] = {}
    root = ElementTree.parse(path).getroot()
    for suite in root:
        cases = {case.attrib["name"]: list(case) for case in suite}
        tags = [child.tag for case in suite for child in case]
        counted = {kind: suite.attrib[kind] for kind in ("failures", "errors", "skipped")}
        kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
        assert counted == {name: str(tags.count(tag)) for name, tag in kinds.items()}
        found[suite.attrib["name"]] = cases
    return found


def tags(cases: dict[str, list[ElementTree.Element]], id_: str) -> list[str]:
    """Return the tags of the JUnit case of a check."""
    return [child.tag for name, children in cases.items() if name.startswith(f"{id_} ") for child in children]


def test_which_status_wins() -> None:
    """The worst status wins, in this order: forced, not written, wrong input, failed, nothing judged, passed."""
    order = [Status(number) for number in (130, 3, 2, 1, 4, 0)]
    assert set(Status) == set(order)
    for at, status in enumerate(order):
        assert gravest(*reversed(order[at:])) is status
    assert gravest() is Status.FINE


@pytest.mark.parametrize(
    "flags",
    [
        "--fail-on-findings=error",
        "--forbid=Authorize",
        "--expect=Heartbeat",
        "--fail-on-findings=error --expect=Heartbeat*0..3 --forbid=Authorize",
    ],
)
async def test_no_station_is_status_4(tmp_path: Path, flags: str) -> None:
    """Without a station the status is 4, JUnit has an error, and no line says passed."""
    report = tmp_path / "report.xml"
    async with await asyncio.to_thread(Run, *flags.split(), f"--junit={report}") as mock:
        mock.process.terminate()
        status, result = await mock.ended()
        assert (status, "passed" in result + mock.log) == (4, False), result
    cases = [case for suite in suites(report).values() for case in suite.values()]
    assert "error" in [child.tag for children in cases for child in children]
    assert [children for children in cases if not children] == []


async def test_a_bare_server_has_nothing_to_judge() -> None:
    """Without flags for a verdict a signal ends the mock with status 0."""
    async with await asyncio.to_thread(Run) as mock:
        mock.process.terminate()
        assert (await mock.ended())[0] == 0


async def test_checks_without_an_occasion_are_not_exercised(tmp_path: Path) -> None:
    """A station that only boots exercises the checks of boots and messages; JUnit skips and counts the others."""
    report = tmp_path / "report.xml"
    async with await asyncio.to_thread(Run, "--fail-on-findings=error", f"--junit={report}") as mock:
        async with mock.station() as station:
            now = (await station.ask("BootNotification", BOOT))["currentTime"]
            await station.ask("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": now})
        mock.process.terminate()
        status, result = await mock.ended()
    found = COUNTED.search(result)
    assert status == 0
    assert found is not None, result
    cases = suites(report)["conformance"]
    skipped = [name for name, children in cases.items() if [child.tag for child in children] == ["skipped"]]
    assert (len(cases) - len(skipped), len(skipped)) == (int(found[1]), int(found[2]))
    judged = {id_ for id_ in ("T01", "T09", "R01", "R10", "R18", "B01", "B11") if tags(cases, id_) == []}
    assert judged == {"T01", "T09", "R01", "R10", "R18", "B01", "B11"}
    unjudged = ["X01", "X05", "M02", "G01", "L01", "K04", "T05", "V16", "R13", "R07", "R08", "B04", "B19", "F02", "A02"]
    assert [id_ for id_ in unjudged if tags(cases, id_) != ["skipped"]] == []


async def test_no_exercised_check_is_no_pass(tmp_path: Path) -> None:
    """If a station connected, but exercised no selected check, the status is 4."""
    report = tmp_path / "report.xml"
    flags = ("--checks=L01,K04", "--fail-on-findings=error", f"--junit={report}")
    async with await asyncio.to_thread(Run, *flags) as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
        mock.process.terminate()
        status, result = await mock.ended()
    assert (status, "passed" in result, COUNTED.findall(result)) == (4, False, [("0", "2", "0")])
    assert [tags(suites(report)["conformance"], id_) for id_ in ("L01", "K04")] == [["skipped"], ["skipped"]]


@pytest.mark.parametrize(("expect", "status"), [("Heartbeat", 1), ("Authorize", 1)])
async def test_passed_only_with_status_0(expect: str, status: int) -> None:
    """If either of two verdicts fails, no line says passed."""
    flags = ("--checks=X05", "--fail-on-findings=error", f"--expect={expect}", "--within=60")
    async with await asyncio.to_thread(Run, *flags) as mock, mock.station() as station:
        for number, kind in enumerate(("Started", "Ended", "Updated")):
            await station.call("TransactionEvent", transaction(kind, seqNo=number))
        await station.call("Heartbeat")
        if mock.process.poll() is None:
            mock.process.terminate()
        ended, result = await mock.ended()
    assert (ended, "passed" in result, "X05" in result) == (status, False, True), result


# Records that could not be written.

FILES = ("trace", "events", "diagram", "junit")


@pytest.mark.parametrize("flag", FILES)
@pytest.mark.parametrize("verdict", [True, False])
async def test_a_full_disk_is_status_3(flag: str, verdict: bool) -> None:
    """On a full disk the mock continues; the status is 3, the last line names the file, and no line says passed."""
    wanted = ["--expect=Heartbeat*3.."] if verdict or flag == "junit" else []
    async with await asyncio.to_thread(Run, f"--{flag}=/dev/full", *wanted) as mock:
        async with mock.station() as station:
            for _ in range(3):
                await station.ask("Heartbeat")
            if not wanted:
                mock.process.terminate()
        status, result = await mock.ended()
        lines = (mock.log + result).splitlines()
        assert (status, "passed" in result) == (3, False), result
        last = result.splitlines()[-1]
        assert ("/dev/full is incomplete" in last, len(lines) > 3) == (True, True), lines


@pytest.mark.parametrize("flag", FILES)
@pytest.mark.parametrize("how", ["removed", "replaced", "folder"])
async def test_a_removed_record_is_status_3(tmp_path: Path, flag: str, how: str) -> None:
    """If a record, or its folder, was removed or replaced, the status is 3."""
    (tmp_path / "records").mkdir()
    file = tmp_path / "records" / flag
    wanted = ("--forbid=Authorize",)
    async with await asyncio.to_thread(Run, f"--{flag}={file}", *wanted) as mock:
        async with mock.station() as station:
            await station.ask("Heartbeat")
            if how == "folder":
                (tmp_path / "records").rename(tmp_path / "elsewhere")
            else:
                file.unlink()
            if how == "replaced":
                file.write_text("another file")
            await station.ask("Heartbeat")
        mock.process.terminate()
        status, result = await mock.ended()
    last = result.splitlines()[-1]
    assert (status, "passed" in result, f"{file} is incomplete" in last) == (3, False, True), result


async def test_a_removed_trace_is_reported_during_the_run(tmp_path: Path) -> None:
    """A removed trace is reported while the run continues."""
    file = tmp_path / "trace"
    async with await asyncio.to_thread(Run, f"--trace={file}") as mock, mock.station() as station:
        await station.ask("Heartbeat")
        file.unlink()
        await until(logged(mock, f"writing {file} has stopped: the file was removed"))
        await station.ask("Heartbeat")


async def test_unsaved_state_is_status_3(tmp_path: Path) -> None:
    """If --state-dir could not save everything, the status is 3, and the last line says so."""
    async with await asyncio.to_thread(Run, f"--state-dir={tmp_path / 'state'}") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            for file in (tmp_path / "state").iterdir():
                file.unlink()
            await station.call("TransactionEvent", transaction("Started"))
        mock.process.terminate()
        status, result = await mock.ended()
        assert (status, "state is incomplete" in result.splitlines()[-1]) == (3, True), result


@pytest.mark.parametrize("flags", [["--forbid=Authorize"], ["--checks=none"]])
def test_a_report_that_cannot_be_written_is_status_3(flags: list[str]) -> None:
    """If stdout is on a full disk, the status is 3, with one line and no traceback."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*SERVER, "--port=0", "--duration=0.1", *flags],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    assert (ended.returncode, "Traceback" in ended.stderr) == (3, False), ended.stderr
    assert "No space left" in ended.stderr.splitlines()[-1]


# Two flags for one file.

OUTPUTS = (*FILES, "ready-file")


def links(folder: Path, how: str) -> tuple[str, str]:
    """Return two names of one file."""
    file = folder / "file"
    other: dict[str, Any] = {
        "same": lambda: str(file),
        "dot": lambda: f"{folder}/./file",
        "up": lambda: f"{folder}/../{folder.name}/file",
    }
    if how in other:
        return str(file), other[how]()
    second = folder / "link"
    if how == "dangling":
        second.symlink_to(file)
    else:
        file.touch()
        second.hardlink_to(file) if how == "hard" else second.symlink_to("file")
    return str(file), str(second)


@pytest.mark.parametrize("how", ["same", "dot", "up", "symlink", "dangling", "hard"])
def test_two_flags_name_one_file(tmp_path: Path, how: str) -> None:
    """Two flags with the same file are refused: status 2 and one line with both, before any file is opened."""
    one, two = links(tmp_path, how)
    refused(["--trace", one, "--events", two], "--trace", "--events", "same file")


@pytest.mark.parametrize(
    ("one", "two"), [(one, two) for one in OUTPUTS for two in OUTPUTS if OUTPUTS.index(one) < OUTPUTS.index(two)]
)
def test_every_pair_of_outputs(tmp_path: Path, one: str, two: str) -> None:
    """Every pair of output flags with the same file is refused."""
    file = str(tmp_path / "file")
    refused(["--forbid=Authorize", f"--{one}={file}", f"--{two}={file}"], f"--{one}", f"--{two}", "same file")


def test_no_output_is_an_input(tmp_path: Path) -> None:
    """An output flag with a file from which settings are read is refused."""
    config, known, reply = tmp_path / "mock.toml", tmp_path / "known", tmp_path / "reply.json"
    config.write_text(f'diagram = "{config}"\n')
    refused(["--config", str(config)], "--config", "--diagram", "same file")
    known.write_text("X05\n")
    findings = ["--fail-on-findings=error", f"--expected-findings={known}"]
    refused([*findings, f"--junit={tmp_path}/./known"], "--expected-findings", "--junit", "same file")
    reply.write_text("{}")
    refused(["--reply", "Heartbeat", f"@{reply}", f"--trace={reply}"], "--trace", str(reply), "same file")
    refused(
        ["--command=GetReport", "--delay=1", f"--payload=@{reply}", f"--trace={reply}"],
        "--trace",
        str(reply),
        "same file",
    )
    assert (known.read_text(), reply.read_text()) == ("X05\n", "{}")


def test_a_pattern_of_stations_is_no_file(tmp_path: Path) -> None:
    """The text after @ in a rule is an identity, not a file: a trace may have the same name."""
    flags = ["--port=0", "--duration=0.1", "--fault", f"Heartbeat@{tmp_path / 'CS-1'}", "drop"]
    assert run(*flags, f"--trace={tmp_path / 'CS-1'}").returncode == 0


def test_devices_may_be_named_twice() -> None:
    """Several outputs may go to /dev/null."""
    ended = run("--port=0", "--trace=/dev/null", "--events=/dev/null", "--duration=0.1")
    assert (ended.returncode, ended.stderr.count("error")) == (0, 0)


# The other commands.

STATION = [sys.executable, "-m", "mock_csms.station"]


@pytest.mark.parametrize(
    "command",
    [
        [*SERVER, "checks"],
        [*SERVER, "profile"],
        [*SERVER, "--print-config"],
        [*SERVER, "--config-schema"],
        [*STATION, "misbehaviours"],
        [*STATION, "URL", "--charge=0"],
        [*STATION, "URL", "--send", "Heartbeat"],
        [*STATION, "URL", "--count=1", "--duration=0.2", "--json"],
    ],
    ids=" ".join,
)
async def test_stdout_on_a_full_disk(command: list[str]) -> None:
    """If a command cannot print, it says so in one line, and the status is 3."""
    async with await asyncio.to_thread(Run) as mock:
        words = [f"{mock.url}/CS-1" if word == "URL" else word for word in command]
        with Path("/dev/full").open("wb") as full:
            ended = await asyncio.to_thread(
                subprocess.run, words, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, cwd=ROOT, check=False
            )
        last = ended.stderr.decode().splitlines()[-1]
        assert (ended.returncode, "No space left" in last, b"Traceback" in ended.stderr) == (3, True, False), ended


def test_a_profile_that_cannot_be_written(tmp_path: Path) -> None:
    """If a profile cannot be written, the command says so before it waits for a station: one line, status 2."""
    path = tmp_path / "no" / "profile.toml"
    ended = run("profile", "--learn", "--port=0", f"--output={path}")
    assert (ended.returncode, ended.stderr.count("\n"), str(path) in ended.stderr) == (2, 1, True), ended
