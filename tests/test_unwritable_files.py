"""Records of a run in files that cannot be written."""

import asyncio
from pathlib import Path

import orjson
import pytest

from tests.raw import run
from tests.records import Run
from tests.wire import Mock

FILES = ["--trace", "--events", "--diagram", "--junit"]


@pytest.mark.parametrize("flag", FILES)
def test_unwritable_at_start(flag: str, tmp_path: Path) -> None:
    """If a file cannot be opened, one line names it, and the status is 3."""
    for path in (tmp_path / "no" / "such" / "folder", tmp_path):
        ended = run("--port", "0", "--expect", "Heartbeat", flag, str(path))
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1), ended
        assert str(path) in ended.stderr


@pytest.mark.parametrize("flag", FILES)
async def test_unwritable_while_running(flag: str) -> None:
    """If a file cannot be written any more, there is one warning, traffic continues, and the status is 3."""
    async with Run(flag, "/dev/full", "--expect", "Heartbeat*40..") as mock, mock.station() as station:
        for number in range(40):
            await station.send([2, str(number), "Heartbeat", {}])
            await station.expect(3, str(number))
            await asyncio.sleep(0.005)
        report = await mock.ended(stop=False)
        assert (mock.process.returncode, report.splitlines()[-1]) == (
            3,
            "failed: /dev/full is incomplete: No space left on device",
        )
        warnings = [line for line in mock.log.splitlines() if "/dev/full" in line]
        assert ([("No space" in line) for line in warnings], mock.log.count("Heartbeat.response")) == ([True], 40)


async def test_a_reader_of_events_that_ends() -> None:
    """If the process that reads the events ends, the mock continues."""
    async with Mock("--events", "-") as mock:
        mock.url = orjson.loads(mock.first_line)["url"]
        assert mock.process.stdout
        mock.process.stdout.close()
        mock.process.stdout = None
        async with mock.station() as station:
            for _ in range(3):
                await station.ask("Heartbeat")
                await asyncio.sleep(0.05)
