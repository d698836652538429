"""Three replicas behind HAProxy and nginx with the files of deploy/: the stations spread, and one replica is killed."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests import warm
from tests.control.api.clients import V1, ApiMock
from tests.deploy.balancers import APIS, REPLICAS, Balancer, HAProxy, Nginx
from tests.raw import run
from tests.remote.command_line import cli
from tests.wire import PATIENCE

_EACH = [
    pytest.param(
        kind, count, marks=pytest.mark.skipif(not shutil.which(kind.program), reason=f"{kind.program} is not installed")
    )
    for kind, count in ((HAProxy, 300), (Nginx, 60))
]


class Replica(ApiMock):
    """A mock that may be killed."""

    statuses = (0, -9)


class Lab:
    """Three replicas behind a load balancer."""

    def __init__(self, kind: type[Balancer], folder: Path, http: httpx.AsyncClient) -> None:
        self.http = http
        self.replicas = [Replica("--fail-on-findings=error") for _ in REPLICAS]
        ports = {given: int(mock.port) for given, mock in zip(REPLICAS, self.replicas, strict=True)}
        ports |= {given: _port_of(mock.api) for given, mock in zip(APIS, self.replicas, strict=True)}
        self.balancer = kind(folder, ports)
        self.urls = [mock.api for mock in self.replicas]

    async def get(self, url: str, path: str) -> Any:
        """Return what an API answers."""
        return (await self.http.get(url + V1 + path)).json()

    async def until_connected(self, count: int, urls: list[str]) -> None:
        """Wait until so many stations are connected to these replicas."""
        async with asyncio.timeout(PATIENCE):
            while sum([(await self.get(url, ""))["counts"]["connected"] for url in urls]) != count:
                await asyncio.sleep(0.1)

    async def homes(self, *urls: str) -> Mapping[str, str]:
        """Return the replica of each connected station, which must have only one."""
        words = ("stations", "--connected", "true", "--json", "--api", ",".join(urls or self.urls))
        rows = orjson.loads(await cli(self.replicas[0], *words))
        homes = {row["station"]: row["replica"] for row in rows}
        assert len(homes) == len(rows)
        return homes

    @contextmanager
    def fleet(self, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run stations during the block."""
        words = [sys.executable, "-m", "mock_csms.station", self.balancer.url, *flags]
        process = warm.start(words, stdout=-3, stderr=-3)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def end(self) -> None:
        """End all processes."""
        with ExitStack() as stack:
            for mock in self.replicas:
                stack.callback(mock.finish)
            self.balancer.stop()


def _port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture
async def lab(kind: type[Balancer], tmp_path: Path) -> AsyncIterator[Lab]:
    """Three replicas behind a load balancer of this kind."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
        lab = Lab(kind, tmp_path, http)
        yield lab
        lab.end()


@pytest.mark.parametrize(("kind", "count"), _EACH)
async def test_only_the_stations_of_a_killed_replica_move(lab: Lab, count: int, tmp_path: Path) -> None:
    """Each replica has its share of the stations. When one is killed, its stations come to the others; no other moves.

    The verdicts of all replicas are one: it has passed until a replica is missing.
    """
    killed, *others = lab.urls
    with lab.fleet("--count", "20", "--churn") as process:  # these connect several times
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    with lab.fleet("--count", str(count)):
        await lab.until_connected(count, lab.urls)
        before = await lab.homes()
        about = {url: await lab.get(url, "") for url in lab.urls}
        met = sum(each["counts"]["stations"] for each in about.values())
        assert met == count, "no station has ever been at another replica"
        assert min([*before.values()].count(url) for url in lab.urls) > count // 15
        report, all_urls = tmp_path / "report.xml", ",".join(lab.urls)
        await cli(lab.replicas[0], "verdict", "--junit", str(report), "--api", all_urls)
        root = ElementTree.parse(report).getroot()
        assert len(root) == 3, "one suite for each replica"
        assert (root.attrib["failures"], root.attrib["errors"]) == ("0", "0")

        lab.replicas[0].process.kill()
        lab.replicas[0].process.wait(PATIENCE)
        await lab.until_connected(count, others)
        after = await lab.homes(*others)
        moved = {station for station in before if after[station] != before[station]}
        assert moved == {station for station, url in before.items() if url == killed}
        assert {after[station] for station in moved} == {*others}, "both take some of them"
        for url in others:
            query = {"kind": "Disconnected", "after": about[url]["cursor"]}
            counted = await lab.http.post(f"{url}{V1}/events/count", json=query)
            assert counted.json()["count"] == 0
        await cli(lab.replicas[0], "send", min(moved), "ClearCache", "--api", all_urls)

        ended = await asyncio.to_thread(run, "verdict", "--junit", str(report), "--api", all_urls)
        assert (ended.returncode, ended.stdout.splitlines()[-1]) == (3, "failed: the exit status would be 3")
        assert f"no mock answers at {killed}" in ended.stderr
        assert ElementTree.parse(report).getroot().attrib["errors"] == "1"
        await cli(lab.replicas[0], "verdict", "--api", ",".join(others))

    with lab.fleet("--count", str(count // 5), "--churn") as process:  # as if all of them had lost their connections
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    for url in others:
        known = {row["station"] for row in await lab.get(url, "/stations")}
        assert known == {station for station in after if after[station] == url}


@pytest.mark.parametrize(("kind", "count"), _EACH[:1])
async def test_calls_of_the_api_reach_the_replica_of_the_station(lab: Lab, count: int) -> None:
    """HAProxy sends the calls about a station to its replica, however they spell its identity; it refuses others."""
    api = f"http://127.0.0.1:{lab.balancer.api}{V1}"
    async with AsyncExitStack() as stack:
        for number in range(count // 15):
            path, other = f"/ocpp/{number}-Cs+1@a=*.", quote(f"{number}-cS+1@A=*.", safe="")
            station = connect(
                lab.balancer.url + path + "/" * (number % 2), subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None
            )
            await stack.enter_async_context(station)
            assert (await lab.http.get(f"{api}/stations/{other}")).json()["row"]["connected"]
    for path in ("/stations", "", "/events"):
        refused = await lab.http.get(api + path)
        assert refused.status_code == 404
        assert "give the URLs of all replicas" in refused.json()["detail"]
    problem = await cli(lab.replicas[0], "stations", "--api", str(lab.balancer.api), status=1)
    assert "give the URLs of all replicas" in problem
