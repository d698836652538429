"""`mock-station` at a terminal: lines are edited, completed and remembered as people are used to."""

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
    """A process at a terminal of its own."""

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
        """Read the screen until something is there, and return all that came."""
        while not is_there(self.seen):
            self.seen += os.read(self.descriptor, 65536).decode(errors="replace")
        seen, self.seen = self.seen, ""
        return seen

    def status(self) -> int:
        """Return the exit status of the process, which has ended or does so soon."""
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
async def test_lines_are_completed_and_remembered() -> None:
    """Tab completes a word, the arrow brings a line back, the end of input hangs up; lines are as wide as can be."""
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
