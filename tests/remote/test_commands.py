"""The sub-commands that drive a running mock over its HTTP API, as processes against a real mock."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from mock_csms.commands.remote.client import ROWS
from mock_csms.commands.remote.table import COMMANDS
from mock_csms.commands.remote_words import REMOTE_WORDS
from tests.control.api.clients import ApiMock
from tests.raw import run, until
from tests.remote.command_line import TOKEN, answered, cli
from tests.wire import PATIENCE, Station

# The table.


def test_each_sub_command_belongs_to_an_endpoint() -> None:
    """Each sub-command names an endpoint of the table, and its first word is in the list that the start reads."""
    assert [name for name, command in COMMANDS.items() if command.operation not in ROWS] == []
    assert {name.split()[0] for name in COMMANDS} == {*REMOTE_WORDS}


def test_no_settings_are_loaded() -> None:
    """To start fast, a sub-command loads neither settings nor asyncio nor a library of the API."""
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
    ("words", "expected"),
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
def test_wrong_command_lines(words: str, expected: str) -> None:
    """An invalid command line gets one line with the mistake and what was probably meant, and status 2."""
    ended = run(*words.split())
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1), ended.stderr
    assert expected in ended.stderr


# The address of the mock.


async def test_the_address_of_the_mock(mock: ApiMock, tmp_path: Path) -> None:
    """--api overrides MOCK_CSMS_API_URL, which overrides the ready file; each may be only a port."""
    wrong, ready, port = "http://127.0.0.1:1", tmp_path / "ready", mock.api.rpartition(":")[2]
    ready.write_text(f"{mock.url}\n{mock.api}\n")
    await cli(mock, "stations", "--api", mock.api, MOCK_CSMS_API_URL=wrong)
    await cli(mock, "stations", "--api", port, MOCK_CSMS_API_URL=wrong)
    await cli(mock, "stations", MOCK_CSMS_API_URL=f"localhost:{port}", MOCK_CSMS_READY_FILE=str(tmp_path / "none"))
    await cli(mock, "stations", MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(ready))
    result = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL=wrong)
    assert result == f"mock-csms stations: error: no mock answers at {wrong}: Connection refused\n"
    ready.write_text(f"{mock.url}\n")
    result = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(ready))
    assert "the mock runs without --api" in result
    result = await cli(mock, "stations", status=3, MOCK_CSMS_API_URL="", MOCK_CSMS_READY_FILE=str(tmp_path / "none"))
    assert "No such file" in result
    result = await cli(mock, "stations", "--api", f"http://127.0.0.1:{mock.port}", status=3)
    assert "no mock answers" in result, "that is its OCPP port"


def test_the_mock_accepts_the_variables_of_clients() -> None:
    """A mock prints no warning about MOCK_CSMS_API_URL, although that is not one of its settings."""
    ended = run("--port=0", "--duration=0.01", "--quiet", MOCK_CSMS_API_URL="http://127.0.0.1:9001")
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_token(tmp_path: Path) -> None:
    """The token comes from a flag, a file or a variable; without it the status is 2. It is never printed."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    async with ApiMock("--api-token", TOKEN) as mock:
        assert "needs its token" in await cli(mock, "stations", status=2)
        assert "needs its token" in await cli(mock, "stations", "--api-token", "wrong", status=2)
        assert TOKEN not in await cli(mock, "stations", "--api-token", f"{TOKEN}\nX: y", status=2)
        await cli(mock, "stations", "--api-token", TOKEN)
        await cli(mock, "stations", "--api-token", f"@{tmp_path / 'token'}")
        await cli(mock, "stations", MOCK_CSMS_API_TOKEN=TOKEN)
        assert TOKEN not in await cli(mock, "set", MOCK_CSMS_API_TOKEN=TOKEN)


async def test_send(mock: ApiMock, station: Station, identity: str) -> None:
    """`send` prints the answer of the station; its exit status is 0 only for Accepted or an answer without a status."""
    reported = await answered(station, mock, {"status": "Accepted"}, identity, "Reset", '{"type":"OnIdle"}')
    assert re.fullmatch(rf"{identity} Reset: Accepted \(\d+ ms\)\n", reported)
    reported = await answered(station, mock, {"status": "Rejected"}, identity, "ClearCache", status=1)
    assert f"{identity} ClearCache: Rejected (" in reported
    reported = await answered(station, mock, ["NotSupported", "no", {}], identity, "ClearCache", status=1)
    assert f"{identity} ClearCache: NotSupported: no (" in reported
    reported = await answered(station, mock, {"status": "Odd"}, identity, "ClearCache", status=1)
    assert "an invalid answer: status: " in reported
    variable = {"component": {"name": "C"}, "variable": {"name": "V"}, "attributeStatus": "Accepted"}
    result = {"getVariableResult": [variable | {"attributeValue": "7"}]}
    payload = '{"getVariableData":[{"component":{"name":"C"},"variable":{"name":"V"}}]}'
    reported = await answered(station, mock, result, identity, "GetVariables", payload)
    assert f"{identity} GetVariables: answered " in reported
    assert orjson.loads(re.sub(r"^.*?answered | \(\d+ ms\)$", "", reported.strip())) == result
    reported = await answered(station, mock, result, identity, "GetVariables", payload, "--json")
    assert orjson.loads(reported)["answer"] == result


async def test_a_command_from_a_file(mock: ApiMock, station: Station, identity: str, tmp_path: Path) -> None:
    """@FILE reads the payload from a file, and --raw sends it unchanged."""
    (tmp_path / "payload.json").write_text('{"any": 1}')
    words = (identity, "Reset", f"@{tmp_path / 'payload.json'}", "--raw")
    sending = asyncio.create_task(cli(mock, "send", *words))
    call = await station.expect(2, ..., "Reset")
    assert call[3] == {"any": 1}
    await station.send([3, call[1], {"status": "Accepted"}])
    await sending


async def test_a_command_to_several_stations(mock: ApiMock, identity: str) -> None:
    """With a pattern `send` prints a line for each matching station; the status is 0 only if all accept."""
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
    """Status 4: unknown station; 1: station not connected, or no answer; 2: unknown command."""
    assert f"no station {identity!r}" in await cli(mock, "send", identity, "Reset", status=4)
    assert "is connected" in await cli(mock, "send", f"{identity}*", "Reset", status=4)
    async with mock.station(identity) as station:
        assert "did you mean 'Reset'?" in await cli(mock, "send", identity, "Resett", status=2)
        result = await cli(mock, "send", identity, "Reset", "--timeout", "0.1", status=1)
        await station.expect(2, ..., "Reset")
        assert "no answer" in result
    await until(lambda: f"{identity} " in mock.log and "disconnected" in mock.log.rpartition(f" {identity} ")[2])
    assert "is not connected" in await cli(mock, "send", identity, "Reset", status=1)
