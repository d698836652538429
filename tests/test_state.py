"""--state-dir: the next run knows ids that must be unique, and a damaged file never stops the mock."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.raw import logged, run, until
from tests.verdicts import Run
from tests.wire import BOOT, Station, transaction

FILE = "stations.sqlite"


class Killed(Run):
    """A run that is killed."""

    statuses = (-9,)


def meter(value: float, stamp: str) -> dict[str, Any]:
    """Return the MeterValues of EVSE 1."""
    return {"evseId": 1, "meterValue": [{"timestamp": stamp, "sampledValue": [{"value": value}]}]}


async def judged(state: Path, checks: str, *calls: tuple[str, str, Any], **more: Any) -> str:
    """Run the mock with a state directory, let a station send calls with these ids, and return the findings."""
    async with await asyncio.to_thread(
        Run, f"--state-dir={state}", f"--checks={checks}", *more.get("flags", ())
    ) as mock:
        async with mock.station() as station:
            await send(station, *calls)
        mock.process.terminate()
        _, report = await mock.ended()
        return report + mock.log


async def send(station: Station, *calls: tuple[str, str, Any]) -> None:
    """Send calls one after the other, and wait for each answer."""
    for id_, action, payload in calls:
        await station.send([2, id_, action, payload])
        await station.expect(3, id_)


REUSED: list[tuple[str, list[tuple[str, str, Any]], list[tuple[str, str, Any]]]] = [
    ("R05", [("one", "Heartbeat", {})], [("one", "Heartbeat", {})]),
    (
        "X02",
        [("a", "TransactionEvent", transaction("Started", seqNo=0))],
        [("b", "TransactionEvent", transaction("Started", seqNo=0, timestamp="2026-01-02T00:00:00Z"))],
    ),
    (
        "M07",
        [("a", "MeterValues", meter(100.0, "2026-01-01T00:00:00Z"))],
        [("b", "MeterValues", meter(99.0, "2026-01-01T01:00:00Z"))],
    ),
]


@pytest.mark.parametrize(("check", "first", "second"), REUSED, ids=[row[0] for row in REUSED])
async def test_ids_are_known_in_the_next_run(
    tmp_path: Path, check: str, first: list[tuple[str, str, Any]], second: list[tuple[str, str, Any]]
) -> None:
    """With --state-dir the next run knows the message ids, transaction ids and meter values of each station."""
    state = tmp_path / "new" / "state"
    assert check not in await judged(state, check, *first)
    assert check not in await judged(tmp_path / "other", check, *second)
    assert check in await judged(state, check, *second)


async def test_credentials_are_remembered(tmp_path: Path) -> None:
    """T16 reports a station without credentials that had some in the last run."""
    async with await asyncio.to_thread(Run, f"--state-dir={tmp_path}", "--checks=T16") as mock:
        mock.url = mock.url.replace("://", "://CS-1:1234567890123456@")
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
    assert "T16" in await judged(tmp_path, "T16")


async def test_the_state_survives_a_kill(tmp_path: Path) -> None:
    """The mock saves the state about once a second, so that it survives a kill."""
    async with await asyncio.to_thread(Killed, f"--state-dir={tmp_path}") as mock:
        async with mock.station() as station:
            await send(station, ("one", "Heartbeat", {}))
            await until(lambda: kept(tmp_path) > 0)
        mock.process.kill()
    assert "R05" in await judged(tmp_path, "R05", ("one", "Heartbeat", {}))


def kept(state: Path) -> int:
    """Return how many message ids are in the file."""
    with closing(sqlite3.connect(state / FILE)) as connection, suppress(sqlite3.OperationalError):  # not created yet
        ((count,),) = connection.execute("SELECT count(*) FROM facts WHERE kind = 'call'")
        return int(count)
    return 0


async def test_only_the_last_ids_are_kept(tmp_path: Path) -> None:
    """The file has about the last 10,000 message ids of a station, and no older ones."""
    async with await asyncio.to_thread(Run, f"--state-dir={tmp_path}", "--quiet") as mock, mock.station() as station:
        for start in range(0, 12_000, 100):
            for number in range(start, start + 100):
                await station.send([2, f"m{number}", "Heartbeat", {}])
            for _ in range(100):
                await station.expect(3)
        await until(lambda: kept(tmp_path) >= 10_000)
        await send(station, ("last", "Heartbeat", {}))
    with sqlite3.connect(tmp_path / FILE) as connection:
        ((count, first),) = connection.execute("SELECT count(*), min(key) FROM facts WHERE kind = 'call'")
    connection.close()
    assert 10_000 <= count < 12_000
    assert first != "m0"


def broken_file(path: Path) -> None:
    """Make a file that is not a database."""
    path.mkdir()
    (path / FILE).write_bytes(b"this is no database" * 100)


def newer_version(path: Path) -> None:
    """Make a database of a future version."""
    path.mkdir()
    with sqlite3.connect(path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.write_text("a file"), "File exists"),
        (lambda path: (path / FILE).mkdir(parents=True), "unable to open database file"),
        (broken_file, "file is not a database"),
        (newer_version, "version 99"),
    ],
    ids=["file", "directory", "garbage", "version"],
)
def test_an_unusable_state_directory(tmp_path: Path, spoil: Callable[[Path], Any], reason: str) -> None:
    """If the directory cannot be used, the start fails with one line and status 3."""
    spoil(tmp_path / "state")
    ended = run("--port=0", f"--state-dir={tmp_path / 'state'}")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("mock-csms: error: cannot start: ")
    assert (ended.stderr.count("\n"), reason in ended.stderr) == (1, True), ended.stderr


async def test_a_file_that_breaks_is_reported_once(tmp_path: Path) -> None:
    """If the file breaks during the run, the mock reports that once, and continues without it."""
    async with await asyncio.to_thread(Run, f"--state-dir={tmp_path}") as mock:
        async with mock.station() as station:
            with sqlite3.connect(tmp_path / FILE) as connection:
                connection.execute("DROP TABLE facts")
            connection.close()
            await send(station, ("m0", "Heartbeat", {}))
            await until(logged(mock, "is not used any more"))
            await send(station, ("m1", "Heartbeat", {}))
            await asyncio.sleep(1.2)
        mock.process.terminate()
        await mock.ended()
        assert mock.log.count("is not used any more") == 1, mock.log


async def test_a_locked_file_is_written_later(tmp_path: Path) -> None:
    """If another program locks the file, the mock reports that once, and saves everything after the lock ends."""
    async with Run(f"--state-dir={tmp_path}") as mock, mock.station() as station:
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await send(station, ("one", "Heartbeat", {}))
            await until(logged(mock, "is locked by another program"))
            await send(station, ("two", "Heartbeat", {}))
            other.execute("ROLLBACK")
        await until(lambda: kept(tmp_path) >= 2)
        mock.process.terminate()
        status, _ = await mock.ended()
        assert (status, mock.log.count("--state-dir")) == (0, 1), mock.log
    assert "R05" in await judged(tmp_path, "R05", ("two", "Heartbeat", {}))


async def test_invalid_facts_are_ignored(tmp_path: Path) -> None:
    """Invalid facts in the file are reported and ignored."""
    await judged(tmp_path, "all", ("one", "Heartbeat", {}))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE facts SET value = 'nonsense'")
    connection.close()
    assert "is not used any more" in await judged(tmp_path, "all", ("one", "Heartbeat", {}))
