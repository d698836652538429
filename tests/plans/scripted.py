"""A scripted station under test, and a run of pytest in another process with a plan of a few cases against it."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import Any, NamedTuple
from xml.etree import ElementTree

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from mock_csms.protocol.v2.v201 import ACTIONS
from tests import warm
from tests.plans.choosing import FOLDER, files_for
from tests.wire import BOOT, PATIENCE, example

ROOT = Path(__file__).resolve().parents[2]
NOTHING = object()
"""What a script returns for a command that the station does not answer."""
PLUGIN = "def pytest_addoption(pluginmanager):\n    pluginmanager.import_plugin('mock_csms.plans.plugin')\n"
HEAD = "from mock_csms.plans import *\nfrom mock_csms.plans.v2 import states\n"
TERMINAL = (sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)")
QUESTION = b"Please switch the station off and on again"
PROFILE = 'identity = "CS-1"\nconnectors = [1]\nfeatures = [%s]\nfirmware = "https://f.invalid/f"\n'
CASE = """
@case({id!r}, use_case="B01", needs={needs!r}, fails_with={{"no-boot": "is not looked at here"}})
async def test_{name}(station):
    {body}
"""
STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}

UNUSED = ("cacheprovider", "hypothesispytest", "cov", "xdist", "schemathesis", "anyio")
PLAIN = [word for name in UNUSED for word in ("-p", f"no:{name}")]
"""Flags of pytest that disable plugins not needed by cases: loading them takes half of the time of a run."""

Script = Callable[[str, Any], Any]
"""Returns the payload of the answer to a command, an error code, or NOTHING; None means the default answer.

A list may also have calls that the station sends before and after the answer, and waits between them, in seconds.
"""


class Say(NamedTuple):
    """A call of the station."""

    action: str
    payload: Any = {}  # noqa: RUF012 - nobody changes it


def plan(*cases: tuple[str, str], needs: tuple[str, ...] = ()) -> str:
    """Return the text of a plan module; each case is an id and the lines of its body."""
    rows = [CASE.format(id=id_, name=id_.lower(), needs=needs, body=body) for id_, body in cases]
    return HEAD + "".join(rows)


class Scripted:
    """A station that always reconnects, boots on the connections that `boots` selects, and answers commands as its
    script says.

    `acts` returns the calls that it sends after an action of the operator, or None for an unsupported action. If it
    supports `send`, the station sends the call that the operator names.
    `away` is the wait before each reconnect, in seconds.
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
        self.visits = self.reboots = self.calls = self.accepted = 0
        self.commands: list[str] = []
        self._socket: ClientConnection | None = None

    async def live(self, url: str) -> None:
        """Connect, and reconnect whenever the connection is lost."""
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
                self.accepted = self.visits
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
            elif isinstance(part, float):
                await asyncio.sleep(part)
            elif part is not NOTHING:
                payload = example(ACTIONS[action].response) if part is None else part
                await self._send([3, id_, payload])
                if self._socket and action == "Reset" and payload["status"] == "Accepted" and "evseId" not in asked:
                    await self._socket.close()

    async def _send(self, frame: list[Any]) -> None:
        if self._socket:
            await self._socket.send(json.dumps(frame))

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve as the HTTP operator: reboot the station, and do the actions that `acts` supports."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        wish = json.loads(await reader.readexactly(int(head.partition("content-length:")[2].split()[0])))
        said = [] if wish["action"] == "reboot" else self.acts(wish["action"])
        if said is not None and wish["action"] == "send":
            said = [Say(wish["call"], wish["payload"])]
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % (501 if said is None else 204))
        writer.close()
        for call in said or ():
            await self._say(call)
        if wish["action"] == "reboot":
            await self.reboot()

    async def reboot(self) -> None:
        """Disconnect; `live` reconnects."""
        self.reboots += 1
        if self._socket:
            await self._socket.close()


class Outcome:
    """The result of a run of a plan: the exit status, the output, and the cases of its JUnit report."""

    def __init__(self, status: int | None, out: str, report: Path) -> None:
        self.status, self.out = status, out
        root = ElementTree.parse(report).getroot() if report.exists() else ElementTree.Element("none")
        self.cases = {each.get("name", "")[5:]: each for each in root.iter("testcase")}

    @property
    def verdicts(self) -> dict[str, str]:
        """The JUnit tag of each case that was run: failure, error or skipped; else `passed`."""
        tags = ("failure", "error", "skipped")
        return {
            name: next((child.tag for child in each if child.tag in tags), "passed")
            for name, each in self.cases.items()
        }

    def notes(self, name: str) -> list[str]:
        """Return the notes of a case in the JUnit report."""
        found = self.cases[name].iter("property")
        return [each.get("value", "") for each in found if each.get("name") == "note"]


def _words(folder: Path, text: str, flags: Sequence[str], features: str, timeouts: Mapping[str, float]) -> list[str]:
    """Write a profile and a plan into a folder, and return the command to run it; without a text it runs e2e-plans."""
    times = {"message": 1, "boot": PATIENCE, "silence": 0.1, "settle": 0.1, "interval": 1, **timeouts}
    lines = "\n".join(f"{name} = {seconds}" for name, seconds in times.items())
    profile, report = folder / "station.toml", folder / "report.xml"
    profile.write_text(f"{PROFILE % features}[timeouts]\n{lines}\n")
    if text:
        (folder / "conftest.py").write_text(PLUGIN)
        (folder / "test_plan.py").write_text(text)
    plans = [f"{folder}"] if text else files_for(flags)
    root = f"{folder if text else FOLDER}"
    words = [sys.executable, "-m", "pytest", *plans, *PLAIN, "-c", "/dev/null", "--rootdir", root]
    return [*words, "--profile", f"{profile}", "--junitxml", f"{report}"]


async def outcome(
    folder: Path, station: Scripted | None, text: str, *flags: str, features: str = "", **timeouts: float
) -> Outcome:
    """Run a plan against a station; `robot` in `flags` adds an HTTP operator, `person` a person at a terminal."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [*_words(folder, text, flags, features, timeouts), "--port", f"{port}"]
    words += [flag for flag in flags if flag not in ("robot", "person")]
    life = asyncio.ensure_future(station.live(f"ws://127.0.0.1:{port}/CS-1")) if station else None
    async with await asyncio.start_server(station.obey if station else lambda *_: None, "127.0.0.1", 0) as server:
        if "robot" in flags:
            words += ["--operator", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"]
        try:
            status, out = await _played(words, station if "person" in flags else None)
        finally:
            if life:
                life.cancel()
    return Outcome(status, out, folder / "report.xml")


async def _played(words: Sequence[str], station: Scripted | None) -> tuple[int | None, str]:
    """Run a command; return its status and output. With a station, run it at a terminal where a person reboots it."""
    out, lines = bytearray(), asyncio.StreamReader()
    run = warm.start([*(TERMINAL if station else ()), *words], cwd=ROOT, stdin=PIPE, stdout=PIPE, bufsize=0)
    try:
        async with asyncio.timeout(PATIENCE):
            protocol = asyncio.StreamReaderProtocol(lines)
            await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, run.stdout)
            while part := await lines.read(10_000):
                out += part
                if station and not station.reboots and QUESTION in out:
                    await station.reboot()
                    assert run.stdin
                    run.stdin.write(b"\n")
            return await asyncio.to_thread(run.wait), out.decode()
    finally:
        run.kill()
        run.communicate()
