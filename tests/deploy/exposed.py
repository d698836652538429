"""A mock and a load test of mock-station that expose their metrics, as the compose file starts them."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import yaml

from tests.house import ROOT
from tests.reference_station import running
from tests.wire import PATIENCE, Mock

DEPLOY = ROOT / "deploy"
METRIC = re.compile(r"\b(?:mock_csms|ocpp|process)_\w+")
"""The name of a metric in a query."""


def read(name: str) -> Any:
    """Return the content of a file under deploy/."""
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def dashboards() -> list[str]:
    """Return the names of the dashboards."""
    return sorted(path.name for path in (DEPLOY / "grafana" / "dashboards").iterdir())


def queries(name: str) -> list[str]:
    """Return the queries of all panels of a dashboard."""
    panels = read(f"grafana/dashboards/{name}")["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@asynccontextmanager
async def exposing() -> AsyncIterator[dict[str, str]]:
    """Run a mock and a load test, and yield the texts of their metrics by job, which have all kinds of samples."""
    async with started() as ports:
        yield {job: await exposed(port) for job, port in ports.items()}


@asynccontextmanager
async def started() -> AsyncIterator[dict[str, int]]:
    """Run a mock and a load test; yield the port of the metrics of each by job."""
    async with Mock("--metrics=0") as mock:
        assert mock.process.stdout
        found = re.search(rb":(\d+)/metrics", mock.process.stdout.readline())
        assert found
        port = free_port()
        flags = ["--stages=2:0,2:10m", "--churn", "--send=MeterValues", f"--metrics={port}"]
        with running(mock.url, *flags):
            ports = {"mock-csms": int(found[1]), "mock-station": port}
            await _until_closed(port)
            yield ports


def free_port() -> int:
    """Return a port that nothing uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def exposed(port: int) -> str:
    """Return the text of the metrics at a port."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
        return (await http.get(f"http://127.0.0.1:{port}/metrics")).text


async def _until_closed(port: int) -> None:
    """Wait until a station of the load test has closed a connection."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if "ocpp_close_seconds_count" in await exposed(port):
                    return
            except httpx.HTTPError:  # it does not listen yet
                pass
            await asyncio.sleep(0.05)
