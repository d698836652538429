"""What a start loads, and what it leaves for later: the first answer waits for nothing that it does not need."""

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
    *("mock_csms.behavior.faults", "mock_csms.behavior.notation", "mock_csms.behavior.secrets"),
    *("mock_csms.runtime.learning", "mock_csms.runtime.memory", "mock_csms.runtime.schedule"),
    *("mock_csms.watch.diagram", "mock_csms.watch.eventlog", "mock_csms.watch.trace", "mock_csms.watch.verdict"),
)
"""What nobody needs before the first message of a station comes."""

STARTED = """
import json, os, signal, sys
from mock_csms.commands.unneeded import leave_out
leave_out()
from mock_csms.runtime import publishing
publishing.LONGEST = 600.0  # however slow the machine is, the first answer comes before
"""
"""The beginning of a program that runs the mock: it loads nothing while no station has sent anything."""

TELLS = """
def tell(*_):
    # A stand-in for a module that was not loaded has no __spec__.
    print(json.dumps([name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]), flush=True)
signal.signal(signal.SIGUSR1, tell)
"""
"""Prints which modules are loaded when a signal asks for it."""

WAITS = """
class Gate:
    def find_spec(self, name, path, target=None):
        if name == "mock_csms.conformance.catalogue":
            open({pipe!r}).close()  # which waits until the pipe is opened for writing
sys.meta_path.insert(0, Gate())
"""
"""Lets nothing load the table of checks before the test opens a pipe."""

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
        """Stop it; keep its log."""
        self.last_log = self.log
        super().finish()


def events_of(file: Path) -> list[tuple[str, str]]:
    """Return the event and the action or check of each line of an event log."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line["event"], line.get("action") or line.get("check") or "") for line in lines]


async def test_a_start_loads_what_it_needs() -> None:
    """Once a station is connected, no module is loaded that only a message, another flag or TLS needs."""
    async with Program(TELLS) as mock, mock.raw():
        mock.process.send_signal(signal.SIGUSR1)
        assert mock.process.stdout
        loaded = set(json.loads(await asyncio.to_thread(mock.process.stdout.readline)))
    assert "mock_csms.runtime.csms" in loaded
    assert sorted(loaded.intersection(UNNEEDED)) == []


async def test_the_first_answer_does_not_wait_for_the_checks(tmp_path: Path) -> None:
    """It comes although the table of checks cannot be loaded yet; then the messages before it are judged as ever.

    Each finding follows the event that it is about, as if nothing had been kept.
    """
    pipe, log = tmp_path / "pipe", tmp_path / "events"
    os.mkfifo(pipe)
    async with Program(WAITS.format(pipe=str(pipe)), "--events", str(log)) as mock, mock.station() as station:
        await station.call("Heartbeat")  # before it has booted
        assert events_of(log) == []
        await asyncio.to_thread(pipe.write_text, "")
        await station.ask("BootNotification", BOOT)
    assert events_of(log) == [
        *(("Started", ""), ("Knocked", ""), ("Connected", "")),
        *(("Received", "Heartbeat"), ("Finding", "B01"), ("Sent", "Heartbeat")),
        *(("Received", "BootNotification"), ("Finding", "B01"), ("Sent", "BootNotification"), ("Disconnected", "")),
    ]


async def test_what_was_kept_counts_when_the_mock_ends() -> None:
    """A signal may come before the first answer: what happened until then is judged, and is in the log."""
    async with Program("", "--fail-on-findings", "warning") as mock, mock.raw("/CS|1"):
        assert mock.log == ""
        mock.statuses = (1,)
        assert await asyncio.to_thread(mock.stop) == 1
    assert " T04 " in mock.last_log


async def test_what_was_kept_is_judged_by_the_settings_of_its_time(tmp_path: Path) -> None:
    """Settings that are read again before the first answer do not change how earlier events are judged."""
    settings = tmp_path / "settings.toml"
    settings.write_text('checks = "all"')
    async with Program("", "--config", str(settings)) as mock, mock.raw("/CS|1"):
        settings.write_text('checks = "none"')
        mock.process.send_signal(signal.SIGHUP)
        await until(lambda: "checks: all -> none" in mock.log)
        assert " T04 " in mock.log


def test_a_wrong_selection_of_checks_is_refused_before_the_mock_listens() -> None:
    """Although the table of checks is loaded late, --checks is read at the start: one line and status 2."""
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
    "the metadata of packages": """
        import mock_csms.runtime.transport
        from importlib.metadata import version
        assert version("websockets")
    """,
}
"""Programs that use what the start leaves out."""


@pytest.mark.parametrize("text", LATER.values(), ids=LATER)
def test_what_is_left_out_can_still_be_used(text: str) -> None:
    """A module that was not loaded at the start is loaded when something of it is used, and works as ever."""
    begin = "from mock_csms.commands.unneeded import leave_out\nleave_out()\nimport asyncio, socket, ssl, sys\n"
    command = [sys.executable, "-c", begin + dedent(text)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
