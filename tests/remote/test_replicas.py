"""The sub-commands with several URLs in --api: two replicas of a mock, and an address where none answers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from tests import warm
from tests.control.api.clients import ApiMock, Client
from tests.raw import run, until
from tests.remote.command_line import cli
from tests.wire import PATIENCE, SERVER

REPLY = ("--reply", "Authorize~2.0.1", '{"idTokenInfo":{"status":"Expired"}}')


class Replicas:
    """Two mocks, and their URLs for --api."""

    def __init__(self) -> None:
        self.one, self.two = self.mocks = ApiMock(), ApiMock()
        self.urls = f"{self.one.api},{self.two.api}"

    async def ask(self, *words: str, status: int = 0) -> str:
        """Run a sub-command at both."""
        return await cli(self.one, *words, "--api", self.urls, status=status)

    async def ask_json(self, *words: str, status: int = 0) -> Any:
        """Run a sub-command at both with --json, which prints one line."""
        return orjson.loads(await self.ask(*words, "--json", status=status))


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    """Two mocks for all tests of this module."""
    replicas = Replicas()
    yield replicas
    for mock in replicas.mocks:
        mock.finish()


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL at which nobody answers."""
    with socket.socket() as taken:  # bound, but it does not listen
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def failed(urls: Sequence[str], *words: str) -> tuple[int, str, str]:
    """Run a sub-command at these URLs, and return its status, stdout and stderr."""
    ended = run(*words, "--api", ",".join(urls), COLUMNS="200")
    return ended.returncode, ended.stdout, ended.stderr


# Lists.


async def test_the_lists_have_the_rows_of_all_replicas(replicas: Replicas, identity: str) -> None:
    """Stations are listed by identity with their replica. Limits and counts are those of the whole list."""
    one, two = replicas.mocks
    names = [f"{identity}-{number}" for number in range(4)]
    match = ("stations", "--match", f"{identity}-*")
    async with one.station(names[0]), two.station(names[1]), two.station(names[2]), one.station(names[3]):
        rows = await replicas.ask_json(*match)
        assert [row["station"] for row in rows] == names
        assert [row["replica"] for row in rows] == [one.api, two.api, two.api, one.api]
        result = await replicas.ask(*match, "--limit", "3")
        assert [line.split()[:2] for line in result.splitlines()[1:4]] == [
            [mock.api.removeprefix("http://"), name] for mock, name in zip((one, two, two), names, strict=False)
        ]
        assert result.startswith("replica")
        assert "3 of 4 that match" in result
        rows = (await replicas.ask(*match, "--after", names[0], "--limit", "2", "--json")).splitlines()[0]
        assert [row["station"] for row in orjson.loads(rows)] == names[1:3]


async def test_a_replica_that_does_not_answer(replicas: Replicas, nobody: str, identity: str) -> None:
    """The rows of the other replicas are printed, the missing one is named, and the status is 3."""
    refused = f"no mock answers at {nobody}: Connection refused\n"
    async with replicas.two.station(identity):
        for words in (("stations", "--match", identity), ("rules",), ("tokens",), ("set",), ("log", "--limit", "9")):
            status, out, err = await asyncio.to_thread(failed, [nobody, replicas.two.api], *words)
            assert (status, err) == (3, f"mock-csms {words[0]}: error: {refused}")
            assert out, words
        status, out, err = await asyncio.to_thread(failed, [nobody, nobody], "stations")
        assert (status, out, err) == (3, "", f"mock-csms stations: error: {refused}")


def test_wrong_lists_of_urls() -> None:
    """A comma without a URL beside it gets status 2; the same URL twice is one replica."""
    assert failed(["9001", ""], "stations")[:2] == (2, "")
    status, _, err = failed(["127.0.0.1:1", "http://127.0.0.1:1/"], "stations")
    assert (status, err.count("127.0.0.1:1")) == (3, 1)


# One station.


async def test_commands_go_to_the_replica_that_has_the_station(replicas: Replicas, nobody: str, identity: str) -> None:
    """A station that has moved is asked where it is connected now; an identity may be spelled in any case."""
    async with replicas.one.station(identity):
        pass  # it was here before
    async with replicas.two.station(identity.lower()) as station:
        for urls in (replicas.urls, f"{nobody},{replicas.urls}"):
            words = ("send", identity.upper(), "ClearCache", "--api", urls)
            sending = asyncio.create_task(cli(replicas.one, *words))
            call = await station.expect(2, ..., "ClearCache")
            await station.send([3, call[1], {"status": "Accepted"}])
            assert "ClearCache: Accepted (" in await sending
        assert "connected" in await replicas.ask("stations", "show", identity.lower())
        await replicas.ask("stations", "disconnect", identity.lower(), "--code", "1001")
        assert await station.closed() == 1001


async def test_a_station_that_may_be_elsewhere(replicas: Replicas, nobody: str, identity: str) -> None:
    """A command to an unknown station gets status 4; if a replica does not answer, the station may be there: 3."""
    assert f"no station {identity!r}" in await replicas.ask("send", identity, "Reset", status=4)
    async with replicas.one.station(identity):
        pass
    await until(lambda: f"{identity} disconnected" in " ".join(replicas.one.log.split()))
    assert "is not connected" in await replicas.ask("send", identity, "Reset", status=1)
    for urls in ([replicas.one.api, nobody], [replicas.two.api, nobody]):
        status, out, err = await asyncio.to_thread(failed, urls, "send", identity, "Reset")
        assert (status, out) == (3, "")
        assert f"no mock answers at {nobody}" in err


async def test_a_command_to_stations_of_all_replicas(replicas: Replicas, identity: str) -> None:
    """A pattern reaches the stations of all replicas. One without such a station is no problem; all of them are."""
    pattern = f"{identity}-*"
    assert "is connected" in await replicas.ask("send", pattern, "ClearCache", status=4)
    async with replicas.one.station(f"{identity}-1") as one:
        sending = asyncio.create_task(replicas.ask("send", pattern, "ClearCache"))
        call = await one.expect(2, ..., "ClearCache")
        await one.send([3, call[1], {"status": "Accepted"}])
        assert f"{identity}-1 ClearCache: Accepted" in await sending
        async with replicas.two.station(f"{identity}-2") as two:
            sending = asyncio.create_task(replicas.ask("send", pattern, "ClearCache", status=1))
            for station, answer in ((one, "Accepted"), (two, "Rejected")):
                call = await station.expect(2, ..., "ClearCache")
                await station.send([3, call[1], {"status": answer}])
            lines = [line.split(" (")[0] for line in (await sending).splitlines()]
    names = [mock.api.removeprefix("http://") for mock in replicas.mocks]
    assert lines == [
        f"{names[0]}: {identity}-1 ClearCache: Accepted",
        f"{names[1]}: {identity}-2 ClearCache: Rejected",
    ]


# Changes.


async def test_changes_are_made_at_each_replica(replicas: Replicas, identity: str) -> None:
    """Registrations, rules, tokens and settings change everywhere, and are taken back everywhere."""
    await replicas.ask("stations", "add", identity)
    rows = await replicas.ask_json("stations", "--match", identity)
    assert [(row["replica"], row["registered"]) for row in rows] == [(mock.api, True) for mock in replicas.mocks]
    await replicas.ask("stations", "rm", identity)
    await replicas.ask("stations", "rm", identity, status=4)
    ids = [line.split(": ")[1] for line in (await replicas.ask("rules", "add", *REPLY)).splitlines()]
    assert [row["id"] for row in await replicas.ask_json("rules")] == ids
    await replicas.ask("tokens", "set", "TAG1=Blocked")
    await replicas.ask("set", "boot-interval=77")
    assert len(await replicas.ask_json("tokens")) == 2
    for mock in replicas.mocks:
        assert "77" in await cli(mock, "set")
    await replicas.ask("tokens", "rm", "TAG1")
    await replicas.ask("reset", "rules", "settings")
    assert await replicas.ask_json("rules") == []
    assert "did you mean" in await replicas.ask("set", "boot-intervall=1", status=2)


# Events.


async def test_wait_for_an_event_of_any_replica(replicas: Replicas, nobody: str, identity: str) -> None:
    """The first replica at which the event comes ends the wait; if it comes at none, each says what it saw."""
    waiting = asyncio.create_task(replicas.ask("wait", identity, "Heartbeat", "--within", "60"))
    async with replicas.two.station(identity) as station:
        await station.ask("Heartbeat")
        assert f"{identity} -> Heartbeat" in await waiting
        missing = await replicas.ask("wait", identity, "Authorize", "--within", "0", "--after", "last", status=1)
        assert missing.count(f"no Authorize of {identity} came") == 2
        urls = [nobody, replicas.two.api]
        status, out, err = await asyncio.to_thread(failed, urls, "wait", identity, "Heartbeat")
        assert (status, f"{identity} -> Heartbeat" in out) == (0, True), err
        assert (await asyncio.to_thread(failed, urls, "wait", identity, "Reset", "--within", "0"))[0] == 3
    assert "counts its own events" in await replicas.ask("wait", "Heartbeat", "--after", "1", status=2)


async def test_the_log_is_in_the_order_of_time(replicas: Replicas, identity: str) -> None:
    """The lines of all replicas are printed in the order of time, in each format."""
    one, two = replicas.mocks
    words = ("log", "--station", f"{identity}-*", "--action", "Heartbeat", "--type", "Call")
    async with one.station(f"{identity}-1") as first, two.station(f"{identity}-2") as second:
        for station in (first, second, second, first, second):
            await station.ask("Heartbeat")
            await asyncio.sleep(0.002)  # times have milliseconds
        wanted = [f"{identity}-{number}" for number in (1, 2, 2, 1, 2)]
        assert [line.split()[1] for line in (await replicas.ask(*words)).splitlines()] == wanted
        lines = (await replicas.ask(*words, "--json")).splitlines()
        assert [orjson.loads(line)["station"] for line in lines] == wanted
        lines = (await replicas.ask(*words, "--trace")).splitlines()
        assert [orjson.loads(line)["chargePointId"] for line in lines] == wanted


async def test_the_log_follows_all_replicas(tmp_path: Path) -> None:
    """`log -f` prints what comes at either replica, goes on when one ends, and ends with the last one."""
    async with ApiMock() as one, ApiMock() as two, one.station("CS-1") as first, two.station("CS-2") as second:
        with (tmp_path / "log").open("wb") as file:
            words = [*SERVER, "log", "-f", "--action", "Heartbeat", "--api", f"{one.api},{two.api}"]
            process = warm.start(words, stdout=file, stderr=file)
            read = (tmp_path / "log").read_text
            await first.ask("Heartbeat")
            await second.ask("Heartbeat")
            await until(lambda: read().count("-> Heartbeat") == 2)
            await asyncio.to_thread(one.stop)
            await second.ask("Heartbeat")
            await until(lambda: read().count("CS-2 -> Heartbeat") == 2)
            await asyncio.to_thread(two.stop)
            assert await asyncio.to_thread(process.wait, PATIENCE) == 0


# The verdict.


@pytest.fixture
async def clients(replicas: Replicas) -> AsyncIterator[list[Client]]:
    """Clients of both replicas; the expectations of a test are removed at its end."""
    async with replicas.one.client() as one, replicas.two.client() as two:
        yield [one, two]
        for client in (one, two):
            for row in await client.get("/expectations"):
                await client.ask("DELETE", f"/expectations/{row['id']}", status=204)


async def test_one_verdict(
    replicas: Replicas, nobody: str, clients: list[Client], identity: str, tmp_path: Path
) -> None:
    """The status is the gravest one: 3 not reached, 1 failed, 4 not judged, 0 all passed. JUnit has the same cases."""
    report = tmp_path / "report.xml"

    async def judged(status: int, urls: str = replicas.urls) -> dict[str, str]:
        """Check the status of the verdict in each format, and return the outcomes of the cases by replica."""
        words = ("verdict", "--junit", str(report), "--json", "--api", urls)
        ended = await asyncio.to_thread(run, *words)
        verdict = orjson.loads(ended.stdout)
        assert (ended.returncode, verdict["status"], verdict["passed"]) == (status, status, status == 0), ended.stderr
        suites = ElementTree.parse(report).getroot()
        wrong = int(suites.attrib["failures"]) + int(suites.attrib["errors"])
        assert int(suites.attrib["tests"]) == len(verdict["cases"])
        assert (wrong == 0) is (status == 0)
        return {case["replica"]: case["outcome"] for case in verdict["cases"]}

    one, two = (mock.api for mock in replicas.mocks)
    assert await judged(0) == {}
    await clients[0].post("/expectations", {"expect": ["Heartbeat"]}, status=201)
    async with replicas.one.station(identity) as station:
        await station.ask("Heartbeat")
        assert await judged(4) == {one: "passed", two: "error"}
        await clients[1].post("/expectations", {"expect": ["Heartbeat"]}, status=201)
        assert await judged(4) == {one: "passed", two: "error"}
        async with replicas.two.station(f"{identity}-2") as other:
            assert await judged(1) == {one: "passed", two: "failed"}
            await other.ask("Heartbeat")
            assert await judged(0) == {one: "passed", two: "passed"}
            assert await judged(3, f"{replicas.urls},{nobody}") == {one: "passed", two: "passed", nobody: "error"}
    status, out, err = await asyncio.to_thread(failed, [one, two, nobody], "verdict")
    assert (status, out.splitlines()[-1]) == (3, "failed: the exit status would be 3")
    assert err == f"mock-csms verdict: error: no mock answers at {nobody}: Connection refused\n"
    names = [suite.attrib["name"] for suite in ElementTree.parse(report).getroot()]
    assert [name.partition(" at ")[2] for name in names] == [*(url.removeprefix("http://") for url in (one, two)), ""]
    printed = await asyncio.to_thread(failed, [one, two], "verdict", "--format", "junit")
    assert (printed[0], ElementTree.fromstring(printed[1]).attrib["tests"]) == (0, "2")


async def test_the_report_when_no_replica_answers(nobody: str, tmp_path: Path) -> None:
    """The report of an earlier run does not stay: the new one has an error."""
    report = tmp_path / "report.xml"
    report.write_text("<testsuites/>")
    status, out, err = await asyncio.to_thread(failed, [nobody], "verdict", "--junit", str(report))
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert ElementTree.parse(report).getroot().attrib["errors"] == "1"
    status, _, err = await asyncio.to_thread(failed, [nobody], "verdict", "--junit", str(tmp_path))
    assert (status, "Is a directory" in err) == (3, True)


async def test_stop_ends_all_replicas() -> None:
    """`stop` ends each replica, and has the gravest status."""
    async with ApiMock() as one, ApiMock() as two:
        await cli(one, "stop", "--api", f"{one.api},{two.api}")
        for mock in (one, two):
            assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 0
