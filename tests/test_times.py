"""Timestamps of RFC 3339, over a real WebSocket and in a trace: leap seconds, fractions, offsets, lowercase letters."""

import asyncio
import re
from pathlib import Path

import orjson
import pytest

from tests import warm
from tests.verdicts import Run
from tests.wire import BOOT, PATIENCE, SERVER

TIMES = {
    "2016-12-31T23:59:60Z": True,
    "2016-12-31t15:59:60.5-08:00": True,
    "2026-01-01T12:00:00.123456789z": True,
    "2026-01-01T12:00:00": False,
    "2026-01-01T12:00:00+02": False,
    "2026-01-01T12:00:00.000+0000": False,
    "2016-12-31T23:58:60Z": False,
}
"""Texts, and whether each is a valid timestamp."""


async def test_valid_timestamps_are_no_findings() -> None:
    """R18 reports only timestamps that RFC 3339 does not allow as errors; an old one is a warning."""
    async with await asyncio.to_thread(Run, "--checks=R18", "-v") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            for connector, stamp in enumerate(TIMES, 1):
                place = {"evseId": 1, "connectorId": connector, "connectorStatus": "Available"}
                await station.ask("StatusNotification", {"timestamp": stamp, **place})
        mock.process.terminate()
        await mock.ended()
        found = re.findall(r"ERROR R18 \(RFC 3339\): .*'(\S+)'", mock.log)
        assert found == [stamp for stamp, is_time in TIMES.items() if not is_time]


@pytest.mark.parametrize("stamp", [stamp for stamp, is_time in TIMES.items() if is_time])
def test_check_reads_all_valid_timestamps(stamp: str, tmp_path: Path) -> None:
    """`mock-csms check` reads records with any valid timestamp."""
    about = {"schemaVersion": "1.1", "timestamp": stamp, "ocppVersion": "2.0.1", "transport": "json"}
    about |= {"chargePointId": "CS-1", "direction": "cp-to-csms", "messageType": "CALL", "messageId": "m"}
    path = tmp_path / "trace.jsonl"
    path.write_bytes(orjson.dumps(about | {"action": "Heartbeat", "payload": {}}))
    command = [*SERVER, "check", str(path)]
    done = warm.run(command, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
