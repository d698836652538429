"""Many stations at once, and stations from a file or with a fast clock: output and exit status of `mock-station`."""

import json
from pathlib import Path
from typing import Any

import pytest

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


async def test_stages_of_two_versions(tmp_path: Path) -> None:
    """With --stages stations come and go until the last stage ends; thresholds that are not met fail the run.

    The results are printed as JSON and written as a page. Stations of both versions send the chosen calls.
    """
    for turn in turns():
        with turn as pace:
            await come_and_go(0.7 * pace, tmp_path / "report.html")


async def come_and_go(seconds: float, page: Path) -> None:
    """Let two stations of each version come and go for this time."""
    flags = ["--churn", "--send=Heartbeat", "--send", 'DataTransfer {"vendorId": "me"}', "--pause=5-10"]
    flags += [f"--stages=4:0,4:{seconds}s,0:0.2s", "--ocpp=1.6,2.0.1", "--json", f"--report={page}"]
    limits = ["--max=connect_ms.p95=0.0001", "--min-rate=1000000", "--max=Heartbeat_ms.p50=1e9", "--p95-close=1e9"]
    async with Mock("--expect", "DataTransfer[vendorId=me]*2..9999", "--within", f"{10 * PATIENCE}") as mock:
        mock.statuses = (0, 1)
        ended = run(mock.url.replace("//", "//me:S3cret@"), *flags, *limits)
        assert mock.stop() == 0
    summed: dict[str, Any] = json.loads(ended.out)
    assert (ended.status, summed["stations"], summed["errors"]) == (1, 4, {})
    assert [line.partition(" is ")[0] for line in ended.err.splitlines() if line.startswith("mock-station")] == [
        "mock-station: connect_ms.p95",
        "mock-station: connections_per_second",
    ]
    assert {*summed["ocpp_versions"]} == {"1.6", "2.0.1"}
    assert all(each["Heartbeat_ms"]["p50"] for each in summed["ocpp_versions"].values())
    assert sum(each["connections"] for each in summed["ocpp_versions"].values()) == summed["connections"]
    html = page.read_text(encoding="utf-8")
    assert ("FAILED: 2 of 5 thresholds not met" in html, "ws://" in html, "S3cret" in html) == (True, True, False)


async def test_stations_that_stay_leave_with_the_last_stage() -> None:
    """Without --churn each station connects once, sends the chosen calls, and disconnects when its time is over."""
    for turn in turns():
        with turn as pace:
            async with Mock("--expect", "Authorize*3..9999", "--within", f"{10 * PATIENCE}") as mock:
                mock.statuses = (0, 1)
                ended = run(mock.url, f"--stages=3:0,3:{pace}s", "--send=Authorize", "--pause=20", "--json")
                assert mock.stop() == 0
            summed: dict[str, Any] = json.loads(ended.out)
            assert (ended.status, summed["connections"], summed["errors"]) == (0, 3, {})
            assert summed["close_ms"]["p50"]
            assert summed["Authorize_ms"]["p50"]


async def test_no_csms() -> None:
    """If no station can connect, the exit status is 3, with the reason."""
    async with Mock() as mock:
        url = mock.url
    ended = run(url, "--count", "2", "--churn")
    assert (ended.status, "Connection refused" in ended.err) == (3, True)


async def test_a_station_that_leaves_does_not_blame_the_csms() -> None:
    """A station whose time is over waits some seconds for open answers; one that comes even later is no error."""
    for turn in turns():
        with turn as pace:
            async with Mock("--fault", "Authorize", "drop") as mock:
                ended = run(mock.url, f"--stages=1:0,1:{pace}s", "--send=Authorize", "--pause=1", "--json")
            summed: dict[str, Any] = json.loads(ended.out)
            assert (ended.status, summed["connections"], summed["errors"]) == (0, 1, {})


async def test_a_station_that_cannot_connect_waits() -> None:
    """With --stages a station that cannot connect waits at least 100 ms before the next attempt."""
    async with Mock() as mock:
        url = mock.url
    ended = run(url, "--stages=1:0,1:1s", "--churn", "--json")
    summed: dict[str, Any] = json.loads(ended.out)
    assert ended.status == 3
    assert 1 <= sum(summed["errors"].values()) <= 11


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_a_station_that_is_not_accepted_sends_nothing(status: str) -> None:
    """A station of a load test that comes and goes sends no call if the CSMS does not accept its boot."""
    async with Mock("--boot-status", status, "--expect", "BootNotification", "--forbid", "Authorize") as mock:
        ended = run(mock.url, "--count=2", "--churn", "--send=Authorize", "--pause=1", "--json")
        assert (ended.status, json.loads(ended.out)["errors"]) == (0, {})
        assert mock.stop() == 0


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
