"""The lines of the console: their width, colour, columns and levels."""

import asyncio
import os
import pty
import re
import struct
import subprocess
import termios
from fcntl import ioctl

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.raw import logged, until
from tests.records import Run, drain
from tests.wire import BOOT, PATIENCE, SERVER, Mock, Station

ANSI = re.compile(r"\x1b\[[\d;]*m")
LONG = {"vendorId": "v", "data": "long " * 100}


async def console_lines(columns: int, *flags: str, **environment: str) -> list[str]:
    """Return the lines that the program writes to a terminal of this width while a station sends some messages."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [*SERVER, "--port=0", "--checks=none", *flags],
        stdout=subprocess.PIPE,
        stderr=its,
        encoding="utf-8",
        env=kept | environment,
    )
    os.close(its)
    reading = asyncio.create_task(asyncio.to_thread(drain, ours))
    try:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        async with connect(f"{url}/CS-1", subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as socket:
            station = Station(socket)
            await station.ask("BootNotification", BOOT)
            await station.ask("DataTransfer", LONG)
            await station.call("Heartbeat", {"nope": 1})
            await station.send("\x01\x1b[31m" * 100)
            await station.expect(4)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    return (await reading).decode().splitlines()


@pytest.mark.parametrize("columns", [60, 100, 140])
async def test_lines_fit_the_terminal(columns: int) -> None:
    """Lines are shortened to the width of the terminal, whatever they contain."""
    lines = [ANSI.sub("", line) for line in await console_lines(columns)]
    assert [line for line in lines if len(line) > columns] == []
    long = [line for line in lines if "long long" in line or "DataTransfer " in line]
    assert (len(long[0]), long[0][-1]) == (columns, "…")


async def test_verbose_lines_are_whole() -> None:
    """With -v or at DEBUG, lines have the whole payload."""
    for flags in (["-v"], ["--verbose"], ["--log-level", "DEBUG"]):
        assert orjson.dumps(LONG).decode() in "\n".join(await console_lines(60, *flags))


async def test_colour_on_a_terminal_only() -> None:
    """Colours are used only on terminals, and not with NO_COLOR (no-color.org)."""
    assert "\x1b[" in "\n".join(await console_lines(100))
    assert "\x1b[" in "\n".join(await console_lines(100, NO_COLOR=""))
    assert "\x1b" not in "\n".join(await console_lines(100, NO_COLOR="1"))
    async with Mock() as mock, mock.station() as station:
        await station.call("Heartbeat", {"nope": 1})
        await until(logged(mock, "Heartbeat.error"))
        assert "\x1b" not in mock.log


async def test_columns_are_aligned() -> None:
    """Time, station, direction, subject and payload are aligned; findings are whole sentences."""
    async with Mock("--commands", "Reset:0", "--station", "A") as mock:
        for name in ("A", "CS-23456", "X"):
            async with mock.station(name) as station:
                await station.send([2, "1", "Heartbeat", {}])
                await station.send([2, "2", "BootNotification", BOOT])
                while (await station.expect())[1] != "2":
                    pass
        await until(lambda: mock.log.count(" disconnected ") == 3)
        lines = [line for line in mock.log.splitlines() if re.search(r" (A|CS-23456|X) (?! +finding )", line)]
    shape = r"(\d\d:\d\d:\d\d\.\d{3}) (\S+) +(->|<-)? +(\S+) +(\S.*)"
    found = [re.fullmatch(shape, line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if not match] == []
    places = [{match.start(group) for match in found if match} - {-1} for group in range(1, 6)]
    assert (len(lines) >= 18, [len(each) for each in places]) == (True, [1] * 5), lines


async def test_quiet_and_levels() -> None:
    """--quiet only prints the address and the verdict; --log-level only lines of at least that severity."""
    async with Run("--quiet", "--expect", "Heartbeat*2..") as mock, mock.station() as station:
        await station.call("Heartbeat", {"nope": 1})
        assert (mock.first_line[:9], mock.log) == ("Listening", "")
        assert ("FAILED" in await mock.ended(), mock.log) == (True, "")
    for level, wanted in [("WARNING", 1), ("ERROR", 0)]:
        async with Mock("--log-level", level, "--checks=none") as levelled, levelled.station() as station:
            await station.ask("Heartbeat")
            await station.call("Heartbeat", {"nope": 1})
            levelled.stop()
            assert (len(levelled.log.splitlines()), levelled.log.count("WARNING")) == (wanted, wanted)
