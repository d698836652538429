"""Prometheus reads deploy/prometheus.yml, scrapes a mock and a load test, and answers the queries of the dashboards."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.deploy.exposed import DEPLOY, dashboards, exposing, free_port, queries, read, started
from tests.wire import PATIENCE

MISSING = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed (apt install prometheus)")
_UNCOUNTED = re.compile(
    r"mock_csms_(findings|call_errors|invalid|faults|rule|handshakes|command|transactions_total)"
    r'|direction="out",type="call"'
    r"|by .*ocpp_errors"
)
"""Queries about what does not happen in this run."""
_SCRAPES = 2
"""How often each job is scraped before its queries are asked: a rate needs two samples."""


def promtool(*words: str | Path, text: str = "") -> None:
    """Run promtool, which must find nothing wrong."""
    command = ["promtool", *map(str, words)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


class Prometheus:
    """A running Prometheus with the jobs of deploy/prometheus.yml, whose targets are other ports of this machine."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        config = read("prometheus.yml")
        config["global"]["scrape_interval"] = "1s"
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[job['job_name']]}"]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.url.removeprefix('http://')}",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"GOMAXPROCS": "1"},
        )

    async def ask(self, path: str, **query: str) -> Any:
        """Return the data of the answer to a request; None while Prometheus does not answer yet."""
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
            try:
                answer = await http.get(f"{self.url}/api/v1/{path}", params=query)
            except httpx.HTTPError:
                return None
        found = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        assert found.get("status") != "error", found
        return found.get("data")

    async def value(self, query: str) -> list[Any]:
        """Return the series that a query finds."""
        data = await self.ask("query", query=query)
        return data["result"] if data else []

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._log.close()


@asynccontextmanager
async def scraping(folder: Path) -> AsyncIterator[Prometheus]:
    """Run a mock, a load test and Prometheus, until it has scraped both several times."""
    async with started() as ports:
        prometheus = Prometheus(folder, ports)
        try:
            async with asyncio.timeout(3 * PATIENCE):
                wanted = f"count_over_time(up[10m]) > {_SCRAPES} and up == 1"
                while {each["metric"]["job"] for each in await prometheus.value(wanted)} != {*ports}:
                    await asyncio.sleep(0.2)
            yield prometheus
        finally:
            prometheus.stop()


def test_the_configuration_is_right() -> None:
    """Promtool finds nothing wrong with the configuration."""
    promtool("check", "config", DEPLOY / "prometheus.yml")


async def test_the_metrics_are_right() -> None:
    """Promtool finds nothing wrong with the names, units and help texts that the mock and a load test expose."""
    async with exposing() as texts:
        for text in texts.values():
            promtool("check", "metrics", text=text)


async def test_prometheus_scrapes_a_mock_and_a_load_test(tmp_path: Path) -> None:
    """Both jobs are up, and each query of the dashboards is valid; it finds something if the run has counted that."""
    async with scraping(tmp_path) as prometheus:
        for query in [query for name in dashboards() for query in queries(name)]:
            found = await prometheus.value(query)
            assert found or _UNCOUNTED.search(query), query
        (sessions,) = await prometheus.value("sum(ocpp_sessions_total)")
        assert float(sessions["value"][1]) > 0
