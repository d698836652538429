"""Many stations at once, and stations from a file or with a fast clock: output and exit status of `mock-station`."""

import json
from pathlib import Path
from typing import Any

import pytest

from mock_csms.commands import load
from mock_csms.station.fleet import BOOT, Figures
from mock_csms.station.link import CLOSE, CONNECT
from tests.pace import turns
from tests.reference_station import run
from tests.wire import PATIENCE, Mock


async def test_churn() -> None:
    """With --churn each station connects three to eight times; the result has counts and times."""
    async with Mock() as mock:
        ended = run(mock.url, "--count", "4", "--churn", "--json")
    summed: dict[str, Any] = json.loads(ended.out)
    assert (ended.status, summed["stations"], summed["errors"]) == (0, 4, {})
    assert 12 <= summed["connections"] <= 32
    assert summed["messages"] == 2 * summed["connections"]
    for what in ("connect_ms", "boot_ms", "close_ms"):
        assert 0 < summed[what]["p50"] <= summed[what]["p95"] <= summed[what]["p99"]


async def test_count_and_duration() -> None:
    """With --count stations connect with different identities, and stay for --duration; a table has the result."""
    for turn in turns():
        with turn as pace:
            flags = ["--expect-stations", "3", "--expect", "Heartbeat*1..999", "--within", f"{10 * PATIENCE}"]
            async with Mock(*flags, "--boot-interval", "1") as mock:
                mock.statuses = (0, 1)
                ended = run(mock.url, "--count", "3", "--ramp", "0.2", "--duration", f"{2.5 * pace}")
                assert mock.stop() == 0
            assert ended.status == 0
            result = [line.split()[:2] for line in ended.out.splitlines()]
            assert result[:2] == [["stations", "3"], ["connections", "3"]]
            assert "3 connections, " in ended.err


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        (["--p95-connect", "0.0001"], "p95 of connect is"),
        (["--p95-close", "0.0001"], "p95 of close is"),
        (["--min-rate", "1000000"], "connections per second; the limit is at least"),
    ],
)
async def test_exceeded_limits(limit: list[str], problem: str) -> None:
    """Each exceeded limit gets one line, and the exit status is 1."""
    async with Mock() as mock:
        ended = run(mock.url, "--count", "2", "--churn", *limit)
    assert ended.status == 1
    assert problem in ended.err


async def test_no_csms() -> None:
    """If no station can connect, the exit status is 3, with the reason."""
    async with Mock() as mock:
        url = mock.url
    ended = run(url, "--count", "2", "--churn")
    assert (ended.status, "Connection refused" in ended.err) == (3, True)


def test_percentiles() -> None:
    """A percentile is the smallest time within which this percentage was done, and None without values."""
    figures = Figures({CONNECT: [n / 1000 for n in range(1, 101)], BOOT: [0.007], CLOSE: []}, seconds=10.0)
    summed = load.summary(5, figures)
    assert summed["connect_ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert (summed["boot_ms"]["p99"], summed["close_ms"]["p50"]) == (7.0, None)
    assert list(load.shortcomings(summed, 94.0, 1.0, 11.0)) == [
        "p95 of connect is 95 ms; the limit is 94 ms",
        "p95 of close is unknown; the limit is 1 ms",
        "10 connections per second; the limit is at least 11",
    ]


async def test_a_station_from_a_file_with_a_fast_clock(tmp_path: Path) -> None:
    """A device file describes the station; at speed 600 half an hour of charging takes three seconds."""
    for turn in turns():
        with turn as pace:
            await charges_at(600 / pace, tmp_path)


async def charges_at(speed: float, tmp_path: Path) -> None:
    """Let a station charge for half an hour of its own clock."""
    (tmp_path / "station.toml").write_text(
        '[identity]\nvendor = "ACME"\n[[evse]]\nconnectors = ["cCCS2", "cType2"]\n'
        "[variables]\nSampledDataCtrlr.TxUpdatedInterval = 600\n"
    )
    expected = [
        "BootNotification[chargingStation.vendorName=ACME]*1",
        "StatusNotification[connectorId=2,connectorStatus=Available]",
        "TransactionEvent[triggerReason=MeterValuePeriodic]*2..3",
        "TransactionEvent[eventType=Ended]*1",
    ]
    flags = [word for text in expected for word in ("--expect", text)]
    async with Mock(*flags, "--within", f"{10 * PATIENCE}") as mock:
        mock.statuses = (0, 1)
        words = ["--device", str(tmp_path / "station.toml"), "--speed", f"{speed:g}", "--charge", "1800"]
        ended = run(f"{mock.url}/CS-1", *words, "-v")
        assert mock.stop() == 0, ended.out
    assert (ended.status, ended.err) == (0, "")
