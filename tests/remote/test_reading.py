"""The sub-commands that read from a running mock, and that change its settings."""

import asyncio
import re
from pathlib import Path

import orjson

from tests import warm
from tests.control.api.clients import ApiMock
from tests.raw import until
from tests.remote.command_line import cli
from tests.wire import BOOT, PATIENCE, SERVER, Station, transaction

# Reading.


async def test_stations(mock: ApiMock, identity: str) -> None:
    """The table has 80 columns and no control characters, whatever stations send; --json prints everything."""
    long = {"reason": "PowerUp", "chargingStation": {"model": "\x1b[31mM" * 3, "vendorName": "a long vendor name" * 2}}
    name = identity + "-with-a-rather-long-name"
    async with mock.station(name) as station, mock.station(f"{identity}-2"):
        await station.ask("BootNotification", long)
        for number in range(1, 9):
            await station.ask("TransactionEvent", transaction("Started", f"T-{number}"))
        result = await cli(mock, "stations", "--match", f"{identity}*")
        assert [line for line in result.splitlines() if len(line) > 80] == []
        assert "\x1b" not in result
        assert "Accepted" in result
        assert all(f"T-{number}" in result for number in range(1, 9))
        rows = orjson.loads(await cli(mock, "stations", "--match", f"{identity}*", "--json"))
        assert [row["station"] for row in rows] == [f"{identity}-2", name]
        assert len(rows[1]["transactions"]) == 8
        result = await cli(mock, "stations", "--match", f"{identity}*", "--limit", "1", "--connected", "true")
        assert (name in result, f"{identity}-2" in result, "1 of 2 that match" in result) == (False, True, True)
        assert "2.0.1" in await cli(mock, "stations", "show", name)
        await cli(mock, "stations", "disconnect", name, "--code", "1001")
        assert await station.closed() == 1001
    await cli(mock, "stations", "add", f"{identity}/3", "--password", "pass")
    assert f"{identity}/3" in await cli(mock, "stations", "--match", f"{identity}*")
    await cli(mock, "stations", "rm", f"{identity}/3")
    await cli(mock, "stations", "rm", f"{identity}/3", status=4)


async def test_wait(mock: ApiMock, station: Station, identity: str) -> None:
    """`wait` prints the event and ends with 0, or prints what came instead and ends with 1."""
    waiting = asyncio.create_task(cli(mock, "wait", identity, "TransactionEvent[eventType=Ended]", "--within", "60"))
    await station.ask("TransactionEvent", transaction("Started"))
    await station.ask("TransactionEvent", transaction("Ended"))
    result = await waiting
    assert (result.count("\n"), f"{identity} -> TransactionEvent" in result, '"Ended"' in result) == (1, True, True)
    result = await cli(mock, "wait", f"TransactionEvent@{identity}", "--count", "2", "--json")
    assert [event["action"] for event in orjson.loads(result)["events"]] == ["TransactionEvent"] * 2
    result = await cli(mock, "wait", identity, "Heartbeat", "--within", "0", status=1)
    assert f"no Heartbeat of {identity} came" in result.splitlines()[0]
    assert "-> TransactionEvent" in result
    result = await cli(mock, "wait", identity, "TransactionEvent", "--after", "last", "--within", "0.05", status=1)
    assert "came instead: nothing" in result


async def test_log(mock: ApiMock, station: Station, identity: str) -> None:
    """`log` prints lines as on the console, JSON Lines or a trace; its filters are those of the API."""
    for _ in range(3):
        await station.ask("Heartbeat")
    lines = (await cli(mock, "log", "--station", identity, "--action", "Heartbeat")).splitlines()
    assert len(lines) == 6
    ways = [re.match(rf"[\d:.]{{12}} {identity} (->|<-) Heartbeat", line) for line in lines]
    assert [way and way[1] for way in ways] == ["->", "<-"] * 3
    result = await cli(mock, "log", "--station", identity, "--type", "Call", "--json")
    assert [orjson.loads(line)["action"] for line in result.splitlines()] == ["Heartbeat"] * 3
    result = await cli(mock, "log", "--station", identity, "--trace")
    assert [orjson.loads(line)["messageType"] for line in result.splitlines()] == ["CALL", "CALLRESULT"] * 3
    result = await cli(mock, "log", "--station", identity, "--limit", "1")
    assert (result.count("\n"), "knocked" in result or "connected" in result) == (1, True)
    last = await cli(mock, "log", "--station", identity, "--latest", "--limit", "1")
    assert "Heartbeat.response" in last
    assert await cli(mock, "log", "--station", identity, "--after", "last") == ""


async def test_log_is_read_page_by_page(mock: ApiMock, identity: str) -> None:
    """A log longer than one page of the API is printed completely, each event once."""
    async with mock.station(identity) as station:
        for _ in range(600):
            await station.ask("Heartbeat")
    result = await cli(mock, "log", "--station", identity, "--action", "Heartbeat", "--json")
    seen = [orjson.loads(line)["seq"] for line in result.splitlines()]
    assert (len(seen), seen) == (1200, sorted({*seen}))


async def test_log_follow_ends_with_the_mock(tmp_path: Path) -> None:
    """`log -f` prints past and new events, each once, and ends with 0 when the mock ends."""
    async with ApiMock() as mock, mock.station("CS-1") as station:
        await station.ask("Heartbeat")
        environment = {"MOCK_CSMS_API_URL": mock.api}
        with (tmp_path / "log").open("wb") as file:
            process = warm.start([*SERVER, "log", "-f", "--json"], env=environment, stdout=file, stderr=file)
            read = (tmp_path / "log").read_text
            await until(lambda: read().count('"Heartbeat"') >= 2)
            for _ in range(5):
                await station.ask("Heartbeat")
            await until(lambda: read().count('"Heartbeat"') >= 12)
            await asyncio.to_thread(mock.stop)
            assert await asyncio.to_thread(process.wait, PATIENCE) == 0
        seen = [orjson.loads(line)["seq"] for line in read().splitlines()]
        assert seen == [*range(1, len(seen) + 1)]


async def test_log_ends_when_nobody_reads(mock: ApiMock) -> None:
    """`log -f` ends when its reader has ended, as in `log -f | head -1`."""
    command = f'"{SERVER[0]}" "{SERVER[1]}" log -f --api {mock.api} | head -1'
    script = ["bash", "-c", f"set -o pipefail; {command}"]
    process = await asyncio.create_subprocess_exec(*script, stdout=-1, stderr=-1)
    async with asyncio.timeout(PATIENCE), mock.station("HEAD") as station:
        while process.returncode is None:
            await station.ask("BootNotification", BOOT)
            await asyncio.sleep(0.05)
        out, err = await process.communicate()
    assert (process.returncode, out.count(b"\n"), err) == (0, 1, b"")


# Changes.


async def test_rules(mock: ApiMock, station: Station, identity: str) -> None:
    """Rules are added in the notation of the mock's flags, listed with their hits, and removed."""
    reply = '{"idTokenInfo":{"status":"Expired"}}'
    given = ("--reply", f"Authorize~2.0.1@{identity}", reply, "--fault", f"Heartbeat@{identity}*2", "drop")
    ids = [orjson.loads(line)["id"] for line in (await cli(mock, "rules", "add", *given, "--json")).splitlines()]
    assert len(ids) == 2
    token = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}
    assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Expired"
    result = await cli(mock, "rules")
    assert [line for line in result.splitlines() if len(line) > 80] == []
    rows = {row["id"]: row for row in orjson.loads(await cli(mock, "rules", "--json"))}
    assert [rows[id_]["hits"] for id_ in ids] == [0, 1]
    await cli(mock, "rules", "rm", ids[1])
    assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Accepted"
    assert "there is no rule" in await cli(mock, "rules", "rm", ids[1], status=1)
    assert "fault" in await cli(mock, "rules", "add", "--fault", "Heartbeat", "dropp", status=2)
    same = f"ClearedChargingLimit@{identity}"
    await cli(
        mock, "rules", "add", "--error", same, "GenericError", "--reply", same, "{}", "--error", same, "InternalError"
    )
    rows = orjson.loads(await cli(mock, "rules", "--json"))
    assert [row["table"].get("error") for row in rows][:3] == ["GenericError", None, "InternalError"]
    await cli(mock, "rules", "clear")
    assert orjson.loads(await cli(mock, "rules", "--json")) == []


async def test_tokens(mock: ApiMock, station: Station) -> None:
    """Tokens are set in the notation of --token, listed and removed; the API checks their length."""
    await cli(mock, "tokens", "set", "TAG/1=Expired", "TAG2=Blocked,group=G,evse=1+2,expiry=5")
    for id_, status in (("TAG/1", "Expired"), ("TAG2", "Blocked")):
        token = {"idToken": {"idToken": id_, "type": "ISO14443"}}
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == status
    result = await cli(mock, "tokens")
    assert re.search(r"^TAG2 +Blocked +G +5 +1 2 ", result, re.MULTILINE)
    await cli(mock, "tokens", "rm", "TAG/1")
    assert "there is no token" in await cli(mock, "tokens", "rm", "TAG/1", status=1)
    assert "longer than 36 characters" in await cli(mock, "tokens", "set", f"{'T' * 37}=Accepted", status=2)
    assert "longer than 20 characters" in await cli(
        mock, "tokens", "set", f"{'T' * 21}=Accepted", "--ocpp=1.6", status=2
    )
    await cli(mock, "tokens", "set", f"{'T' * 21}=Accepted")


async def test_settings(mock: ApiMock, station: Station) -> None:
    """`set` changes settings, or lists those that are not the defaults; `reset` undoes the changes."""
    await cli(mock, "set", "boot-status=Rejected", "boot-interval=77", "require-boot=false")
    result = await station.ask("BootNotification", BOOT)
    assert (result["status"], result["interval"]) == ("Rejected", 77)
    assert re.search(r"^boot-status +Rejected +API$", await cli(mock, "set"), re.MULTILINE)
    assert "did you mean 'boot-status'?" in await cli(mock, "set", "boot-staus=Accepted", status=2)
    assert "takes a restart" in await cli(mock, "set", "port=1", status=1)
    assert "boot-status" in await cli(mock, "set", "boot-status=null", "--json")
    assert (await station.ask("BootNotification", BOOT))["status"] == "Accepted"
    result = await cli(mock, "reset", "settings", "tokens", "--json")
    assert orjson.loads(result) == {"reset": ["tokens", "settings"]}
    assert (await station.ask("BootNotification", BOOT))["interval"] != 77


class Failing(ApiMock):
    """A run whose expectation is not met."""

    statuses = (1,)


async def test_verdict_and_stop() -> None:
    """`verdict` and `stop` print the verdict and have the exit status of the run; `stop` ends the mock."""
    async with Failing("--expect", "Heartbeat", "--linger", "1000", "--within", "1000") as mock:
        async with mock.station("CS-1"):
            result = await cli(mock, "verdict", status=1)
            assert "failed" in result
            assert "Heartbeat" in result
            assert orjson.loads(await cli(mock, "verdict", "--json", status=1))["status"] == 1
            assert (await cli(mock, "verdict", "--format", "junit", status=1)).startswith("<?xml")
            assert "failed: 0 of 1" in await cli(mock, "stop", status=1)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 1
        await cli(mock, "stations", status=3)
