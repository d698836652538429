"""The end of a mock with an API: signals, POST /shutdown and the ready file; loaded modules, and metrics."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.control.api.clients import ApiMock, eventually
from tests.raw import run, until
from tests.wire import PATIENCE, Mock

LIBRARIES = ("starlette", "uvicorn", "h11", "anyio", "prometheus_client", "httpx")


class Failing(ApiMock):
    """A run that may end with a status other than 0."""

    statuses = (0, 1, 4)


class Forced(ApiMock):
    """A run that may be ended by a second signal."""

    statuses = (0, 130)


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
async def test_open_streams_and_waits_do_not_delay_the_end(signal_: signal.Signals) -> None:
    """A signal ends the mock normally, with status 0, despite open streams, waits, commands and idle connections.

    The waits would take 300 s, which is longer than the time-out of the test.
    """
    async with (
        ApiMock() as mock,
        mock.client() as client,
        mock.station("CS-1") as station,
        client.stream() as stream,
        client.stream(station="CS-1"),
    ):
        body = {"match": "Authorize", "within": 300}
        waits = [asyncio.create_task(client.post("/events/wait", body)) for _ in range(20)]
        path = "/api/v1/stations/CS-1/commands/Reset"
        command = asyncio.create_task(client.http.post(path, json={"timeout": 300}))
        await station.expect(2, ..., "Reset")
        assert await asyncio.to_thread(mock.stop, signal_) == 0
        response = [await each for each in waits]
        assert not any(each["met"] for each in response)
        assert (await command).status_code == 503
        with pytest.raises(AssertionError, match="has ended"):
            await stream.until("Nothing")


async def test_the_api_catches_no_signals() -> None:
    """A second signal ends the process at once, even with an open stream: uvicorn catches no signals."""
    async with Forced() as mock, mock.client() as client, client.stream():
        mock.process.send_signal(signal.SIGTERM)
        mock.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) in (0, 130)


async def test_shutdown_answers_with_the_exit_status() -> None:
    """POST /shutdown returns the exit status and the report of the run, and then ends the process with this status."""
    for sends, status in ((True, 0), (False, 1)):
        async with Failing("--expect", "Heartbeat", "--linger", "1000", "--within", "1000") as mock:
            async with mock.client() as client, mock.station("CS-1") as station:
                if sends:
                    await station.ask("Heartbeat")
                response = await client.post("/shutdown")
                assert response["status"] == status
                assert ("passed: 1 of 1" if sends else "failed: 0 of 1") in response["verdict"]
            assert await asyncio.to_thread(mock.process.wait, PATIENCE) == status


async def test_expectations_of_the_api_count_at_the_end(tmp_path: Path) -> None:
    """Expectations added by the API decide the exit status and are in the JUnit file, unless they were removed."""
    junit = tmp_path / "junit.xml"
    async with Failing("--junit", str(junit), "--fail-on-findings", "error") as mock, mock.client() as client:
        async with mock.station("CS-1"):
            await client.post("/expectations", {"expect": ["Heartbeat"]}, 201)
            await client.post("/expectations", {"expect": ["Authorize"]}, 201)
            await client.ask("DELETE", "/expectations/2", status=204)
            response = await client.post("/shutdown", {"verdict": False})
        assert response == {"status": 1}
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 1
        assert "expectations 1" in junit.read_text()
        assert "expectations 2" not in junit.read_text()


async def test_the_ready_file_has_a_second_line(tmp_path: Path) -> None:
    """Its first line is the URL for stations, its second line the URL of the API; the file is removed at the end."""
    ready = tmp_path / "ready"
    async with ApiMock("--ready-file", str(ready)) as mock:
        await until(ready.exists)
        assert ready.read_text() == f"{mock.url}\n{mock.api}\n"
    assert not ready.exists()


def test_a_port_in_use_is_named() -> None:
    """If the port of the API is in use, the mock does not start: status 3, and one line with the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = run("--port", "0", "--api", address)
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert address in ended.stderr


def test_no_api_modules_are_loaded_without_an_api() -> None:
    """Without --api and --metrics, a start loads no module of the API and none of its libraries."""
    script = f"""
import asyncio, sys
sys.argv = ["mock-csms", "--port", "0", "--duration", "0.1"]
import os
def leave(status):
    wrong = [name for name in sys.modules if name.partition(".")[0] in {LIBRARIES} or ".control." in name]
    print(wrong)
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
os._exit = leave
from mock_csms.__main__ import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.stdout.splitlines()[-1] == "[]", ended.stdout + ended.stderr


def test_the_table_of_endpoints_loads_few_modules() -> None:
    """The table of endpoints loads no asyncio, and only modules of `control` and `protocol`."""
    script = "import sys, mock_csms.control.api.table; print([m for m in sys.modules if m.startswith('mock_csms')])"
    response = run_alone(script)
    assert "asyncio" not in response
    assert re.findall(r"mock_csms\.(?!control|protocol)\w+", response) == []


def run_alone(script: str) -> str:
    """Run a script in a new interpreter, and return what it prints."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout


async def test_metrics_count_what_happens() -> None:
    """--metrics serves the documented counters on its own address, without a token and without the API."""
    async with Mock("--metrics=0", "--fault", "Heartbeat*1", "delay seconds=0.01") as mock:
        assert mock.process.stdout
        url = mock.process.stdout.readline().decode().removeprefix("Metrics on ").strip()
        async with mock.station("CS-1") as station:
            await station.ask("Heartbeat")
            await station.expect_error("Heartbaet", {}, "NotImplemented")
            async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
                response = (await eventually(lambda: http.get(url), lambda got: "Heartbeat" in got.text)).text
                assert (await http.get(url.replace("/metrics", "/api/v1"))).status_code == 404
        for line in (
            'mock_csms_stations_connected{ocpp="2.0.1"} 1.0',
            'mock_csms_messages_total{action="Heartbeat",direction="in",type="call"} 1.0',
            'mock_csms_messages_total{action="other",direction="out",type="error"} 1.0',
            'mock_csms_call_errors_total{code="NotImplemented",direction="out"} 1.0',
            'mock_csms_answer_seconds_count{action="Heartbeat"} 1.0',
            "mock_csms_connections_total 1.0",
            'mock_csms_faults_total{fault="Heartbeat*1 delay seconds=0.01"} 1.0',
        ):
            assert line in response
        assert "process_resident_memory_bytes" in response


async def test_metrics_are_valid_text() -> None:
    """The reference parser reads /metrics, each name has help and type, and with --api-token it needs the token."""
    async with ApiMock("--api-token", "right") as mock, mock.client() as client, mock.station("CS-1") as station:
        await station.ask("Heartbeat")
        assert (await client.http.get("/metrics")).status_code == 401
        response = await client.http.get("/metrics", headers={"Authorization": "Bearer right"})
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        families = {family.name: family for family in text_string_to_metric_families(response.text)}
        assert {"mock_csms_build_info", "mock_csms_journal_bytes", "mock_csms_findings"} <= set(families)
        assert all(family.documentation and family.type != "unknown" for family in families.values())
