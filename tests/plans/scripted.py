"""A scripted station under test, and a plan of a few cases that is run against it by pytest in a process of its own."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from mock_csms.protocol.v201 import ACTIONS
from tests.wire import BOOT, PATIENCE, example

ROOT = Path(__file__).resolve().parents[2]
NOTHING = object()
"""What a script returns for a command that is not answered."""
PLUGIN = "def pytest_addoption(pluginmanager):\n    pluginmanager.import_plugin('mock_csms.plans.plugin')\n"
HEAD = "from mock_csms.plans import *\nfrom mock_csms.plans import states\n"
CASE = """
@case({id!r}, use_case="B01", needs={needs!r}, fails_with={{"no-boot": "is not looked at here"}})
async def test_{name}(station):
    {body}
"""
STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}

Script = Callable[[str, Any], Any]
"""Returns the payload of the answer to a command, an error code, or NOTHING; None is the answer of its row."""


def plan(*cases: tuple[str, str], needs: tuple[str, ...] = ()) -> str:
    """Return a module with these cases: each an id, and the lines of its body."""
    rows = [CASE.format(id=id_, name=id_.lower(), needs=needs, body=body) for id_, body in cases]
    return HEAD + "".join(rows)


class Scripted:
    """A station that connects again and again, boots where it may, and answers as its script says."""

    def __init__(self, script: Script, *, boots: Callable[[int], bool] = lambda _: True) -> None:
        self.script, self.boots = script, boots
        self.visits = self.reboots = 0
        self.commands: list[str] = []
        self._socket: ClientConnection | None = None

    async def live(self, url: str) -> None:
        """Come, and come back."""
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as self._socket:
                    self.visits += 1
                    await self._talk(self._socket)
            await asyncio.sleep(0.05)

    async def _talk(self, socket_: ClientConnection) -> None:
        if self.boots(self.visits):
            await socket_.send(json.dumps([2, f"boot-{self.visits}", "BootNotification", BOOT]))
            await socket_.send(json.dumps([2, f"status-{self.visits}", "StatusNotification", STATUS]))
        async for text in socket_:
            kind, id_, *rest = json.loads(text)
            if kind == 2:
                self.commands.append(rest[0])
                await self._answer(socket_, id_, rest[0], self.script(rest[0], rest[1]))

    async def _answer(self, socket_: ClientConnection, id_: str, action: str, answer: Any) -> None:
        if isinstance(answer, str):
            await socket_.send(json.dumps([4, id_, answer, "scripted", {}]))
        elif answer is not NOTHING:
            payload = example(ACTIONS[action].response) if answer is None else answer
            await socket_.send(json.dumps([3, id_, payload]))
            if action == "Reset" and payload["status"] == "Accepted":
                await socket_.close()

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the operator at an URL: reboot, and nothing else."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        wish = json.loads(await reader.readexactly(int(head.partition("content-length:")[2].split()[0])))
        if wish["action"] == "reboot":
            self.reboots += 1
            if self._socket:
                await self._socket.close()
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % (204 if wish["action"] == "reboot" else 501))
        writer.close()


class Outcome:
    """What a run of a plan came to: the exit status, the output, and the cases of its JUnit report."""

    def __init__(self, status: int | None, out: str, report: Path) -> None:
        self.status, self.out = status, out
        root = ElementTree.parse(report).getroot() if report.exists() else ElementTree.Element("none")
        self.cases = {each.get("name", "")[5:]: each for each in root.iter("testcase")}

    @property
    def verdicts(self) -> dict[str, str]:
        """The tag that JUnit has for each case that was run: failure, error, skipped or passed."""
        tags = ("failure", "error", "skipped")
        return {
            name: next((child.tag for child in each if child.tag in tags), "passed")
            for name, each in self.cases.items()
        }

    def notes(self, name: str) -> list[str]:
        """Return the notes of a case in the JUnit report."""
        found = self.cases[name].iter("property")
        return [each.get("value", "") for each in found if each.get("name") == "note"]


async def outcome(
    folder: Path, station: Scripted | None, text: str, *flags: str, robot: bool = False, **timeouts: float
) -> Outcome:
    """Run a plan against a station; with `robot` it can be switched off and on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    times = {"message": 1, "boot": PATIENCE, "silence": 0.1, "settle": 0.1, "interval": 1, **timeouts}
    lines = "\n".join(f"{name} = {seconds}" for name, seconds in times.items())
    (folder / "station.toml").write_text(f'identity = "CS-1"\nconnectors = [1]\n[timeouts]\n{lines}\n')
    (folder / "conftest.py").write_text(PLUGIN)
    (folder / "test_plan.py").write_text(text)
    report = folder / "report.xml"
    words = ["-m", "pytest", f"{folder}", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", f"{folder}"]
    words += ["--profile", f"{folder / 'station.toml'}", "--port", f"{port}", "--junitxml", f"{report}", *flags]
    life = asyncio.ensure_future(station.live(f"ws://127.0.0.1:{port}/CS-1")) if station else None
    async with await asyncio.start_server(station.obey if station else lambda *_: None, "127.0.0.1", 0) as server:
        if robot:
            words += ["--operator", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"]
        run = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
        try:
            out, _ = await asyncio.wait_for(run.communicate(), PATIENCE)
        finally:
            if run.returncode is None:
                run.kill()
            if life:
                life.cancel()
    return Outcome(run.returncode, out.decode(), report)
