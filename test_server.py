"""Black-box tests of the process, its flags and its exit status: frames on a real WebSocket prove each flag."""

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
import tomllib
from contextlib import AsyncExitStack, ExitStack, suppress
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests import warm, wire
from tests.pace import takes, turns
from tests.wire import BOOT, PATIENCE, SERVER, Station, assert_fits, transaction


class Mock(wire.Mock):
    """Here Python starts the program, as users do; everywhere else it is forked (`tests/warm.py`)."""

    is_cold = True


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run([*SERVER, *flags], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False)


def assert_one_line(ended: subprocess.CompletedProcess[str], status: int) -> None:
    """Check that the process ended with this status, one line on stderr and nothing on stdout."""
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (status, "", 1), ended


# Bad values.

BAD = """
    stray|--nonsense|--boot-stat Pending|--port x|--port -1|--port 65536|--port 1.5|--port|--boot-status Nope
    --boot-status ""|--boot-status Accepted --boot-status-sequence Pending|--boot-status-sequence ""
    --boot-status-sequence Accepted,Nope|--boot-status-sequence Accepted,,Pending|--boot-interval x|--boot-interval -1
    --boot-interval 1.5|--boot-interval nan|--boot-interval inf|--total-cost x|--total-cost nan|--total-cost inf
    --total-cost -1|--total-cost 1e999|--final-cost x|--final-cost NaN|--final-cost -inf|--final-cost -0.5
    --auth-mode nope|--whitelist|--blacklist|--local-list-tokens|--auth-cache-expiry x|--auth-cache-expiry nan
    --auth-cache-expiry -1|--auth-cache-expiry 1e300|-c Reset -d 1 -p 1
    -c Reset -d 1 --commands Reset:1|-c Nope -d 1|-c reset -d 1|-c Heartbeat -d 1|-c "" -d 1|-c Reset -d x
    -c Reset -d -1|-c Reset -d nan|-c Reset -d inf|-c Reset -p x|-c Reset -p -1|-c Reset -p nan|-c Reset -p inf
    -c Reset -p 0|--commands ""|--commands ,|--commands Reset|--commands Reset:|--commands Reset:x|--commands :1
    --commands Reset:-1|--commands Reset:nan|--commands Reset:inf|--commands Reset:1,,Reset:1|--commands Nope:1
    --commands Heartbeat:1|--commands Reset:1,reset:1|-c Reset -d 0 --payload ""|-c Reset -d 0 --payload "{"
    -c Reset -d 0 --payload []|-c Reset -d 0 --payload 5|-c Reset -d 0 --payload '{"type": "Nope"}'
    -c Reset -d 0 --payload '{"type": null}'|-c Reset -d 0 --payload '{"evseId": "1"}'
    -c Reset -d 0 --payload '{"nope": 1}'|-c Reset -d 0 --payload '{"evseId": NaN}'
    -c Reset -d 0 --payload @/no/such/file|-c Reset -d 0 --payload @/|--after never|--trigger-message Nope
    --reset-type Nope|--availability-status Nope|--set-variables ""|--set-variables A|--set-variables A.B
    --ocpp 2.0.1 --set-variables A=1|--set-variables A.=1|--get-variables ""|--ocpp 2.0.1 --get-variables A
    --get-variables A.|--get-variables .B|--reservation-id x|--reservation-id 1.5|--reservation-id -1
    --reservation-id nan|--reserve-evse-id x|--reserve-evse-id -1|--call-timeout x|--call-timeout 0|--call-timeout -1
    --call-timeout nan|--call-timeout inf|--ping-interval x|--ping-interval -1|--ping-interval nan|--ping-interval inf
    --ping-timeout x|--ping-timeout -1|--ping-timeout nan|--max-message-size x|--max-message-size 0
    --max-message-size -1|--max-message-size 1.5|--log-level LOUD
"""
BAD_FLAGS = [shlex.split(flags) for line in BAD.strip().splitlines() for flags in line.split("|")]
BAD_FLAGS += [  # values that would violate a schema
    ["--auth-group-id", "t" * 256],  # OCPP 2.1 allows 255 characters
    ["--ocpp", "2.0.1", "--auth-group-id", "t" * 37],
    ["--ocpp", "1.6", "--auth-group-id", "t" * 21],
    ["--ocpp", "2.0.1", "--token", f"{'t' * 37}=Blocked"],
    ["-c", "ReserveNow", "-d", "0", "--reserve-id-token", "t" * 256],
    ["--ocpp", "2.0.1", "-c", "ReserveNow", "-d", "0", "--reserve-id-token", "t" * 37],
    ["-c", "SendLocalList", "-d", "0", "--local-list-tokens", "t" * 256],
    ["--ocpp", "2.0.1", "-c", "SendLocalList", "-d", "0", "--local-list-tokens", "t" * 37],
    ["--ocpp", "2.0.1", "-c", "SetVariables", "-d", "0", "--set-variables", f"{'C' * 51}.V=1"],
    ["-c", "GetVariables", "-d", "0", "--get-variables", f"C.{'V' * 51}"],
    ["-c", "Reset", "-d", "0", "--payload", "[" * 100_000],
    ["-c", "DataTransfer", "-d", "0", "--payload", '{"data":' * 9_000],
]


@pytest.mark.parametrize("flags", BAD_FLAGS, ids=lambda flags: " ".join(flags)[:60])
def test_bad_value(flags: list[str]) -> None:
    """A bad value is refused at start with one line on stderr and status 2. (These many processes are forked.)"""
    assert_one_line(warm.run([*SERVER, "--port", "0", *flags], timeout=PATIENCE), 2)


@pytest.mark.parametrize("flags", BAD_FLAGS[::20], ids=lambda flags: " ".join(flags)[:60])
def test_bad_value_after_a_cold_start(flags: list[str]) -> None:
    """A process that imports only what it needs says the same."""
    ended = run("--port", "0", *flags)
    assert_one_line(ended, 2)
    assert ended.stderr == warm.run([*SERVER, "--port", "0", *flags], timeout=PATIENCE).stderr


@pytest.mark.parametrize(("wrong", "right"), [("Rest", "Reset"), ("reset", "Reset"), ("GetVariable", "GetVariables")])
def test_wrong_action_gets_a_hint(wrong: str, right: str) -> None:
    """A wrong action name is refused with the nearest right one, in both flags."""
    assert right in run("--command", wrong, "--delay", "1").stderr.replace(f"'{wrong}'", "")
    assert right in run("--commands", f"{wrong}:1").stderr.replace(f"'{wrong}'", "")


# Starting.


def test_version() -> None:
    """--version prints the version of the package and exits with 0."""
    version = tomllib.loads((Path(SERVER[1]).parent / "pyproject.toml").read_text())["project"]["version"]
    ended = run("--version")
    assert (ended.returncode, ended.stderr, version in ended.stdout) == (0, "", True)


def test_default_address() -> None:
    """Without flags the mock listens on 127.0.0.1:9000; if that port is busy, one line says so: status 3."""
    with ExitStack() as stack:
        with suppress(OSError):  # another program uses the port
            stack.enter_context(socket.create_server(("127.0.0.1", 9000)))
        ended = run()
    assert_one_line(ended, 3)
    assert "127.0.0.1:9000" in ended.stderr


@pytest.mark.parametrize("flags", ["--host no-such-host.invalid", "--host 192.0.2.1", "--ready-file /no/such/folder/f"])
def test_cannot_start(flags: str) -> None:
    """If a host does not resolve or is not local, or a file cannot be written, one line says so: status 3."""
    ended = run("--port", "0", *flags.split())
    assert (ended.returncode, len(ended.stderr.splitlines())) == (3, 1), ended


async def test_port_and_first_line() -> None:
    """The mock listens on the given port, and its first line on stdout is the URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with Mock(port=f"--port {port}") as mock, mock.station() as station:
        assert mock.first_line == f"Listening on ws://127.0.0.1:{port}\n"
        await station.ask("Heartbeat")
        assert_one_line(run("--port", str(port)), 3)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
async def test_host() -> None:
    """The mock listens on the given address and on no other one."""
    async with Mock("--host", "127.0.0.2") as mock, mock.station() as station:
        assert mock.host == "127.0.0.2"
        await station.ask("Heartbeat")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", int(mock.port))


async def test_ready_pipe(tmp_path: Path) -> None:
    """If the ready file is a named pipe, the mock writes the URL to it and does not replace it."""
    pipe = tmp_path / "ready"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    async with Mock("--ready-file", str(pipe)) as mock:
        result = b""
        while not result.endswith(b"\n"):
            with suppress(BlockingIOError):
                result += os.read(reader, 100)
            await asyncio.sleep(0.01)
        assert (result.decode(), pipe.is_fifo()) == (mock.url + "\n", True)
    os.close(reader)


async def test_ready_file(tmp_path: Path) -> None:
    """The ready file holds the URL on one line once the server listens."""
    ready = tmp_path / "ready"
    async with Mock("--ready-file", str(ready)) as mock, asyncio.timeout(PATIENCE):
        while not ready.exists():
            await asyncio.sleep(0.01)
        assert ready.read_text() == f"{mock.url}\n"
        assert list(tmp_path.iterdir()) == [ready]


@pytest.mark.parametrize(("level", "lines"), [("INFO", 2), ("debug", 2), ("ERROR", 0)])
async def test_log_level(level: str, lines: int) -> None:
    """At INFO and DEBUG stderr has a line per message, with its station and action; stdout has only the URL."""
    async with Mock("--log-level", level, "--checks=none") as mock, mock.station("CS-7") as station:
        await station.ask("Heartbeat")
        await asyncio.to_thread(mock.stop)
        assert len([line for line in mock.log.splitlines() if "CS-7" in line and "Heartbeat" in line]) == lines
        assert mock.process.stdout
        assert mock.process.stdout.read() == b""


# Ending.


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
async def test_signal(signal_: signal.Signals) -> None:
    """A signal closes every connection with 1001 and ends with status 0, whatever is under way."""
    async with Mock("-c", "ClearCache", "-p", "0.1") as mock, mock.tcp(), mock.raw(), AsyncExitStack() as stack:
        stations = [await stack.enter_async_context(mock.station(f"CS-{number}")) for number in range(200)]
        await stations[0].expect(2, ..., "ClearCache")
        mock.process.send_signal(signal_)
        assert [await station.closed() for station in stations] == [1001] * 200
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 0


async def test_second_signal() -> None:
    """A second signal ends the process although a station does not answer the close frame."""
    async with Mock() as mock, mock.raw() as mute:
        mock.statuses = (0, 130, 143, -signal.SIGTERM)
        mock.process.send_signal(signal.SIGTERM)
        assert (await mute.frame())[0] == 8
        mock.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(mock.process.wait, PATIENCE)


# Answers.

TOKEN = {"idToken": "abc", "type": "ISO14443"}
INFO = {"idTokenInfo": {"status": "Accepted"}}


@pytest.mark.parametrize(
    ("flags", "action", "request_", "wanted"),
    [
        ("", "BootNotification", BOOT, {"status": "Accepted", "interval": 60}),
        ("--boot-status Pending", "BootNotification", BOOT, {"status": "Pending", "interval": 60}),
        ("--boot-status rejected --boot-interval 5", "BootNotification", BOOT, {"status": "Rejected", "interval": 5}),
        ("", "TransactionEvent", transaction("Started"), {}),
        ("", "TransactionEvent", transaction("Started", idToken=TOKEN), INFO),
        ("", "TransactionEvent", transaction("Updated"), {"totalCost": 10.0}),
        ("", "TransactionEvent", transaction("Updated", idToken=TOKEN), {"totalCost": 10.0, **INFO}),
        ("", "TransactionEvent", transaction("Ended"), {}),
        ("", "TransactionEvent", transaction("Ended", idToken=TOKEN), INFO),
        ("--auth-mode whitelist", "TransactionEvent", transaction("Started"), {}),
        ("--total-cost 12.34", "TransactionEvent", transaction("Updated"), {"totalCost": 12.34}),
        ("--total-cost 0", "TransactionEvent", transaction("Updated"), {"totalCost": 0}),
        ("--final-cost 0", "TransactionEvent", transaction("Ended"), {"totalCost": 0}),
        ("--final-cost 42.5", "TransactionEvent", transaction("Updated"), {"totalCost": 10.0}),
        ("--final-cost 42.5", "TransactionEvent", transaction("Started"), {}),
        ("--final-cost 1.5", "TransactionEvent", transaction("Ended", idToken=TOKEN), {"totalCost": 1.5, **INFO}),
        ("--offline", "TransactionEvent", transaction("Started", idToken=TOKEN), INFO),
    ],
)
async def test_answer(flags: str, action: str, request_: Any, wanted: Any) -> None:
    """An answer has exactly what the flags say, apart from the time."""
    async with Mock(*flags.split()) as mock, mock.station() as station:
        answer = await station.ask(action, request_)
        answer.pop("currentTime", None)
        assert answer == wanted


MODES = """
    : blocked_token Accepted
    --whitelist a --blacklist b : b Accepted
    --auth-mode whitelist : test_token Accepted
    --auth-mode whitelist : Authorized_User Accepted
    --auth-mode whitelist : blocked_token Blocked
    --auth-mode WhiteList --whitelist One two : oNE Accepted
    --auth-mode whitelist --whitelist One two : TWO Accepted
    --auth-mode whitelist --whitelist One two : test_token Blocked
    --auth-mode blacklist : Blocked_Token Blocked
    --auth-mode blacklist : invalid_user Blocked
    --auth-mode blacklist : anything Accepted
    --auth-mode blacklist --blacklist One two : TWO Blocked
    --auth-mode blacklist --blacklist One two : blocked_token Accepted
    --auth-mode rate_limit : valid_token NotAtThisTime
"""


@pytest.mark.parametrize("row", MODES.strip().splitlines())
async def test_auth_mode(row: str) -> None:
    """The mode and its list decide about a token, without regard to case, in Authorize and in TransactionEvent."""
    *flags, _, token, status = row.split()
    wanted = {"idTokenInfo": {"status": status}}
    id_token = {"idToken": token, "type": "ISO14443"}
    async with Mock(*flags) as mock, mock.station() as station:
        assert await station.ask("Authorize", {"idToken": id_token}) == wanted
        assert await station.ask("TransactionEvent", transaction("Started", idToken=id_token)) == wanted


async def test_boot_status_sequence() -> None:
    """Each station goes through the sequence by itself, over its reconnects, and stays on the last status."""
    seen: dict[str, list[str]] = {"A": [], "B": []}
    async with Mock("--boot-status-sequence", "pending,Rejected,ACCEPTED") as mock:
        for identity in "AABAABB":
            async with mock.station(identity) as station:
                seen[identity].append((await station.ask("BootNotification", BOOT))["status"])
    assert seen == {"A": ["Pending", "Rejected", "Accepted", "Accepted"], "B": ["Pending", "Rejected", "Accepted"]}


async def test_offline() -> None:
    """--offline answers Authorize with CALLERROR InternalError, and changes no other answer."""
    async with Mock("--offline") as mock, mock.station() as station:
        kind, _, code, _, details = await station.call("Authorize", {"idToken": TOKEN})
        assert (kind, code, type(details)) == (4, "InternalError", dict)
        assert (await station.ask("BootNotification", BOOT))["status"] == "Accepted"


@pytest.mark.parametrize("mode", ["normal", "rate_limit"])
async def test_auth_group_and_cache_expiry(mode: str) -> None:
    """Every idTokenInfo has the group token, and a cacheExpiryDateTime that many seconds from now."""
    flags = ["--auth-mode", mode, "--auth-group-id", "G-1", "--auth-cache-expiry", "3600"]
    async with Mock(*flags) as mock, mock.station() as station:
        for action, asked in (("Authorize", {}), ("TransactionEvent", transaction("Ended"))):
            before = datetime.fromisoformat((await station.ask("Heartbeat"))["currentTime"])
            info = (await station.ask(action, {**asked, "idToken": TOKEN}))["idTokenInfo"]
            after = datetime.fromisoformat((await station.ask("Heartbeat"))["currentTime"])
            assert info["groupIdToken"] == {"idToken": "G-1", "type": "Central"}
            expiry = datetime.fromisoformat(info["cacheExpiryDateTime"]) - timedelta(seconds=3600)
            assert before - timedelta(seconds=1) <= expiry <= after + timedelta(seconds=1)


# Commands: payloads.

FLAGGED = r"""
    TriggerMessage | --trigger-message heartbeat | requestedMessage=Heartbeat
    TriggerMessage | --trigger-message SignCertificate | requestedMessage=SignChargingStationCertificate
    Reset | --reset-type onidle | type=OnIdle
    ChangeAvailability | --availability-status Inoperative | operationalStatus=Inoperative
    SetVariables | --set-variables A.B=1,2,C.D=x | setVariableData.0: component.name=A attributeValue=1,2
    SetVariables | --set-variables A.B=1,C.D=x=y | setVariableData.1: variable.name=D attributeValue=x=y
    SetVariables | --set-variables A.B= | setVariableData.0: attributeValue= attributeType=None
    GetVariables | --get-variables A.B,C.D | getVariableData: 0.component.name=A 0.variable.name=B 1.component.name=C
    SendLocalList | --local-list-tokens One two | localAuthorizationList: 0.idToken.idToken=One 1.idToken.idToken=two
    ReserveNow | --reservation-id 7 --reserve-id-token T7 --reserve-evse-id 2 | id=7 idToken.idToken=T7 evseId=2
    CancelReservation | --reservation-id 7 | reservationId=7
    Reset | --payload '{"evseId": 1}' | type=Immediate evseId=1
    Reset | --payload '{"type": "OnIdle"}' --reset-type Immediate | type=OnIdle evseId=None
    DataTransfer | --payload '{"data": null, "vendorId": "V"}' | vendorId=V messageId=TestMessage data=None
    ReserveNow | --payload '{"idToken": {"idToken": "P"}}' | idToken.idToken=P evseId=1
"""


@pytest.mark.parametrize("row", FLAGGED.strip().splitlines())
async def test_command_payload(row: str) -> None:
    """The payload of the command has the values of the flags."""
    action, flags, wanted = row.strip().split(" | ")
    async with Mock("--command", action, "--delay", "0", *shlex.split(flags)) as mock, mock.station() as station:
        assert_fits(await station.obey(action), wanted)


async def test_payload_from_a_file(tmp_path: Path) -> None:
    """--payload @FILE reads the merge patch from a file."""
    (tmp_path / "patch.json").write_text('{"data": {"ä": [1, null]}}', encoding="utf-8")
    flags = ["-c", "DataTransfer", "-d", "0", "--payload", f"@{tmp_path / 'patch.json'}"]
    async with Mock(*flags) as mock, mock.station() as station:
        assert (await station.obey("DataTransfer"))["data"] == {"ä": [1, None]}


# Commands: times, stations, repetitions.


async def obeyed(station: Station, *actions: str) -> None:
    """Answer each of these commands at once, and check that no other command comes."""
    for action in actions:
        await station.obey(action)
    await station.nothing(0.25)


async def test_sequence() -> None:
    """The delays of --commands count from the end of the previous command."""
    async with Mock("--commands", "ClearCache:0, GetLocalListVersion:0.4,Reset:0") as mock, mock.station() as station:
        _, id_, *_ = await station.expect(2, ..., "ClearCache", {})
        await station.nothing(0.6)
        with takes(0.4):
            await station.send([3, id_, {"status": "Accepted"}])
            await station.obey("GetLocalListVersion")
        await obeyed(station, "Reset")


async def test_period() -> None:
    """--period sends the first command after that many seconds, and none while another one is outstanding."""
    async with Mock("-c", "ClearCache", "-p", "0.4") as mock, AsyncExitStack() as stack:
        with takes(1.2):
            station = await stack.enter_async_context(mock.station())
            for _ in range(2):
                await station.obey("ClearCache")
            _, id_, *_ = await station.expect(2, ..., "ClearCache")
        await station.nothing(1)
        await station.send([4, id_, "InternalError", "", {}])
        await station.obey("ClearCache")


async def test_period_runs_from_start_to_start() -> None:
    """The period runs from start to start: a slow station gets as many commands as a fast one."""
    pause, period = 0.3, 0.35
    came = [-inf]
    async with Mock("-c", "ClearCache", "-p", f"{period}") as mock, mock.station() as slow, asyncio.timeout(PATIENCE):
        while len(came) < 3 or came[-1] - came[-2] >= pause + 0.95 * period:  # always true if it ran from end to start
            _, id_, *_ = await slow.expect(2)
            came.append(monotonic())
            await asyncio.sleep(pause)
            await slow.send([3, id_, {"status": "Accepted"}])


async def test_call_timeout() -> None:
    """After --call-timeout the mock sends the next command; late and repeated answers change nothing."""
    flags = ["--commands", "ClearCache:0,GetLocalListVersion:0,Reset:0", "--call-timeout", "0.4"]
    async with Mock(*flags) as mock, AsyncExitStack() as stack:
        with takes(0.4):
            station = await stack.enter_async_context(mock.station())
            _, late, *_ = await station.expect(2, ..., "ClearCache")
            _, id_, *_ = await station.expect(2, ..., "GetLocalListVersion")
        for answered in (late, late, id_, id_):
            await station.send([3, answered, {"versionNumber": 1}])
        await obeyed(station, "Reset")
        await station.ask("Heartbeat")


async def test_after_boot() -> None:
    """With --after boot the delays start when the first boot was answered Accepted, and again on a reconnect."""
    for turn in turns():
        with turn as pace:
            await boots_and_comes_back(f"ClearCache:0,Reset:{0.3 * pace}")


async def boots_and_comes_back(commands: str) -> None:
    """Let a station boot, answer the first command, and leave; the second command comes after it reconnects."""
    flags = ["--after", "BOOT", "--commands", commands, "--boot-status-sequence", "Pending,Accepted"]
    async with Mock(*flags) as mock:
        async with mock.station() as station:
            await station.nothing(0.2)
            assert (await station.ask("BootNotification", BOOT))["status"] == "Pending"
            await station.nothing(0.2)
            assert (await station.ask("BootNotification", BOOT))["status"] == "Accepted"
            await station.obey("ClearCache")
        async with mock.station() as station:
            await obeyed(station, "Reset")
            await station.ask("BootNotification", BOOT)
            await station.nothing(0.2)


async def test_a_command_without_a_time() -> None:
    """--command alone sends the command at once, and only once."""
    async with Mock("--command", "Reset") as mock, mock.station() as station:
        await obeyed(station, "Reset")


async def test_station() -> None:
    """Only stations whose identity matches --station get commands."""
    async with Mock("-c", "ClearCache", "-d", "0", "--station", "CS-?[12]*") as mock:
        for identity in ("CS-01", "CS-x2-more", "CS-1", "XCS-01"):
            async with mock.station(identity) as station:
                await obeyed(station, *(["ClearCache"] if identity in ("CS-01", "CS-x2-more") else []))


@pytest.mark.parametrize(
    ("flags", "connections"),
    [
        ("--commands ClearCache:0,Reset:0", ["A: ClearCache Reset", "A:", "B: ClearCache Reset"]),
        ("--commands ClearCache:0,Reset:0 --rerun-commands", ["A: ClearCache Reset", "A: ClearCache Reset"]),
    ],
)
async def test_reconnect(flags: str, connections: list[str]) -> None:
    """The mock runs the commands once per station, or with --rerun-commands once per connection."""
    async with Mock(*flags.split()) as mock:
        for connection in connections:
            identity, _, actions = connection.partition(":")
            async with mock.station(identity) as station:
                await obeyed(station, *actions.split())


async def test_a_written_command_counts_as_run() -> None:
    """A station that disconnects without answering a command gets the next one when it reconnects."""
    async with Mock("--commands", "Reset:0,ClearCache:0") as mock:
        async with mock.station() as station:
            await station.expect(2, ..., "Reset")
        async with mock.station() as station:
            await obeyed(station, "ClearCache")


async def test_an_interrupted_delay_starts_again() -> None:
    """--delay counts from the connection, and starts again in full after a reconnect."""
    for turn in turns():
        with turn as pace:
            async with Mock("-c", "ClearCache", "-d", f"{0.6 * pace}") as mock, AsyncExitStack() as stack:
                async with mock.station() as station:
                    await station.nothing(0.3 * pace)
                with takes(0.6 * pace):
                    station = await stack.enter_async_context(mock.station())
                    await station.obey("ClearCache")
                await obeyed(station)


@pytest.mark.parametrize(("action", "id_"), [("GetLog", "requestId"), ("RequestStartTransaction", "remoteStartId")])
async def test_periodic_commands_continue(action: str, id_: str) -> None:
    """Periodic commands continue after a reconnect, each with a new requestId or remoteStartId."""
    ids = set()
    async with Mock("-c", action, "-p", "0.1") as mock:
        for _ in range(2):
            async with mock.station() as station:
                ids |= {(await station.obey(action))[id_] for _ in range(2)}
    assert len(ids) == 4
