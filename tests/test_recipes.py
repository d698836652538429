"""Executes the examples of docs/recipes.md and README.md as printed."""

import asyncio
import re
import shlex
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests import warm
from tests.control.api.clients import ApiMock
from tests.raw import run
from tests.wire import PATIENCE, SERVER, Mock, Station

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^mock-csms (.*)\n((?:(?:[<>] |\$ mock-csms |Ctrl-C$|exit status ).*\n)+)```", PAGE, re.MULTILINE
)
FILES = re.findall(r"^where `([^`]*)` is:\n\n```toml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
"""The files that the examples use, with their content."""
DRIVEN, TYPED = "--api 9001", "$ mock-csms "
"""The flags of examples that use the API, and the prefix of command lines in another terminal."""
EXECUTED = {"files.md"}
"""The pages whose commands another test executes (`test_files_page.py`)."""
PAGES = [ROOT / "README.md", *sorted(each for each in (ROOT / "docs").glob("*.md") if each.name not in EXECUTED)]
COMMANDS, CHECKS = (
    sorted(
        {
            command
            for page in PAGES
            for command in re.findall(pattern, page.read_text(encoding="utf-8"), re.MULTILINE)
            if not command.endswith("\\")
        }
    )
    for pattern in (r"^mock-csms (-.*)$", r"^mock-csms (check .*)$")
)
"""All command lines on the pages: of the mock, and of `check`."""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each example in a folder with the files of the pages."""
    monkeypatch.chdir(tmp_path)
    trace = (ROOT / "tests" / "cases" / "traces" / "base.jsonl").read_text(encoding="utf-8")
    for name, content in [*FILES, ("known.txt", "R10\n"), ("trace.jsonl", trace)]:
        (tmp_path / name).write_text(content, encoding="utf-8")


class Play:
    """A running example: the mock, and the connected station."""

    def __init__(self, mock: Mock, stack: AsyncExitStack) -> None:
        self.mock = mock
        self.stack = stack
        self.station: Station | None = None
        self.refused = ""
        self.ids: list[str] = []
        self.other: asyncio.Task[subprocess.CompletedProcess[str]] | None = None
        """The running sub-command of another terminal, if there is one."""

    async def connect(self, who: str) -> None:
        """Try to connect as `ID` or `ID:PASSWORD`; ` from ORIGIN` sets an Origin header, like a browser."""
        who, _, page = who.partition(" from ")
        identity, _, password = who.partition(":")
        user = f"{who}@" if password else ""
        url = f"ws://{user}{self.mock.host}:{self.mock.port}/{identity}"
        spoken, origin = [Subprotocol("ocpp2.0.1")], Origin(page) if page else None
        client = connect(url, origin=origin, subprotocols=spoken, ping_interval=None, proxy=None)
        try:
            self.station, self.refused = Station(await self.stack.enter_async_context(client)), ""
        except InvalidStatus as error:
            self.refused = f"HTTP {error.response.status_code}"

    async def send(self, text: str) -> None:
        """Send a frame; `…` stands for the message id of the last command."""
        assert self.station
        await self.station.send(text.replace('"…"', f'"{self.ids[-1]}"') if self.ids else text)

    async def get(self, wanted: str) -> None:
        """Expect this frame; `…` stands for any text."""
        assert self.station
        frame = await self.station.expect()
        self.ids += [frame[1]] if frame[0] == 2 else []
        found = orjson.dumps(frame).decode()
        pattern = re.escape(orjson.dumps(orjson.loads(wanted)).decode()).replace('"…"', '"[^"]*"')
        assert re.fullmatch(pattern, found), f"{found} is not {wanted}"

    async def see(self, wanted: str) -> None:
        """Expect this result of the attempt to connect, or the end of the connection."""
        if wanted == "closed":
            assert self.station
            await self.station.closed()
        else:
            assert (self.refused or "connected") == wanted

    async def interrupt(self, _: str) -> None:
        """Press Ctrl-C."""
        self.mock.process.send_signal(signal.SIGINT)

    async def type(self, words: str) -> None:
        """Start a sub-command in another terminal."""
        assert isinstance(self.mock, ApiMock)
        await self.finish()
        running = asyncio.to_thread(run, *shlex.split(words), MOCK_CSMS_API_URL=self.mock.api)
        self.other = asyncio.create_task(running)

    async def finish(self) -> None:
        """Wait until the sub-command has ended; it must succeed."""
        if self.other:
            ended = await self.other
            assert (ended.returncode, ended.stderr) == (0, "")
            self.other = None

    async def end(self, status: str) -> None:
        """Wait until the mock ends with this status."""
        self.mock.statuses = (int(status),)
        self.mock.process.wait(PATIENCE)


LINES: Mapping[str, Callable[[Play, str], Awaitable[None]]] = {
    "> connect ": Play.connect,
    "> ": Play.send,
    "< [": lambda play, rest: play.get(f"[{rest}"),
    "< ": Play.see,
    TYPED: Play.type,
    "Ctrl-C": Play.interrupt,
    "exit status ": Play.end,
}
"""The action for each line of an example, by its beginning; the first match counts."""


def test_there_are_many_examples() -> None:
    """The page has at least thirty examples with a transcript."""
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize(("flags", "transcript"), EXAMPLES, ids=[flags for flags, _ in EXAMPLES])
async def test_example(flags: str, transcript: str) -> None:
    """Each example has exactly the messages on the page, in both directions."""
    words, is_driven = shlex.split(flags), flags == DRIVEN
    async with ApiMock() if is_driven else Mock(*words) as mock, AsyncExitStack() as stack:
        play, before = Play(mock, stack), ""
        if not transcript.startswith("> connect"):
            await play.connect("CS-1")
        for line in transcript.splitlines():
            beginning = next(each for each in LINES if line.startswith(each))
            if before == TYPED and beginning == "> ":
                await play.finish()
            await LINES[beginning](play, line.removeprefix(beginning))
            before = beginning
        await play.finish()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_printed_command_is_valid(command: str) -> None:
    """The mock accepts the flags of each printed command line."""
    given = shlex.split(command.removesuffix("&"), comments=True)
    words = [*SERVER, *given, "--print-config"]
    ended = warm.run(words, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("command", CHECKS)
def test_a_printed_check_judges_a_trace(command: str) -> None:
    """Each printed `check` reports the mistake in a trace, and ends with status 1."""
    words = [*SERVER, *shlex.split(command, comments=True)]
    ended = warm.run(words, timeout=PATIENCE)
    assert (ended.returncode, "ERROR X01" in ended.stdout) == (1, True), ended.stdout + ended.stderr
