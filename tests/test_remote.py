"""The sub-commands that drive a running mock over its HTTP API, as processes against a real mock."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from mock_csms.commands.remote.client import ROWS
from mock_csms.commands.remote.table import COMMANDS
from mock_csms.commands.remote_words import REMOTE_WORDS
from tests import warm
from tests.control.api.clients import ApiMock
from tests.raw import run, until
from tests.wire import BOOT, PATIENCE, SERVER, Station, transaction

TOKEN = "s3cret-token"


@pytest.fixture(scope="module")
def mock() -> Iterator[ApiMock]:
    """A mock with its API, for all tests of this module."""
    mock = ApiMock()
    yield mock
    mock.finish()


@pytest.fixture
async def station(mock: ApiMock, identity: str) -> AsyncIterator[Station]:
    """A connected station."""
    async with mock.station(identity) as station:
        yield station


async def cli(mock: ApiMock, *words: str, status: int = 0, **environment: str) -> str:
    """Run a sub-command against a mock to its end, check its exit status, and return what it printed.

    It prints on stdout if it did what it was asked for, and else one line on stderr.
    """
    environment = {"MOCK_CSMS_API_URL": mock.api, "COLUMNS": "80"} | environment
    ended = await asyncio.to_thread(run, *words, **environment)
    assert ended.returncode == status, ended.stdout + ended.stderr
    assert ended.stderr.count("\n") == (1 if ended.stderr else 0)
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


# The table.


def test_each_row_is_made_from_the_table_of_endpoints() -> None:
    """Each sub-command names a row of the table of endpoints, and its first word is known before anything is loaded."""
    assert [name for name, command in COMMANDS.items() if command.operation not in ROWS] == []
    assert {name.split()[0] for name in COMMANDS} == {*REMOTE_WORDS}


def test_no_settings_are_loaded() -> None:
    """A sub-command loads neither settings nor asyncio nor a library of the API: it starts fast."""
    script = """
import sys
sys.argv = ["mock-csms", "stations", "--api", "http://127.0.0.1:1"]
from mock_csms.__main__ import main
status = main()
rooms = {".".join(name.split(".")[:2]) for name in sys.modules}
print(status, sorted(rooms & {"mock_csms.settings", "mock_csms.behavior", "asyncio", "starlette", "uvicorn", "httpx"}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "3 []\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sendd CS-1 Reset", "'sendd' is neither a flag nor a subcommand; did you mean 'send'?"),
        ("rules ad", "'ad' is not a sub-command; did you mean 'add'?"),
        ("rules add", "nothing to add"),
        ("rules add --reply Authorize {", "--reply: the JSON is wrong"),
        ("send CS-1 Reset {", "JSON: the JSON is wrong"),
        ("send CS-1 Reset @none.json", "none.json: No such file"),
        ("send CS-1", "required: ACTION"),
        ("stations --connected maybe", "--connected: 'maybe' is neither true nor false"),
        ("stations --limit x", "--limit: 'x' is not a whole number"),
        ("stations --conected true", "'--conected' is not a flag; did you mean '--connected'?"),
        ("wait CS-1 CS-2 Heartbeat", "one word too many"),
        ("wait Heartbeat --after x", "--after: 'x' is neither the number of an event nor `last`"),
        ("tokens set TAG1", "'TAG1' is not ID=STATUS"),
        ("tokens set TAG1=Expired,grup=G", "did you mean 'group'?"),
        ("set boot-status", "'boot-status' is not KEY=VALUE"),
        ("reset rule", "did you mean 'rules'?"),
        ("verdict --format html", "--format: invalid choice"),
        ("stations --api ftp://x", "--api: 'ftp://x' is not http://HOST:PORT"),
        ("stations --api http://x:y", "--api: 'http://x:y' is not http://HOST:PORT"),
        ("stations --api-token @none", "--api-token: none: No such file"),
    ],
)
def test_wrong_words(words: str, told: str) -> None:
    """A wrong command line gets one line, which says what is wrong and what was meant, and status 2."""
    ended = run(*words.split())
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1), ended.stderr
    assert told in ended.stderr


# Where the mock is.


async def test_where_the_mock_is(mock: ApiMock, tmp_path: Path) -> None:
    """--api counts more than MOCK_CSMS_API_URL, and that more than the ready file; a port alone is enough."""
    wrong, ready, port = "http://127.0.0.1:1", tmp_path / "ready", mock.api.rpartition(":")[2]
    ready.write_text(f"{mock.url}\n{mock.api}\n")
    await cli(mock, "stations", "--api", mock.api, MOCK_CSMS_API_URL=wrong)
    await cli(mock, "stations", "--api", port, MOCK_CSMS_API_URL=wrong)
    await cli(mock, "stations", MOCK_CSMS_API_URL=f"localhost:{port}", MOCK_CSMS_READY_FILE=str(tmp_path / "none"))
    await cli(mock, "stations", MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(ready))
    told = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL=wrong)
    assert told == f"mock-csms stations: error: no mock answers at {wrong}: Connection refused\n"
    ready.write_text(f"{mock.url}\n")
    told = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(ready))
    assert "the mock runs without --api" in told
    told = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(tmp_path / "none"))
    assert "No such file" in told
    told = await cli(mock, "stations", "--api", f"http://127.0.0.1:{mock.port}", status=3)
    assert "no mock answers" in told, "that is its OCPP port"


def test_the_mock_ignores_the_variables_of_clients() -> None:
    """A mock does not warn of MOCK_CSMS_API_URL: it is no setting, but it is known."""
    ended = run("--port=0", "--duration=0.01", "--quiet", MOCK_CSMS_API_URL="http://127.0.0.1:9001")
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_token(tmp_path: Path) -> None:
    """The token is given by flag, file or variable; without it the status is 2, and no output shows it."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    async with ApiMock("--api-token", TOKEN) as mock:
        assert "needs its token" in await cli(mock, "stations", status=2)
        assert "needs its token" in await cli(mock, "stations", "--api-token", "wrong", status=2)
        assert TOKEN not in await cli(mock, "stations", "--api-token", f"{TOKEN}\nX: y", status=2)
        await cli(mock, "stations", "--api-token", TOKEN)
        await cli(mock, "stations", "--api-token", f"@{tmp_path / 'token'}")
        await cli(mock, "stations", MOCK_CSMS_API_TOKEN=TOKEN)
        assert TOKEN not in await cli(mock, "set", MOCK_CSMS_API_TOKEN=TOKEN)


# Commands.


async def answered(station: Station, mock: ApiMock, answer: Any, *words: str, status: int = 0) -> str:
    """Send a command, answer it with a payload, or the parts of a CALLERROR, and return what is printed."""
    sending = asyncio.create_task(cli(mock, "send", *words, status=status))
    call = await station.expect(2)
    await station.send([4, call[1], *answer] if isinstance(answer, list) else [3, call[1], answer])
    return await sending


async def test_send(mock: ApiMock, station: Station, identity: str) -> None:
    """The answer of the station is printed, and is the exit status: 0 only for Accepted, or if it has no status."""
    told = await answered(station, mock, {"status": "Accepted"}, identity, "Reset", '{"type":"OnIdle"}')
    assert re.fullmatch(rf"{identity} Reset: Accepted \(\d+ ms\)\n", told)
    told = await answered(station, mock, {"status": "Rejected"}, identity, "ClearCache", status=1)
    assert f"{identity} ClearCache: Rejected (" in told
    told = await answered(station, mock, ["NotSupported", "no", {}], identity, "ClearCache", status=1)
    assert f"{identity} ClearCache: NotSupported: no (" in told
    told = await answered(station, mock, {"status": "Odd"}, identity, "ClearCache", status=1)
    assert "an invalid answer: status: " in told
    variable = {"component": {"name": "C"}, "variable": {"name": "V"}, "attributeStatus": "Accepted"}
    result = {"getVariableResult": [variable | {"attributeValue": "7"}]}
    payload = '{"getVariableData":[{"component":{"name":"C"},"variable":{"name":"V"}}]}'
    told = await answered(station, mock, result, identity, "GetVariables", payload)
    assert f"{identity} GetVariables: answered " in told
    assert orjson.loads(re.sub(r"^.*?answered | \(\d+ ms\)$", "", told.strip())) == result
    told = await answered(station, mock, result, identity, "GetVariables", payload, "--json")
    assert orjson.loads(told)["answer"] == result


async def test_a_command_from_a_file(mock: ApiMock, station: Station, identity: str, tmp_path: Path) -> None:
    """@FILE reads the payload from a file, and --raw sends it as it is."""
    (tmp_path / "payload.json").write_text('{"any": 1}')
    words = (identity, "Reset", f"@{tmp_path / 'payload.json'}", "--raw")
    sending = asyncio.create_task(cli(mock, "send", *words))
    call = await station.expect(2, ..., "Reset")
    assert call[3] == {"any": 1}
    await station.send([3, call[1], {"status": "Accepted"}])
    await sending


async def test_a_command_to_many(mock: ApiMock, identity: str) -> None:
    """A pattern sends it to all that match, prints one line for each, and is 0 only if all accepted."""
    async with mock.station(f"{identity}-1") as one, mock.station(f"{identity}-2") as two:
        for second, status in (("Accepted", 0), ("Rejected", 1)):
            sending = asyncio.create_task(cli(mock, "send", f"{identity}-*", "ClearCache", status=status))
            for station, answer in ((one, "Accepted"), (two, second)):
                call = await station.expect(2, ..., "ClearCache")
                await station.send([3, call[1], {"status": answer}])
            lines = (await sending).splitlines()
            assert [line.split(" (")[0] for line in lines] == [
                f"{identity}-1 ClearCache: Accepted",
                f"{identity}-2 ClearCache: {second}",
            ]


async def test_a_command_that_cannot_be_sent(mock: ApiMock, identity: str) -> None:
    """4: the station is unknown; 1: it is not connected, or gives no answer; 2: there is no such command."""
    assert f"no station {identity!r}" in await cli(mock, "send", identity, "Reset", status=4)
    assert "is connected" in await cli(mock, "send", f"{identity}*", "Reset", status=4)
    async with mock.station(identity) as station:
        assert "did you mean 'Reset'?" in await cli(mock, "send", identity, "Resett", status=2)
        told = await cli(mock, "send", identity, "Reset", "--timeout", "0.1", status=1)
        await station.expect(2, ..., "Reset")
        assert "no answer" in told
    await until(lambda: f"{identity} " in mock.log and "disconnected" in mock.log.rpartition(f" {identity} ")[2])
    assert "is not connected" in await cli(mock, "send", identity, "Reset", status=1)


# What the mock knows.


async def test_stations(mock: ApiMock, identity: str) -> None:
    """The table has 80 columns, whatever the stations say; controls from the wire are harmless; --json has it all."""
    long = {"reason": "PowerUp", "chargingStation": {"model": "\x1b[31mM" * 3, "vendorName": "a long vendor name" * 2}}
    name = identity + "-with-a-rather-long-name"
    async with mock.station(name) as station, mock.station(f"{identity}-2"):
        await station.ask("BootNotification", long)
        for number in range(1, 9):
            await station.ask("TransactionEvent", transaction("Started", f"T-{number}"))
        told = await cli(mock, "stations", "--match", f"{identity}*")
        assert [line for line in told.splitlines() if len(line) > 80] == []
        assert "\x1b" not in told
        assert "Accepted" in told
        assert all(f"T-{number}" in told for number in range(1, 9))
        rows = orjson.loads(await cli(mock, "stations", "--match", f"{identity}*", "--json"))
        assert [row["station"] for row in rows] == [f"{identity}-2", name]
        assert len(rows[1]["transactions"]) == 8
        told = await cli(mock, "stations", "--match", f"{identity}*", "--limit", "1", "--connected", "true")
        assert (name in told, f"{identity}-2" in told, "1 of 2 that match" in told) == (False, True, True)
        assert "2.0.1" in await cli(mock, "stations", "show", name)
        await cli(mock, "stations", "disconnect", name, "--code", "1001")
        assert await station.closed() == 1001
    await cli(mock, "stations", "add", f"{identity}/3", "--password", "pass")
    assert f"{identity}/3" in await cli(mock, "stations", "--match", f"{identity}*")
    await cli(mock, "stations", "rm", f"{identity}/3")
    await cli(mock, "stations", "rm", f"{identity}/3", status=4)


async def test_wait(mock: ApiMock, station: Station, identity: str) -> None:
    """It prints the event and ends with 0, or says what came instead and ends with 1."""
    waiting = asyncio.create_task(cli(mock, "wait", identity, "TransactionEvent[eventType=Ended]", "--within", "60"))
    await station.ask("TransactionEvent", transaction("Started"))
    await station.ask("TransactionEvent", transaction("Ended"))
    told = await waiting
    assert (told.count("\n"), f"{identity} -> TransactionEvent" in told, '"Ended"' in told) == (1, True, True)
    told = await cli(mock, "wait", f"TransactionEvent@{identity}", "--count", "2", "--json")
    assert [event["action"] for event in orjson.loads(told)["events"]] == ["TransactionEvent"] * 2
    told = await cli(mock, "wait", identity, "Heartbeat", "--within", "0", status=1)
    assert f"no Heartbeat of {identity} came" in told.splitlines()[0]
    assert "-> TransactionEvent" in told
    told = await cli(mock, "wait", identity, "TransactionEvent", "--after", "last", "--within", "0.05", status=1)
    assert "came instead: nothing" in told


async def test_log(mock: ApiMock, station: Station, identity: str) -> None:
    """It prints lines as on the console, JSON Lines or a trace; filters are those of the API."""
    for _ in range(3):
        await station.ask("Heartbeat")
    lines = (await cli(mock, "log", "--station", identity, "--action", "Heartbeat")).splitlines()
    assert len(lines) == 6
    ways = [re.match(rf"[\d:.]{{12}} {identity} (->|<-) Heartbeat", line) for line in lines]
    assert [way and way[1] for way in ways] == ["->", "<-"] * 3
    told = await cli(mock, "log", "--station", identity, "--type", "Call", "--json")
    assert [orjson.loads(line)["action"] for line in told.splitlines()] == ["Heartbeat"] * 3
    told = await cli(mock, "log", "--station", identity, "--trace")
    assert [orjson.loads(line)["messageType"] for line in told.splitlines()] == ["CALL", "CALLRESULT"] * 3
    told = await cli(mock, "log", "--station", identity, "--limit", "1")
    assert (told.count("\n"), "knocked" in told or "connected" in told) == (1, True)
    last = await cli(mock, "log", "--station", identity, "--latest", "--limit", "1")
    assert "Heartbeat.response" in last
    assert await cli(mock, "log", "--station", identity, "--after", "last") == ""


async def test_log_is_read_page_by_page(mock: ApiMock, identity: str) -> None:
    """A log that is longer than a page of the API is printed whole, each event once."""
    async with mock.station(identity) as station:
        for _ in range(600):
            await station.ask("Heartbeat")
    told = await cli(mock, "log", "--station", identity, "--action", "Heartbeat", "--json")
    seen = [orjson.loads(line)["seq"] for line in told.splitlines()]
    assert (len(seen), seen) == (1200, sorted({*seen}))


async def test_log_follows_until_the_mock_ends(tmp_path: Path) -> None:
    """`log -f` prints what there is and each event that comes, once, and ends with 0 when the mock ends."""
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
    """`log -f | head -1` ends: it does not follow for a reader who has left."""
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
    """Rules are written as on the command line of the mock, listed with their hits, and removed."""
    reply = '{"idTokenInfo":{"status":"Expired"}}'
    given = ("--reply", f"Authorize~2.0.1@{identity}", reply, "--fault", f"Heartbeat@{identity}*2", "drop")
    ids = [orjson.loads(line)["id"] for line in (await cli(mock, "rules", "add", *given, "--json")).splitlines()]
    assert len(ids) == 2
    token = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}
    assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Expired"
    told = await cli(mock, "rules")
    assert [line for line in told.splitlines() if len(line) > 80] == []
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
    """Tokens are set as with --token, listed and removed; the API checks the length of an id."""
    await cli(mock, "tokens", "set", "TAG/1=Expired", "TAG2=Blocked,group=G,evse=1+2,expiry=5")
    for id_, status in (("TAG/1", "Expired"), ("TAG2", "Blocked")):
        token = {"idToken": {"idToken": id_, "type": "ISO14443"}}
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == status
    told = await cli(mock, "tokens")
    assert re.search(r"^TAG2 +Blocked +G +5 +1 2 ", told, re.MULTILINE)
    await cli(mock, "tokens", "rm", "TAG/1")
    assert "there is no token" in await cli(mock, "tokens", "rm", "TAG/1", status=1)
    assert "longer than 36 characters" in await cli(mock, "tokens", "set", f"{'T' * 37}=Accepted", status=2)
    assert "longer than 20 characters" in await cli(
        mock, "tokens", "set", f"{'T' * 21}=Accepted", "--ocpp=1.6", status=2
    )
    await cli(mock, "tokens", "set", f"{'T' * 21}=Accepted")


async def test_settings(mock: ApiMock, station: Station) -> None:
    """`set` changes settings, and lists those that are not the defaults; `reset` takes the changes back."""
    await cli(mock, "set", "boot-status=Rejected", "boot-interval=77", "require-boot=false")
    told = await station.ask("BootNotification", BOOT)
    assert (told["status"], told["interval"]) == ("Rejected", 77)
    assert re.search(r"^boot-status +Rejected +API$", await cli(mock, "set"), re.MULTILINE)
    assert "did you mean 'boot-status'?" in await cli(mock, "set", "boot-staus=Accepted", status=2)
    assert "takes a restart" in await cli(mock, "set", "port=1", status=1)
    assert "boot-status" in await cli(mock, "set", "boot-status=null", "--json")
    assert (await station.ask("BootNotification", BOOT))["status"] == "Accepted"
    told = await cli(mock, "reset", "settings", "tokens", "--json")
    assert orjson.loads(told) == {"reset": ["tokens", "settings"]}
    assert (await station.ask("BootNotification", BOOT))["interval"] != 77


class Failing(ApiMock):
    """A run whose expectation is not met."""

    statuses = (1,)


async def test_verdict_and_stop() -> None:
    """Both print the verdict, and their exit status is that of the run; after `stop` there is no mock any more."""
    async with Failing("--expect", "Heartbeat", "--linger", "1000", "--within", "1000") as mock:
        async with mock.station("CS-1"):
            told = await cli(mock, "verdict", status=1)
            assert "failed" in told
            assert "Heartbeat" in told
            assert orjson.loads(await cli(mock, "verdict", "--json", status=1))["status"] == 1
            assert (await cli(mock, "verdict", "--format", "junit")).startswith("<?xml")
            assert "failed: 0 of 1" in await cli(mock, "stop", status=1)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 1
        await cli(mock, "stations", status=3)
