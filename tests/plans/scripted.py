"""A scripted station under test, and a plan of a few cases that is run against it by pytest in a process of its own."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
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
PROFILE = 'identity = "CS-1"\nconnectors = [1]\nfeatures = [%s]\nfirmware = "https://f.invalid/f"\n'
CASE = """
@case({id!r}, use_case="B01", needs={needs!r}, fails_with={{"no-boot": "is not looked at here"}})
async def test_{name}(station):
    {body}
"""
STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}

Script = Callable[[str, Any], Any]
"""Returns the payload of the answer to a command, an error code, or NOTHING; None is the answer of its row.

It may return a list, in which besides the answer there is what the station says before and after it.
"""


class Say(NamedTuple):
    """A call of the station."""

    action: str
    payload: Any = {}  # noqa: RUF012 - nobody changes it


def plan(*cases: tuple[str, str], needs: tuple[str, ...] = ()) -> str:
    """Return a module with these cases: each an id, and the lines of its body."""
    rows = [CASE.format(id=id_, name=id_.lower(), needs=needs, body=body) for id_, body in cases]
    return HEAD + "".join(rows)


class Scripted:
    """A station that connects again and again, boots where it may, and answers as its script says.

    `acts` returns what it says when the operator has done something, or None where the operator cannot do that; `away`
    is how many seconds it takes to come back.
    """

    def __init__(
        self,
        script: Script,
        *,
        boots: Callable[[int], bool] = lambda _: True,
        acts: Callable[[str], Sequence[Say] | None] = lambda _: None,
        reason: str = "PowerUp",
        away: float = 0.05,
    ) -> None:
        self.script, self.boots, self.acts = script, boots, acts
        self.boot, self.away = BOOT | {"reason": reason}, away
        self.visits = self.reboots = self.calls = 0
        self.commands: list[str] = []
        self._socket: ClientConnection | None = None

    async def live(self, url: str) -> None:
        """Come, and come back."""
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as self._socket:
                    self.visits += 1
                    await self._talk(self._socket)
            await asyncio.sleep(self.away if self.visits else 0.05)

    async def _talk(self, socket_: ClientConnection) -> None:
        if self.boots(self.visits):
            await self._say(Say("BootNotification", self.boot))
        async for text in socket_:
            kind, id_, *rest = json.loads(text)
            if kind == 2:
                self.commands.append(rest[0])
                await self._answer(id_, rest[0], rest[1])
            elif kind == 3 and rest[0].get("status") == "Rejected" and "interval" in rest[0]:
                return
            elif kind == 3 and "interval" in rest[0]:
                await self._say(Say("StatusNotification", STATUS))

    async def _say(self, call: Say) -> None:
        if self._socket:
            self.calls += 1
            await self._socket.send(json.dumps([2, f"{call.action}-{self.calls}"[-36:], *call]))

    async def _answer(self, id_: str, action: str, asked: Any) -> None:
        script = self.script(action, asked)
        for part in script if isinstance(script, list) else [script]:
            if isinstance(part, Say):
                await self._say(part)
            elif isinstance(part, str):
                await self._send([4, id_, part, "scripted", {}])
            elif part is not NOTHING:
                payload = example(ACTIONS[action].response) if part is None else part
                await self._send([3, id_, payload])
                if action == "Reset" and payload["status"] == "Accepted" and "evseId" not in asked:
                    await self._leave()

    async def _send(self, frame: list[Any]) -> None:
        if self._socket:
            await self._socket.send(json.dumps(frame))

    async def _leave(self) -> None:
        if self._socket:
            await self._socket.close()

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the operator at an URL: reboot, and do what `acts` knows."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        wish = json.loads(await reader.readexactly(int(head.partition("content-length:")[2].split()[0])))
        said = [] if wish["action"] == "reboot" else self.acts(wish["action"])
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % (501 if said is None else 204))
        writer.close()
        for call in said or ():
            await self._say(call)
        if wish["action"] == "reboot":
            self.reboots += 1
            await self._leave()


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
    folder: Path,
    station: Scripted | None,
    text: str,
    *flags: str,
    robot: bool = False,
    features: str = "",
    **timeouts: float,
) -> Outcome:
    """Run a plan against a station, or without a text e2e-plans; with `robot` the station has an operator."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    times = {"message": 1, "boot": PATIENCE, "silence": 0.1, "settle": 0.1, "interval": 1, **timeouts}
    lines = "\n".join(f"{name} = {seconds}" for name, seconds in times.items())
    (folder / "station.toml").write_text(f"{PROFILE % features}[timeouts]\n{lines}\n")
    plans = folder if text else ROOT / "e2e-plans"
    if text:
        (folder / "conftest.py").write_text(PLUGIN)
        (folder / "test_plan.py").write_text(text)
    report = folder / "report.xml"
    words = ["-m", "pytest", f"{plans}", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", f"{plans}"]
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
