"""The modules that the start loads, and those that are loaded later, after the first answer."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.raw import until
from tests.wire import BOOT, PATIENCE, Mock

UNNEEDED = (
    *("ssl", "_ssl", "asyncio.sslproto", "importlib.metadata", "typing_extensions", "cryptography", "ocpp"),
    *("msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml", "jsonschema_rs", "tomllib", "sqlite3"),
    *("mock_csms.conformance.catalogue", "mock_csms.conformance.inspector", "mock_csms.conformance.facts"),
    *("mock_csms.behavior.expectations", "mock_csms.behavior.faults", "mock_csms.behavior.notation"),
    *("mock_csms.behavior.secrets", "mock_csms.runtime.transport.tls.layer", "mock_csms.protocol.x509", "platform"),
    "ipaddress",
    *("mock_csms.runtime.learning", "mock_csms.runtime.memory", "mock_csms.runtime.schedule"),
    *("mock_csms.watch.diagram", "mock_csms.watch.eventlog", "mock_csms.watch.trace", "mock_csms.watch.verdict"),
    *("mock_csms.watch.console", "mock_csms.watch.lines", "mock_csms.commands.reload"),
)
"""Modules that are not needed before the first message of a station."""
OF_HANDSHAKES = (
    *("hashlib", "_hashlib", "secrets", "hmac", "email.utils", "calendar"),
    *("mock_csms.behavior.v2.dialect", "mock_csms.behavior.v16.dialect"),
)
"""Modules that are not needed before the first station connects."""

STARTED = """
import json, os, signal, sys
from mock_csms.commands.unneeded import leave_out
leave_out()
from mock_csms.runtime import publishing
publishing.LONGEST = 600.0  # longer than the first answer takes on a slow machine
"""
"""The beginning of a program that runs the mock, which loads no further modules before a station sends a message."""

TELLS = """
def tell(*_):
    # A stand-in for a module that was not loaded has no __spec__.
    print(json.dumps([name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]), flush=True)
signal.signal(signal.SIGUSR1, tell)
"""
"""Prints the loaded modules on SIGUSR1."""

WAITS = """
class Gate:
    def find_spec(self, name, path, target=None):
        if name == "mock_csms.conformance.catalogue":
            open({pipe!r}).close()  # waits until the pipe is opened for writing
sys.meta_path.insert(0, Gate())
"""
"""Blocks the import of the table of checks until the test opens a pipe."""

RUNS = """
from mock_csms.__main__ import main
sys.exit(main())
"""


class Program(Mock):
    """The mock, started by a Python program."""

    is_cold = True

    def __init__(self, text: str, *flags: str) -> None:
        self.program = [sys.executable, "-c", STARTED + text + RUNS]
        super().__init__(*flags)

    def finish(self) -> None:
        """Stop the mock, and keep its log."""
        self.last_log = self.log
        super().finish()


def events_of(file: Path) -> list[tuple[str, str]]:
    """Return the event and the action or check of each line of an event log."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line["event"], line.get("action") or line.get("check") or "") for line in lines]


async def test_a_start_loads_what_it_needs() -> None:
    """When the mock listens, and when a station connects, no module that only later steps need is loaded."""

    async def loaded(mock: Mock) -> set[str]:
        mock.process.send_signal(signal.SIGUSR1)
        assert mock.process.stdout
        return set(json.loads(await asyncio.to_thread(mock.process.stdout.readline)))

    async with Program(TELLS) as mock:
        listening = await loaded(mock)
        async with mock.raw():
            connected = await loaded(mock)
    assert "mock_csms.runtime.csms" in listening
    assert sorted(listening.intersection([*UNNEEDED, *OF_HANDSHAKES])) == []
    assert sorted(connected.intersection(UNNEEDED)) == []
    assert "hashlib" in connected


OF_OCPI = ("mock_csms.ocpi", "httpx", "starlette", "uvicorn")
"""The modules of the OCPI side."""


@pytest.mark.parametrize(("flags", "libraries"), [((), []), (["--ocpi", "0"], OF_OCPI)], ids=["without", "with"])
async def test_ocpi_is_loaded_when_wanted(flags: list[str], libraries: list[str]) -> None:
    """Without --ocpi neither the OCPI side nor its libraries are loaded."""
    async with Program(TELLS, *flags) as mock:
        for _ in range(flags.count("--ocpi")):
            assert mock.process.stdout
            await asyncio.to_thread(mock.process.stdout.readline)
        mock.process.send_signal(signal.SIGUSR1)
        assert mock.process.stdout
        loaded = json.loads(await asyncio.to_thread(mock.process.stdout.readline))
    assert [name for name in OF_OCPI if name in loaded] == list(libraries)


OF_FILES = ("starlette", "uvicorn", "pyftpdlib", "asyncssh")
"""The libraries of the file server."""


@pytest.mark.parametrize(
    ("flags", "libraries"),
    [((), []), (["--files", "."], OF_FILES[:2]), (["--files", ".", "--files-listen", "ftp://0"], OF_FILES[:3])],
    ids=["without", "http", "ftp"],
)
async def test_libraries_of_files_are_loaded_when_wanted(flags: list[str], libraries: list[str]) -> None:
    """Without --files none of its libraries is loaded; those of FTP and SFTP are loaded only if these are served."""
    async with Program(TELLS, *flags) as mock:
        for _ in range(flags.count("--files")):
            assert mock.process.stdout
            await asyncio.to_thread(mock.process.stdout.readline)
        mock.process.send_signal(signal.SIGUSR1)
        assert mock.process.stdout
        loaded = json.loads(await asyncio.to_thread(mock.process.stdout.readline))
    assert [name for name in OF_FILES if name in loaded] == list(libraries)


async def test_the_first_answer_does_not_wait_for_the_checks(tmp_path: Path) -> None:
    """The first answer is sent before the table of checks is loaded; earlier messages are checked afterwards.

    In the event log each finding follows its event, as if the checks had run at once.
    """
    pipe, log = tmp_path / "pipe", tmp_path / "events"
    os.mkfifo(pipe)
    async with Program(WAITS.format(pipe=str(pipe)), "--events", str(log)) as mock, mock.station() as station:
        await station.call("Heartbeat")  # before the boot
        assert events_of(log) == []
        await asyncio.to_thread(pipe.write_text, "")
        await station.ask("BootNotification", BOOT)
    assert events_of(log) == [
        *(("Started", ""), ("Knocked", ""), ("Connected", "")),
        *(("Received", "Heartbeat"), ("Finding", "B01"), ("Sent", "Heartbeat")),
        *(("Received", "BootNotification"), ("Finding", "B01"), ("Sent", "BootNotification"), ("Disconnected", "")),
    ]


async def test_kept_events_are_checked_when_the_mock_ends() -> None:
    """If a signal ends the mock before the first answer, earlier events are still checked and logged."""
    async with Program("", "--fail-on-findings", "warning") as mock, mock.raw("/CS|1"):
        assert mock.log == ""
        mock.statuses = (1,)
        assert await asyncio.to_thread(mock.stop) == 1
    assert " T04 " in mock.last_log


async def test_kept_events_are_checked_with_earlier_settings(tmp_path: Path) -> None:
    """A reload of settings before the first answer does not change the checks of earlier events."""
    settings = tmp_path / "settings.toml"
    settings.write_text('checks = "all"')
    async with Program("", "--config", str(settings)) as mock, mock.raw("/CS|1"):
        settings.write_text('checks = "none"')
        mock.process.send_signal(signal.SIGHUP)
        await until(lambda: "checks: all -> none" in mock.log)
        assert " T04 " in mock.log


def test_a_wrong_selection_of_checks_is_refused_before_the_mock_listens() -> None:
    """A wrong --checks is refused at the start with one line and status 2, although checks are loaded later."""
    command = [sys.executable, "-c", STARTED + RUNS, "--port=0", "--checks", "T14,nonsense"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.fullmatch(r"mock-csms: error: --checks: 'nonsense' is neither a check .*\n", ended.stderr)


LATER: dict[str, str] = {
    "TLS of asyncio": """
        async def main():
            server = await asyncio.start_server(lambda _, writer: writer.write(b"no TLS"), "127.0.0.1", 0)
            try:
                await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=True)
            except ssl.SSLError as error:
                assert error.reason == "WRONG_VERSION_NUMBER"
                return
            raise AssertionError
        assert "_ssl" not in sys.modules
        asyncio.run(main())
        assert ssl.SSLSocket.__module__ == "ssl" and isinstance(ssl.create_default_context(), ssl.SSLContext)
    """,
    "an SSLSocket": """
        async def main():
            sock = ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="x")
            try:
                await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=sock)
            except TypeError as error:
                assert "SSLSocket" in str(error)
                return
            raise AssertionError
        asyncio.run(main())
    """,
    "msgspec's formats": """
        import msgspec
        assert msgspec.msgpack.decode(msgspec.msgpack.encode([1])) == [1]
        assert msgspec.inspect.type_info(int) == msgspec.inspect.IntType()
        import typing_extensions
    """,
    "platform": """
        import platform, uuid
        assert platform.system() == "Linux" or sys.platform != "linux"
        assert platform.python_version().startswith("3.") and platform.machine()
    """,
    "hashes": """
        import hashlib, secrets
        assert "_hashlib" not in sys.modules
        assert hashlib.new("sha1", b"x").hexdigest() == hashlib.sha1(b"x").hexdigest()
        assert len(secrets.token_bytes(4)) == 4
    """,
    "the metadata of packages": """
        import mock_csms.runtime.transport
        from importlib.metadata import version
        assert version("websockets")
    """,
}
"""Programs that use modules which the start does not load."""


@pytest.mark.parametrize("text", LATER.values(), ids=LATER)
def test_modules_are_loaded_when_used(text: str) -> None:
    """A module that was not loaded at the start is loaded at its first use, and works as usual."""
    begin = "from mock_csms.commands.unneeded import leave_out\nleave_out()\nimport asyncio, socket, ssl, sys\n"
    command = [sys.executable, "-c", begin + dedent(text)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
