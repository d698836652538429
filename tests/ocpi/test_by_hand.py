"""Executes the session of docs/ocpi-by-hand.md as printed: with a shell, curl, a CPO and an eMSP."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_csms.settings.roaming import given_peers
from tests.house import ROOT
from tests.ocpi.emsp.process import Emsp
from tests.ocpi.peer import OcpiMock
from tests.test_api_page import COMMAND, environment
from tests.wire import PATIENCE

PAGE = (ROOT / "docs" / "ocpi-by-hand.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
STARTS = re.findall(r"^mock-(csms .*)$", PAGE, re.MULTILINE)
"""The command lines that start the CPO and the eMSP."""
MARK = "--- done ---"


def steps() -> Iterator[tuple[str, str]]:
    """Yield each command with the pattern of its output."""
    step, wanted = "", list[str]()
    for line in [*LINES, COMMAND]:
        if not line.startswith(COMMAND):
            wanted.append(line)
            continue
        if step:
            yield step, ".*".join(map(re.escape, "\n".join(wanted).split("…")))
        step, wanted = line, []


class Shell:
    """A shell that runs one command after the other."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        self._real = addresses
        real = environment(folder) | {"MOCK_CSMS_EMSP_URL": addresses["http://127.0.0.1:8000"]}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            ["bash"], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, cwd=folder, env=real, text=True
        )
        self._watchdog = threading.Timer(2 * PATIENCE, self.process.kill)
        self._watchdog.start()

    def run(self, command: str) -> str:
        """Run a command and return its output, with the addresses of the page."""
        for printed, real in self._real.items():
            command = command.replace(printed, real)
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{command}\necho; echo '{MARK}'\n")
        self.process.stdin.flush()
        lines: list[str] = []
        while (line := self.process.stdout.readline().rstrip("\n")) != MARK:
            assert self.process.poll() is None, lines
            lines.append(line)
        text = "\n".join(lines).strip("\n")
        for printed, real in self._real.items():
            text = text.replace(real, printed)
        return text

    def end(self) -> None:
        """End the shell."""
        self._watchdog.cancel()
        self.process.communicate()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_session(tmp_path: Path) -> None:
    """Each command prints what the page shows."""
    assert [line.split()[:5] for line in STARTS] == [
        ["csms", "--port", "9000", "--ocpi", "8001"],
        ["csms", "emsp", "8000"],
    ]
    cpo, emsp = OcpiMock(*STARTS[0].split()[5:]), Emsp(*STARTS[1].split()[3:])
    shell = Shell(tmp_path, {"http://127.0.0.1:8001": cpo.base, "http://127.0.0.1:8000": emsp.base})
    try:
        for step, pattern in steps():
            came = shell.run(step.removeprefix(COMMAND))
            assert re.fullmatch(pattern, came, re.DOTALL), f"{step}\n{came}"
    finally:
        shell.end()
        emsp.finish()
        cpo.finish()


def test_the_file_of_registrations(tmp_path: Path) -> None:
    """The example of a file for --ocpi-registered is right, but for its tokens, which are explanations."""
    [text] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "peers.toml").write_text(re.sub(r'"the token[^"]*"', '"token"', text))
    [peer] = given_peers(str(tmp_path / "peers.toml"))
    assert (peer.party, peer.role, peer.raw, len(peer.endpoints)) == ("DE*EMS", "EMSP", False, 2)
