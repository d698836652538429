"""`mock-station` at a terminal: control lines can be edited, completed and recalled."""

import os
import pty
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire import Mock

ROOT = Path(__file__).parent.parent
KEY_UP, END_OF_INPUT, TAB = b"\x1b[A", b"\x04", b"\t"


class Terminal:
    """A process at its own terminal."""

    def __init__(self, *command: str) -> None:
        self.process, self.descriptor = pty.fork()
        if self.process == 0:  # the child
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, *command], {**os.environ, "TERM": "xterm"})
        self.seen = ""

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.descriptor, keys)

    def read_until(self, is_there: Callable[[str], object]) -> str:
        """Read the screen until a text appears, and return everything that came."""
        while not is_there(self.seen):
            self.seen += os.read(self.descriptor, 65536).decode(errors="replace")
        seen, self.seen = self.seen, ""
        return seen

    def status(self) -> int:
        """Wait for the end of the process, and return its exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
async def test_lines_are_completed_and_remembered() -> None:
    """Tab completes a word, the arrow key recalls a line, end of input ends the station; long lines work."""
    async with Mock() as mock:
        terminal = Terminal("-m", "mock_csms.station", f"{mock.url}/CS-1")
        booted = terminal.read_until(lambda seen: "SecurityEventNotification.response" in seen)
        assert re.search(r"<- BootNotification\.response +Accepted interval 60 ", booted)
        terminal.type(b"plu" + TAB + b"\n")
        assert "Occupied EVSE 1" in terminal.read_until(lambda seen: "StatusNotification.response" in seen)
        terminal.type(b"nonsense\n")
        terminal.read_until(lambda seen: "'nonsense' is not a known line" in seen)
        terminal.type(KEY_UP + b"\n")
        terminal.read_until(lambda seen: "'nonsense' is not a known line" in seen)
        terminal.type(END_OF_INPUT)
        assert terminal.status() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
async def test_the_line_about_a_load_test_stays_in_its_place() -> None:
    """A terminal shows one line about a load test, which is written again and again; at the end only results stay."""
    async with Mock() as mock:
        terminal = Terminal("-m", "mock_csms.station", mock.url, "--stages=2:0,2:2.5s", "--churn")
        line = terminal.read_until(
            lambda seen: re.search(r"\r0:0[12]/0:02  \d up  .*errors  p95 connect.* ms *$", seen)
        )
        assert "\n" not in line
        assert len(line.rpartition("\r")[2]) == 79
        results = terminal.read_until(lambda seen: re.search(r"\nclose .*\n", seen))
        assert re.search(r"\r {79}\rstations +2\r\n", results)
        assert terminal.status() == 0
