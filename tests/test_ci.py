"""The mock in a CI job: a shell script starts it in the background, stops it, and gets its exit status."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.pace import turns
from tests.raw import run
from tests.verdicts import Run
from tests.wire import PATIENCE, SERVER, masked

MY_STATION = Path(__file__).parent / "control" / "my_station.py"
SCRIPT = r"""
"$PYTHON" "$SERVER" --port 0 --ready-file ready --forbid Authorize "$@" >report 2>log &
mock=$!
while [ ! -e ready ]; do sleep 0.02; done
if [ -n "$STATION" ]; then
    "$PYTHON" "$STATION" "$(cat ready)/CS-1" &
    while ! grep -q BootNotification.response log; do sleep 0.02; done
    kill $!
fi
kill -TERM $mock
wait $mock
"""
"""A typical script; `wait` returns the exit status of the mock."""


@pytest.mark.parametrize(
    ("station", "flags", "status", "last"),
    [
        (str(MY_STATION), ["--expect", "BootNotification"], 0, "passed: "),
        (str(MY_STATION), ["--expect", "Heartbeat"], 1, "failed: "),
        ("", ["--expect", "BootNotification"], 4, "failed: "),
    ],
    ids=["passed", "failed", "no station"],
)
def test_shell_script(tmp_path: Path, station: str, flags: list[str], status: int, last: str) -> None:
    """A script that starts the mock and ends it with TERM gets its exit status, and the report has the reason."""
    environment = {**os.environ, "PYTHON": sys.executable, "SERVER": SERVER[1], "STATION": station}
    ended = subprocess.run(
        ["sh", "-c", SCRIPT, "sh", *flags], cwd=tmp_path, env=environment, timeout=2 * PATIENCE, check=False
    )
    report = (tmp_path / "report").read_text()
    assert (ended.returncode, report.splitlines()[-1].startswith(last)) == (status, True), report


def test_defaults() -> None:
    """By default the mock waits 60 s for a station, and then 60 s for the expectations."""
    printed = run("--expect", "Heartbeat", "--print-config").stdout
    found = [line.removeprefix("# ") for line in printed.splitlines()]
    assert [
        line for line in ("within = 60.0", "wait-for-station = 60.0", "expect-stations = 1") if line not in found
    ] == []


async def test_second_signal_loses_no_record(tmp_path: Path) -> None:
    """After a second signal the files have all records, also those of the last moment."""
    files = {flag: tmp_path / flag for flag in ("trace", "events", "diagram")}
    flags = [word for flag, file in files.items() for word in (f"--{flag}", str(file))]
    for turn in turns():  # the mock only waits for one second
        with turn:
            async with Run(*flags) as mock, mock.raw("/mute") as mute:
                await mute.write(masked('[2,"last","Heartbeat",{}]'))
                assert (await mute.frame())[0] == 1
                mock.process.send_signal(signal.SIGTERM)
                assert (await mute.frame())[0] == 8
                mock.process.send_signal(signal.SIGINT)
                assert (await mock.ended())[0] == 130
    assert [name for name, file in files.items() if "last" not in file.read_text()] == []
    assert ('"Disconnected"' in files["events"].read_text(), "1001" in files["diagram"].read_text()) == (True, True)


async def test_all_text_for_people_goes_to_stderr(tmp_path: Path) -> None:
    """With `--events -` every line of stdout is an event, also in a failed run."""
    flags = ["--events", "-", "--expect", "Heartbeat", "--trace", "/dev/full", "--fault", "Authorize*1", "malformed"]
    async with Run(*flags) as mock:
        mock.url = orjson.loads(mock.first_line)["url"]
        async with mock.station() as station:
            await station.send("junk")
            await station.expect(4)
            await station.call("BootNotification", {})
            mock.process.terminate()
            status, rest = await mock.ended()
        kinds = [orjson.loads(line)["event"] for line in rest.splitlines()]
        assert (status, {"Connected", "Received", "Sent", "Failed", "Judged", "Disconnected"} - set(kinds)) == (
            3,
            set(),
        )
        for said in (
            "Listening on ws://",
            "FAILED  Heartbeat",
            "The messages of the run:",
            "/dev/full",
            "failed: 0 of 1",
        ):
            assert said in mock.log
