"""A long run with all records on does not grow in memory."""

import asyncio
import sys
from pathlib import Path

import orjson
import pytest

from tests.raw import Naked, naked
from tests.records import Run
from tests.wire import PATIENCE, Mock, masked, transaction

HALF = 15_000
"""How many calls are sent; with their answers the whole run has 60,000 messages."""
AT_ONCE = 250
MOST_GROWTH = 1024
"""How many KiB the process may grow by in the second half; kept messages alone would take six times that."""


def resident(mock: Mock) -> int:
    """Return how many KiB of memory the process has."""
    status = Path(f"/proc/{mock.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def call(number: int) -> bytes:
    """Return the text of the call with this number; all calls and their answers have the same length."""
    event = transaction("Updated", seqNo=10**9 + number, customData={"vendorId": "v", "text": "x" * 300})
    return orjson.dumps([2, f"{number:09}", "TransactionEvent", event])


async def send_half(station: Naked, first: int) -> None:
    """Send half of the calls, some at a time, and wait for their answers."""
    async with asyncio.timeout(6 * PATIENCE):
        for start in range(first, first + HALF, AT_ONCE):
            await station.raw.write(b"".join(masked(call(number)) for number in range(start, start + AT_ONCE)))
            answer = await station.text()
            await station.raw.reader.readexactly((2 + len(answer)) * (AT_ONCE - 1))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_memory_stays_flat(tmp_path: Path) -> None:
    """After 30,000 messages, 30,000 more take no more memory, with trace, events, diagram, checks and a verdict."""
    files = {flag: tmp_path / flag for flag in ("trace", "events", "diagram")}
    flags = [word for flag, file in files.items() for word in (f"--{flag}", str(file))]
    async with Run(*flags, "--quiet", "--expect", "Heartbeat", "--within", f"{6 * PATIENCE}") as mock:
        async with naked(mock, "CS-1") as station:
            await send_half(station, 0)
            before, written = resident(mock), {flag: file.stat().st_size for flag, file in files.items()}
            await send_half(station, HALF)
            grown = resident(mock) - before
        more = {flag: file.stat().st_size - written[flag] for flag, file in files.items()}
        report = await mock.ended()
    assert grown < MOST_GROWTH, f"{grown} KiB more"
    assert [flag for flag, size in more.items() if size < HALF * len(call(0))] == [], "not written meanwhile"
    assert ("left out here" in report, len(files["trace"].read_bytes().splitlines())) == (True, 4 * HALF)
