"""Executes the walk-throughs of docs/ocpi.md: an eMSP, a CPO and stations as processes, in one run.

A block of the page has commands (`$ `), lines that are typed into the last terminal (`> `), names of terminals, and
what is printed: by a command that ends all of it, in other terminals these lines among others, in any order.
"""

import re
import select
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mock_csms.runtime.addresses import bind
from tests import warm
from tests.wire import PATIENCE, SERVER

PAGE = (Path(__file__).parents[2] / "docs" / "ocpi.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = {"mock-csms": SERVER, "mock-station": [sys.executable, "-m", "mock_csms.station"]}
PORTS = ("8000", "8001", "9000")
ANOTHER = "in the terminal of "


class Terminal:
    """A command that goes on; it prints into a file."""

    def __init__(self, words: list[str]) -> None:
        self._out = tempfile.TemporaryFile("a+b")
        self.process = warm.start(words, stdin=subprocess.PIPE, stdout=self._out, stderr=self._out)
        self._seen: set[int] = set()
        self._first = 0
        """Where the lines of the block begin."""

    def begin_block(self) -> None:
        """Expect the lines of another block, which come after those of this one, in any order."""
        self._first = max(self._seen, default=-1) + 1

    def see(self, line: str) -> None:
        """Wait for a line that contains this one, and was not seen before."""
        for _ in range(int(PATIENCE * 20)):
            self._out.seek(0)
            lines = [plain(each) for each in self._out.read().decode().splitlines()]
            for number in range(self._first, len(lines)):
                if number not in self._seen and re.search(pattern(line), lines[number]):
                    self._seen.add(number)
                    return
            select.select([], [], [], 0.05)
        raise AssertionError(f"{line!r} did not come after line {self._first}:\n" + "\n".join(lines))

    def type(self, line: str) -> None:
        """Type a line."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def end(self) -> None:
        """Stop the program."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
        self._out.close()


def plain(line: str) -> str:
    """Return a line with single spaces."""
    return " ".join(line.split())


def pattern(line: str) -> str:
    """Return the pattern for a line; `…` is any text."""
    return re.escape(plain(line)).replace("…", ".*")


@contextmanager
def free_ports() -> Iterator[dict[str, str]]:
    """Yield a free port for each port of the page."""
    sockets = [bind("127.0.0.1", 0)[0] for _ in PORTS]
    found = {port: str(each.getsockname()[1]) for port, each in zip(PORTS, sockets, strict=True)}
    for each in sockets:
        each.close()
    yield found


def at(line: str, ports: dict[str, str]) -> str:
    """Return a line of the page with the free ports."""
    return re.sub(r"\b(8000|8001|9000)\b", lambda found: ports[found[0]], line)


def test_the_page_has_walkthroughs() -> None:
    """There are blocks to execute, in each walk-through."""
    assert len(BLOCKS) >= 8
    assert len(re.findall(r"^## Walk-through: ", PAGE, re.MULTILINE)) == 3


def test_walkthroughs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page prints what the page says."""
    terminals: dict[str, Terminal] = {}
    with free_ports() as ports:
        monkeypatch.setenv("MOCK_CSMS_EMSP_URL", f"http://127.0.0.1:{ports['8000']}")
        try:
            for block in BLOCKS:
                play(block, ports, terminals)
        finally:
            for each in reversed(terminals.values()):
                each.end()


def play(block: str, ports: dict[str, str], terminals: dict[str, Terminal]) -> None:
    """Execute one block."""
    printed: list[str] = []
    for each in terminals.values():
        each.begin_block()
    current = next(reversed(terminals.values()), None)
    for line in [at(each, ports) for each in block.splitlines()]:
        if line.startswith("$ "):
            assert printed == [], "a command has printed more than the page"
            name, *words = shlex.split(line.removeprefix("$ ").removesuffix(" &"))
            words = [*PROGRAMS[name], *words]
            if line.endswith(" &"):
                more = ["--port", ports["9000"]] if "--ocpi" in words else []
                key = "mock-csms emsp" if "emsp" in words else name if name == "mock-station" else "mock-csms"
                current = terminals[f"{key} {len(terminals)}"] = Terminal([*words, *more])
            else:
                ended = warm.run(words, timeout=PATIENCE)
                assert ended.returncode == 0, ended.stderr
                printed, current = ended.stdout.splitlines(), None
        elif line.startswith(ANOTHER):
            wanted = line.removeprefix(ANOTHER)
            current = next(each for name, each in reversed(terminals.items()) if name.rpartition(" ")[0] == wanted)
        elif line.startswith("> "):
            current = next(reversed(terminals.values()))
            current.type(line.removeprefix("> "))
        elif current is not None:
            current.see(line)
        else:
            assert re.fullmatch(pattern(line), plain(printed.pop(0))), line
