"""More hostile input: it harms no other station, and causes no internal error or leak of secrets."""

import asyncio
import gc
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import Config
from tests.raw import logged, until
from tests.wire import HANDSHAKE, PATIENCE, SERVER, Mock


async def test_a_client_that_resets_before_its_answer() -> None:
    """A client that sends something other than HTTP and resets the connection is logged, without an internal error."""
    async with Mock() as mock:
        async with mock.tcp() as client:
            await client.write(b"\x16")
            await asyncio.sleep(0)
        await until(logged(mock, "a TLS client hello"))
        async with mock.tcp() as client:
            mock.process.send_signal(signal.SIGSTOP)
            raw = client.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await client.write(b"SSH-2.0\r\n")
            client.writer.transport.abort()
            await asyncio.sleep(0.05)  # time for the kernel
            mock.process.send_signal(signal.SIGCONT)
            await until(logged(mock, "an SSH client"))
        async with mock.station() as station:
            await station.call("Heartbeat")
        assert "internal error" not in mock.log


@pytest.mark.skipif(sys.platform == "win32", reason="there is no shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("flags", [["--port=0", "--duration=0.1", "--events=events"], ["--help"], ["checks"]])
def test_standard_streams_may_be_closed(closed: str, flags: Sequence[str], tmp_path: Path) -> None:
    """A command with closed standard streams works, and writes no output into another file instead."""
    shell = ["sh", "-c", f'"$@" {closed}', "sh", *SERVER, *flags]
    ended = subprocess.run(shell, capture_output=True, timeout=PATIENCE, cwd=tmp_path, check=False)
    assert ended.returncode == 0, ended
    assert b"Traceback" not in ended.stderr
    for events in tmp_path.iterdir():
        assert all(line.startswith(b'{"event":') for line in events.read_bytes().splitlines())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no such device")
@pytest.mark.parametrize("flags", [["--help"], ["--help-all"], ["--version"], ["--completion=bash"], ["checks"]])
def test_printing_on_a_full_disk(flags: Sequence[str]) -> None:
    """If stdout is full, a command that prints ends with status 3 and one line."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*SERVER, *flags], stdout=full, stderr=-1, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (3, b"error: stdout is incomplete: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no such device")
def test_the_first_line_on_a_full_disk() -> None:
    """If the mock cannot write its first line, the error names stdout."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*SERVER, "--port=0"], stdout=full, stderr=-1, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr.count(b"\n")) == (3, 1), ended
    assert b"cannot start: stdout: No space left" in ended.stderr


def test_a_table_of_passwords_is_refused_without_them(tmp_path: Path) -> None:
    """The error about passwords in a TOML table, which is invalid, shows no password."""
    file = tmp_path / "wrong.toml"
    file.write_text('[basic_auth]\n"CS-1" = "0123456789abcdef"\n', encoding="utf-8")
    ended = subprocess.run([*SERVER, "--config", str(file)], capture_output=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, b"0123456789" in ended.stderr) == (2, False), ended.stderr
    assert b"neither a string nor a number" in ended.stderr


async def test_a_host_with_a_password_is_refused_without_it() -> None:
    """A Host header with a user and a password is refused, and the password is not repeated."""
    async with Mock("-v") as mock, mock.tcp() as raw:
        status, text = await raw.get("/CS-1", HANDSHAKE.replace("Host: ", "Host: user:0123456789abcdef@"))
        assert status == 400
        await until(logged(mock, "refused.*Host"))
        assert "0123456789" not in text + mock.log


async def test_calls_that_break_their_schema_are_not_kept() -> None:
    """After the answer, the mock keeps no payload of a large call that violates its schema."""
    async with CsmsServer(Config(port=0)) as csms:
        async with connect(f"{csms.url}/BAD", subprotocols=[Subprotocol("ocpp2.0.1")], compression=None) as station:
            for number in range(5):
                await station.send(f'[2,"{number}","Heartbeat",{{"odd":{[*range(1000)]}}}]')
                await station.recv()
        everything = gc.get_objects()
        parts = [part for each in everything for part in gc.get_referents(each) if type(part) is list]
        assert not [part for part in parts if len(part) == 1000 and part[:3] == [0, 1, 2]]
