"""The lines on the console: important parts first, repetitions counted, colors as set."""

import asyncio
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from fcntl import ioctl
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from mock_csms.protocol.messages import Call, Result
from mock_csms.watch.gist import gist
from tests import warm
from tests.raw import logged, until
from tests.records import drain
from tests.wire import BOOT, PATIENCE, SERVER, Mock, Station, transaction

TAG = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}
WRONG = {"idToken": "TAG1"}
COST = '{"totalCost": 7.5}'
STATION = [sys.executable, "-m", "mock_csms.station"]


class Terminal(NamedTuple):
    """A run that writes to a terminal: a station, and a function that returns the lines once the station is done."""

    station: Station
    lines: "asyncio.Task[bytes]"


@asynccontextmanager
async def terminal(columns: int, *flags: str) -> AsyncIterator[Terminal]:
    """Run the program with a terminal of this width."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    command = [*SERVER, "--port=0", "--ping-interval=0", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its, text=True, env=kept)
    os.close(its)
    reading = asyncio.create_task(asyncio.to_thread(drain, ours))
    try:
        assert process.stdout
        url = (await asyncio.to_thread(process.stdout.readline)).split()[-1]
        async with connect(f"{url}/CS-1", subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as socket:
            yield Terminal(Station(socket), reading)
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate, timeout=PATIENCE)


async def repeat(station: Station, count: int, action: str, payload: Any) -> None:
    """Send the same call `count` times with different ids, and read the answers."""
    for start in range(0, count, 100):
        for number in range(start, min(start + 100, count)):
            await station.send([2, f"id-{number}", action, payload])
        for _ in range(start, min(start + 100, count)):
            async with asyncio.timeout(PATIENCE):
                await station.socket.recv()


@pytest.mark.parametrize(
    ("action", "request_", "response", "call", "answer"),
    [
        ("Heartbeat", {}, {"currentTime": "T"}, "{}", '{"currentTime":"T"}'),
        ("Authorize", TAG, {"idTokenInfo": {"status": "Blocked"}}, 'TAG1 {"idToken":{"type":"ISO14443"}}', "Blocked"),
        ("Authorize", {"idToken": 5}, {"idTokenInfo": {}}, "5", '{"idTokenInfo":{}}'),
        ("Authorize", [TAG], {"idTokenInfo": None}, '[{"idToken"', '{"idTokenInfo":null}'),
        ("BootNotification", BOOT, {"status": "Pending", "interval": 5}, "PowerUp ", "Pending interval 5"),
        (
            "TransactionEvent",
            {**transaction("Started"), **TAG},
            {"totalCost": 7.5, "idTokenInfo": {"status": "Expired", "groupIdToken": {}}},
            "Started seq 0 TAG1 Trigger {",
            'Expired cost 7.5 {"idTokenInfo":{"groupIdToken":{}}}',
        ),
        ("Reset", {"type": "OnIdle", "evseId": 1}, {"status": "Scheduled"}, "OnIdle EVSE 1", "Scheduled"),
        (
            "SetVariables",
            {"setVariableData": []},
            {"setVariableResult": [{"attributeStatus": status} for status in ("Accepted", "Rejected", "a", "b")]},
            '{"setVariableData":[]}',
            "Accepted, Rejected, a and 1 more {",
        ),
        ("Nope", "text", None, '"text"', "null"),
    ],
)
def test_gist(action: str, request_: Any, response: Any, call: str, answer: str) -> None:
    """A line has the important parts first, then the rest of the payload as JSON, and nothing twice."""
    asked = Call("1", action, request_)
    result, answered = gist(asked, None), gist(Result("1", response), asked)
    assert (result.startswith(call), answered.startswith(answer)) == (True, True), (result, answered)
    assert "status" not in answered


async def test_80_columns_show_the_answer() -> None:
    """The result of every answer is within the first 80 columns, without today's date."""
    async with terminal(80, "--token=TAG1=Blocked", "--checks=none", "--reply", "TransactionEvent", COST) as run:
        await run.station.ask("BootNotification", BOOT)
        await run.station.ask("Authorize", TAG)
        await run.station.ask("TransactionEvent", transaction("Ended", seqNo=1))
    text = (await run.lines).decode()
    for said in ("BootNotification.response Accepted interval", "Authorize.response Blocked", "response cost 7.5"):
        assert said in text
    assert not re.search(r'"\d{4}-\d\d-\d\dT(?!00:00:00Z)', text)


async def test_a_refused_call_is_two_lines() -> None:
    """A refused call has two lines, also without checks: the call with its violation and finding, and the CALLERROR."""
    for flags, said in (((), r"invalid, finding ERROR R10 \(Part 4 4.1.2\): idToken: "), (("--checks=none",), "inv.*")):
        async with Mock(*flags) as mock, mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await station.call("Authorize", WRONG)
            await station.send("no JSON")
            await until(logged(mock, r"\?\.error"))
            after = mock.log.partition("BootNotification.response")[2].splitlines()[1:]
        assert [re.findall(r"(->|<-) (\S+)", line)[0] for line in after] == [
            ("->", "Authorize"),
            ("<-", "Authorize.error"),
            ("->", "?"),
            ("<-", "?.error"),
        ]
        assert re.search(said + r'.*\{"idToken":"TAG1"\}$', after[0])


async def test_the_line_of_a_finding() -> None:
    """A finding is `finding WARNING T14 (B02.FR.06): …`, with the reason if the severity is not that of the check."""
    async with Mock() as mock, mock.station() as station:
        await station.ask("Heartbeat")
        await until(logged(mock, "Heartbeat.response"))
        lines = mock.log.splitlines()
    place = next(number for number, line in enumerate(lines) if "finding" in line and "B01" in line)
    assert re.search(
        r"CS-1 +finding INFO B01 \(B01\.FR\.01[^)]*\): .* \(info, not \w+: it may have booted before .*\)$",
        lines[place],
    )
    assert "-> Heartbeat" in lines[place - 1]


async def test_equal_invalid_calls_are_counted() -> None:
    """Of 10,000 equal invalid calls three are shown and the others counted; other lines are all shown."""
    async with Mock() as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await repeat(station, 10_000, "Authorize", WRONG)
            await station.ask("Heartbeat")
        await until(logged(mock, "disconnected"))
        lines = mock.log.splitlines()
    assert len(lines) < 100
    assert sum("-> Authorize " in line for line in lines) == 3
    assert sum("<- Authorize.error " in line for line in lines) == 3
    counts = [re.search(r"R10 again, ([\d,]+) times in \d+ s: Authorize idToken: ", line) for line in lines]
    assert [found[1] for found in counts if found][-1] == "9,997"
    assert sum("Heartbeat" in line for line in lines) == 2
    assert lines == sorted(lines, key=lambda line: line[:12] if line[:1].isdigit() else "")


async def test_counts_are_shown_at_the_end() -> None:
    """Remaining counts are shown at the end; each station and each mistake has its own count."""
    mock = Mock("--checks=none")
    async with mock.station() as one, mock.station("CS-2") as two:
        for station, count in ((one, 5), (two, 3)):
            await repeat(station, count, "Authorize", WRONG)
            await repeat(station, 4, "Heartbeat", {"nope": 1})
        mock.process.terminate()
        await asyncio.to_thread(mock.process.wait, PATIENCE)
    found = re.findall(r"^\S+ (\S+) +(\S+ refused) again, (\d times|once) in", mock.log, re.MULTILINE)
    mock.finish()
    assert sorted({(station, name): times for station, name, times in found}.items()) == [
        (("CS-1", "Authorize refused"), "2 times"),
        (("CS-1", "Heartbeat refused"), "once"),
        (("CS-2", "Heartbeat refused"), "once"),
    ]


async def test_equal_findings_are_counted() -> None:
    """Findings that differ only in numbers are shown three times, and the others counted."""
    async with Mock("--checks=R18") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            for number in range(9):
                payload = {"evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
                await station.ask("StatusNotification", {**payload, "timestamp": f"2999-01-01T00:00:0{number}Z"})
        await until(logged(mock, "disconnected"))
        assert len(re.findall(r" finding WARNING R18 ", mock.log)) == 3
        assert re.findall(r" R18 again, (.*?) in ", mock.log)[-1] == "6 times"


async def test_verbose_shows_all() -> None:
    """With -v each invalid call has its lines, without counts."""
    async with Mock("-v") as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        await repeat(station, 20, "Authorize", WRONG)
        await until(lambda: mock.log.count("Authorize.error") == 20)
        assert (mock.log.count("-> Authorize "), mock.log.count("finding ERROR R10"), "again" in mock.log) == (
            20,
            20,
            False,
        )


async def test_log_level_error_shows_findings() -> None:
    """--log-level ERROR only shows findings that are errors, with counts."""
    async with Mock("--log-level=ERROR") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await repeat(station, 10, "Authorize", WRONG)
        await until(logged(mock, "R10 again, 7 times"))
        lines = mock.log.splitlines()
    assert [bool(re.search(r" finding ERROR R10 | R10 again, ", line)) for line in lines] == [True] * len(lines)


@pytest.mark.parametrize("flags", [[], ["-v"]])
async def test_many_lines_are_counted_on_a_terminal(flags: Sequence[str]) -> None:
    """On a terminal, too many ordinary lines are counted by station and action, except with -v."""
    async with terminal(120, "--checks=none", *flags) as run:
        await repeat(run.station, 3000, "Heartbeat", {})
    text = (await run.lines).decode()
    shown = len(re.findall(r"-> Heartbeat +\{\}", text))
    counted = sum(int(number.replace(",", "")) for number in re.findall(r"-> Heartbeat +([\d,]+) more", text))
    assert (shown + counted, bool(counted)) == (3000, not flags)
    assert flags or shown < 1500


async def test_all_lines_in_a_file() -> None:
    """A file gets every line of ordinary traffic."""
    async with Mock("--checks=none") as mock, mock.station() as station:
        await repeat(station, 500, "Heartbeat", {})
        await until(lambda: mock.log.count("<- Heartbeat.response") == 500)


async def test_colors() -> None:
    """With colors answers are dim and CALLERRORs red; `--color` is always, never, or auto (only on terminals)."""
    for how in ("always", "never", "auto"):
        async with Mock(f"--color={how}", "--checks=none") as mock, mock.station() as station:
            await station.ask("Heartbeat")
            await station.call("Heartbeat", {"nope": 1})
            await until(logged(mock, "Heartbeat.error"))
            found = [
                re.search(pattern, mock.log, re.MULTILINE)
                for pattern in (r"\x1b\[2m.*response", r"\x1b\[31m.*Heartbeat\.error")
            ]
        assert [bool(each) for each in found] == [how == "always"] * 2


def test_colors_of_the_other_commands(tmp_path: Path) -> None:
    """mock-station and `check` have --color too; an invalid value is refused."""
    trace = Path(__file__).parent / "cases/traces/base.jsonl"
    for how in ("always", "never"):
        mock = Mock()
        words = [*STATION, f"{mock.url}/CS-1", "--send=Heartbeat", f"--color={how}"]
        output = warm.run(words, timeout=PATIENCE).stdout
        mock.finish()
        words = [*SERVER, "check", str(trace), f"--color={how}"]
        told_of = warm.run(words, timeout=PATIENCE).stdout
        assert ("\x1b[" in output, "\x1b[31m" in told_of) == (how == "always",) * 2
        assert (tmp_path / "x").exists() is False
    ended = subprocess.run([*SERVER, "--color=red"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, "--color" in ended.stderr) == (2, True)


async def test_the_lines_of_a_fault_and_a_connection() -> None:
    """A line about a fault names its effect and rule; one about a connection names the other offered subprotocols."""
    faults = [("Heartbeat*1", "drop"), ("Authorize", "delay seconds=0.01"), ("Authorize*1", "duplicate")]
    async with Mock(*(word for fault in faults for word in ("--fault", *fault))) as mock:
        async with mock.station("CS-1", "ocpp1.5", "ocpp2.0.1") as station:
            await station.send([2, "1", "Heartbeat", {}])
            await station.ask("Authorize", TAG)
        await until(logged(mock, "disconnected"))
        assert re.search(r"connected +ocpp2\.0\.1 \(offered: ocpp1\.5, ocpp2\.0\.1\)", mock.log)
        assert re.search(r"Heartbeat\.response +fault: dropped \(rule Heartbeat\*1\)", mock.log)
        assert re.search(
            r"Authorize\.response +fault: delayed seconds=0\.01 \(rule Authorize\); duplicated \(rule Auth", mock.log
        )
