"""A long run with every record on keeps its memory flat: what is written is not kept."""

import sys
from pathlib import Path

import orjson
import pytest

from tests.test_records import Run
from tests.wire import PATIENCE, Mock, Station, transaction

HALF = 10_000
AT_ONCE = 100
MOST_GROWTH = 1024
"""How many KiB the process may grow by in the second half; kept messages alone would take ten times that."""


def resident(mock: Mock) -> int:
    """Return how many KiB of memory the process has."""
    status = Path(f"/proc/{mock.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


async def send_half(station: Station, text: str) -> None:
    """Send so many calls, some at a time, and wait for their answers."""
    for _ in range(HALF // AT_ONCE):
        for _ in range(AT_ONCE):
            await station.socket.send(text)
        for _ in range(AT_ONCE):
            await station.socket.recv()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_memory_stays_flat(tmp_path: Path) -> None:
    """After 10,000 messages of 1 kB, 10,000 more take no more memory, with trace, events, diagram and a verdict."""
    files = {flag: tmp_path / flag for flag in ("trace", "events", "diagram")}
    flags = [word for flag, file in files.items() for word in (f"--{flag}", str(file))]
    event = transaction("Updated", customData={"vendorId": "v", "text": "x" * 800})
    text = orjson.dumps([2, "the-same-id", "TransactionEvent", event]).decode()
    async with Run(*flags, "--quiet", "--expect", "Heartbeat", "--within", f"{6 * PATIENCE}") as mock:
        async with mock.station() as station:
            await send_half(station, text)
            before, written = resident(mock), {flag: file.stat().st_size for flag, file in files.items()}
            await send_half(station, text)
            grown = resident(mock) - before
        more = {flag: file.stat().st_size - written[flag] for flag, file in files.items()}
        report = await mock.ended()
    assert grown < MOST_GROWTH, f"{grown} KiB more"
    assert [flag for flag, size in more.items() if size < HALF * len(text)] == [], "not written meanwhile"
    assert ("left out here" in report, len(files["trace"].read_bytes().splitlines())) == (True, 4 * HALF)
