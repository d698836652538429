"""Outputs without a reader: stations and signals do not wait for the reader of a full pipe."""

import asyncio
import fcntl
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import tty
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.pace import turns
from tests.raw import until
from tests.records import Run, read
from tests.wire import PATIENCE, SERVER, Mock, Station

MUCH = {"vendorId": "v", "data": "x" * 3000}
"""A large payload, as a pipe holds 64 kB."""
CALLS = 600
"""The lines of this many calls exceed a pipe and our own buffer."""
OUTPUTS: dict[str, Callable[[], tuple[int, int]]] = {
    "pipe": os.pipe,
    "socket": lambda: tuple(each.detach() for each in socket.socketpair()),  # type: ignore[dict-item,return-value] # two
    "terminal": pty.openpty,
}
"""The kinds of standard output: each returns the end to read and the end to write."""


class Unread(Mock):
    """A mock whose stderr is an output that nobody reads before the test does."""

    statuses = (0, 1, 3)

    def __init__(self, kind: str, *flags: str) -> None:
        self.reading, self.writing = OUTPUTS[kind]()
        if kind == "terminal":
            tty.setraw(self.writing, termios.TCSANOW)
        os.set_blocking(self.reading, False)
        self._read = b""
        self._log = tempfile.TemporaryFile("a+b")
        command = [*SERVER, "--port=0", "--ping-interval=0", "-v", "--checks=none", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.writing)
        assert self.process.stdout
        self.first_line = self.process.stdout.readline().decode()
        self.url = self.first_line.removeprefix("Listening on ").rstrip("\n")
        self.host, _, self.port = self.url.removeprefix("ws://").rpartition(":")

    def lines(self) -> Sequence[str]:
        """Read more, and return all complete lines so far."""
        try:
            while data := os.read(self.reading, 65536):
                self._read += data
        except BlockingIOError:
            pass
        return self._read.decode().split("\n")[:-1]

    async def __aexit__(self, *_: object) -> None:
        os.close(self.writing)
        self.finish()
        os.close(self.reading)


async def is_alive(mock: Mock) -> bool:
    """Return whether the mock answers plain HTTP."""
    async with mock.tcp() as raw:
        return (await raw.get("/healthz"))[0] == 200


async def send_all(station: Station, numbers: range) -> None:
    """Send a call for each number without waiting for answers."""
    for number in numbers:
        await station.send([2, f"{number}", "DataTransfer", MUCH])


async def answered(station: Station, numbers: range) -> list[str]:
    """Return the ids of the next answers."""
    return [(await station.expect(3))[1] for _ in numbers]


# The console.


@pytest.mark.parametrize("kind", OUTPUTS)
async def test_lines_that_nobody_reads(kind: str) -> None:
    """If nobody reads the lines, calls and /healthz are answered, a signal ends the run, the output stays blocking."""
    async with Unread(kind) as mock, mock.station() as station:
        for number in range(CALLS):
            await station.send([2, f"{number}", "DataTransfer", MUCH])
            await station.expect(3, f"{number}")
        assert await is_alive(mock)
        assert not fcntl.fcntl(mock.writing, fcntl.F_GETFL) & os.O_NONBLOCK
        assert await asyncio.to_thread(mock.stop) == 0


@pytest.mark.parametrize("kind", OUTPUTS)
async def test_dropped_lines_are_counted(kind: str) -> None:
    """A late reader gets the first lines, the number of dropped ones, and all new ones; no line is cut."""
    async with Unread(kind) as mock, mock.station() as station:
        for number in range(CALLS):
            await station.send([2, f"{number}", "DataTransfer", MUCH])
            await station.expect(3, f"{number}")
        await until(lambda: any("dropped" in line for line in mock.lines()))
        await station.ask("Heartbeat")
        await until(lambda: "Heartbeat.response" in mock.lines()[-1])
        place = next(number for number, line in enumerate(mock.lines()) if "dropped" in line)
        kept, dropped, later = mock.lines()[:place], mock.lines()[place], mock.lines()[place + 1 :]
        found = re.fullmatch(r"([\d,]+) lines dropped", dropped)
        assert found
        assert len(kept) + int(found[1].replace(",", "")) == 2 + 2 * CALLS
        assert [line.split()[3] for line in later] == ["Heartbeat", "Heartbeat.response"]
        wanted = ["listening", "connected", *["DataTransfer", "DataTransfer.response"] * CALLS]
        assert [next(word for word in line.split()[2:] if word not in ("->", "<-")) for line in kept] == wanted[:place]


def test_a_verdict_that_nobody_reads(tmp_path: Path) -> None:
    """A run whose report does not fit into the pipe ends with its exit status and a complete JUnit file."""
    expected = [word for n in range(40) for word in ("--expect", f'DataTransfer[data="{n}{"x" * 3000}"]')]
    report = tmp_path / "report.xml"
    flags = ["--port=0", "--junit", str(report), "--wait-for-station", "0.1", *expected]
    with subprocess.Popen([*SERVER, *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.wait(PATIENCE) == 4
        assert process.stdout
        assert process.stdout.read(9) == b"Listening"
    assert report.read_text().rstrip().endswith("</testsuites>")


def test_a_station_whose_lines_nobody_reads(tmp_path: Path) -> None:
    """If nobody reads its lines, mock-station still executes its script, and ends with its exit status."""
    lines = tmp_path / "lines"
    lines.write_text("".join(f"send DataTransfer {orjson.dumps(MUCH).decode()}\n" for _ in range(CALLS)))
    mock = Mock("--expect", f"DataTransfer*{CALLS}", "--within", f"{PATIENCE}", "--linger", "0")
    station = [sys.executable, "-m", "mock_csms.station", f"{mock.url}/CS-1", "-v", "--script", str(lines)]
    with subprocess.Popen(station, stdout=subprocess.PIPE) as process:
        assert process.wait(PATIENCE) == 0
        assert process.stdout
        process.stdout.close()
    mock.finish()


# Records.


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """Return a named pipe."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


async def test_a_trace_that_nobody_reads(fifo: Path) -> None:
    """Without a reader of the trace only answers wait; later the reader gets all records, and stations all answers."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    async with Run("--trace", str(fifo)) as mock, mock.station("A") as one, mock.station("B") as other:
        await send_all(one, range(100))
        for _ in range(3):
            assert await is_alive(mock)
        async with mock.station("C") as third:  # handshakes have no records
            await (await other.socket.ping())
            await third.send([2, "third", "Heartbeat", {}])
            await other.send([2, "other", "Heartbeat", {}])
            assert await is_alive(mock)
            os.set_blocking(reading, True)
            with os.fdopen(reading, "rb") as trace:
                # Read the trace up to the record of the last answer, in a thread as the file is blocking.
                records = asyncio.create_task(asyncio.to_thread(records_to, trace, 2 * 102))
                assert await answered(one, range(100)) == [f"{number}" for number in range(100)]
                await third.expect(3, "third")
                await other.expect(3, "other")
                ids = [(record["messageType"], record["messageId"]) for record in await records]
                wanted = [(kind, f"{number}") for number in range(100) for kind in ("CALL", "CALLRESULT")]
                assert [each for each in ids if each[1].isdigit()] == wanted
                await mock.ended()
    assert mock.process.returncode == 0


def records_to(file: Any, count: int) -> list[Any]:
    """Return this many records."""
    return [orjson.loads(file.readline()) for _ in range(count)]


async def test_answers_wait_for_the_trace(fifo: Path) -> None:
    """The mock sends only answers with a record in the pipe, and a signal ends the run with status 3."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    async with Run("--trace", str(fifo)) as mock, mock.station() as station:
        await send_all(station, range(100))
        await until(lambda: "nobody reads" in mock.log)
        assert await is_alive(mock)
        report = await mock.ended()
        answers = [orjson.loads(text)[1] async for text in station.socket]
        traced = os.read(reading, 1_000_000).split(b"\n")[:-1]
        records = [orjson.loads(line) for line in traced]
        assert set(answers) <= {each["messageId"] for each in records if each["messageType"] == "CALLRESULT"}
        assert (mock.process.returncode, report.splitlines()[-1]) == (
            3,
            f"failed: {fifo} is incomplete: nobody reads it",
        )
    os.close(reading)


@pytest.mark.parametrize("flag", ["--trace", "--events", "--diagram", "--junit"])
async def test_a_pipe_without_a_reader(flag: str, fifo: Path) -> None:
    """The mock serves before its pipe has a reader; a signal ends it, and it reports the incomplete output."""
    async with Run(flag, str(fifo), "--expect", "Heartbeat") as mock, mock.station() as station:
        await station.send([2, "h", "BootNotification", {}])
        assert await is_alive(mock)
        report = await mock.ended()
        assert (mock.process.returncode, f"{fifo} is incomplete" in report) == (3, True)


@pytest.mark.parametrize("flag", ["--trace", "--events"])
async def test_a_reader_that_comes_late(flag: str, fifo: Path) -> None:
    """A reader that opens the pipe during the run gets all records from the first one on."""
    async with Run(flag, str(fifo)) as mock, mock.station() as station:
        await station.send([2, "h", "Heartbeat", {}])
        assert await is_alive(mock)
        reader = asyncio.create_task(asyncio.to_thread(fifo.read_bytes))
        await station.expect(3, "h")
        await station.socket.close()
        await mock.ended()
        ids = [orjson.loads(line).get("messageId") for line in (await reader).splitlines()]
        assert [id_ for id_ in ids if id_] == ["h", "h"]
    assert mock.process.returncode == 0


async def test_events_that_nobody_reads(fifo: Path) -> None:
    """Without a reader of the events the mock answers many calls, then makes stations wait until there is a reader."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    async with Run("--events", str(fifo), "--checks=none") as mock, mock.station() as station:
        sending = asyncio.create_task(send_all(station, range(2000)))
        assert await answered(station, range(50)) == [f"{number}" for number in range(50)]
        await until(lambda: "nobody reads" in mock.log)
        assert await is_alive(mock)
        assert mock.log.count("DataTransfer.response") < 2000  # the records of 2000 exceed 1 MB
        os.set_blocking(reading, True)
        with os.fdopen(reading, "rb") as events:
            lines = asyncio.create_task(asyncio.to_thread(events.readlines))
            assert await answered(station, range(50, 2000)) == [f"{number}" for number in range(50, 2000)]
            await sending
            await mock.ended()
            ids = [orjson.loads(line).get("messageId") for line in await lines]
        assert [id_ for id_ in ids if id_] == [f"{number}" for number in range(2000) for _ in range(2)]
    assert mock.process.returncode == 0


async def test_an_end_while_stations_wait(fifo: Path) -> None:
    """At the end of the run waiting stations get the close frame too, and the other output file is complete."""
    reading, trace = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), fifo.with_name("trace")
    async with Run("--events", str(fifo), "--trace", str(trace), "--checks=none") as mock, mock.station() as station:
        sending = asyncio.create_task(send_all(station, range(2000)))
        await until(lambda: "nobody reads" in mock.log)
        report = await mock.ended()
        assert (mock.process.returncode, f"{fifo} is incomplete: nobody reads it" in report) == (3, True)
        answers = [orjson.loads(text)[1] async for text in station.socket]
        assert await station.closed() == 1001
        results = [record["messageId"] for record in read(trace) if record["messageType"] == "CALLRESULT"]
        assert answers == results[: len(answers)]
        sending.cancel()
    os.close(reading)


async def test_a_second_signal_does_not_wait_for_readers(fifo: Path) -> None:
    """A second signal ends the process at once, although nobody reads the trace."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    async with Run("--trace", str(fifo)) as mock, mock.station() as station:
        mock.statuses = (0, 1, 3, 130)
        await send_all(station, range(100))
        await until(lambda: "nobody reads" in mock.log)
        mock.process.send_signal(signal.SIGTERM)
        mock.process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) in (3, 130)  # maybe the first did
    os.close(reading)


async def test_a_command_waits_for_the_trace_too(fifo: Path) -> None:
    """--call-timeout of a command starts when its record is written and the command sent."""
    for turn in turns():
        with turn as pace:
            seconds = 0.3 * pace
            flags = ["--commands", "Reset:0,ClearCache:0", "--call-timeout", f"{seconds}"]
            async with Run("--trace", str(fifo), *flags) as mock, mock.station() as station:
                await asyncio.sleep(2 * seconds)
                reader = asyncio.create_task(asyncio.to_thread(fifo.read_bytes))
                await station.obey("Reset")
                await station.obey("ClearCache")
                await mock.ended()
                assert "unanswered" not in mock.log
                assert b"ClearCache" in await reader
