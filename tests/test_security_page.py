"""Executes the sessions of docs/security.md as printed, and the flags of mock-station that they use."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pki import flags, folder
from tests.reference_station import run as run_station
from tests.wire import PATIENCE, SERVER, Mock

PAGE = (Path(__file__).parent.parent / "docs" / "security.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def execute(script: str, path: Path, more: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with `mock-csms` and `mock-station` in its PATH, at a free port; `more` are flags."""
    programs = path / "bin"
    programs.mkdir()
    station = [sys.executable, "-m", "mock_csms.station"]
    for name, words in {"mock-csms": SERVER, "mock-station": station}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
        (programs / name).chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    script = script.replace("mock-csms --", f"mock-csms --port {port} {more} --").replace("9000", port)
    root = str(Path(SERVER[1]).parent)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": root}
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def test_the_sessions_have_five_lines() -> None:
    """The page has two sessions of five lines, for security profiles 2 and 3."""
    assert [script.count("\n") for script in SCRIPTS] == [5, 5]
    assert [re.findall(r"--security-profile (\d)", script) for script in SCRIPTS] == [["2", "2"], ["3", "3"]]


@pytest.mark.parametrize("script", SCRIPTS, ids=["profile 2", "profile 3"])
def test_a_session(script: str, tmp_path: Path) -> None:
    """The station boots and charges over TLS, and no check reports anything."""
    ended = execute(script, tmp_path, "--fail-on-findings warning")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "TransactionEvent.response" in ended.stderr
    assert "TLSv1.3" in ended.stderr
    assert ("certificate of 'CN=SN-1,O=mock-csms'" in ended.stderr) is ("pki pki" in script)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--security-profile", "1"], "1 needs a ws:// URL and --password-file"),
        (["--security-profile", "2"], "2 needs --password-file"),
        (["--security-profile", "3"], "3 needs --client-cert"),
        (["--security-profile", "4"], "'4' is not between 1 and 3"),
        (["--ca", "/nonexistent"], "--ca: "),
        (["--client-cert", __file__], "--client-cert: "),
    ],
)
def test_bad_flags_of_the_station(given: list[str], expected: str) -> None:
    """Invalid combinations of flags get one line and status 2."""
    ended = run_station("wss://localhost:9/CS-1", *given)
    assert ended.status == 2
    assert expected in ended.err
    assert ended.err.count("\n") == 1


async def test_the_station_refuses_an_untrusted_mock() -> None:
    """The station does not connect to a mock that it does not trust, and prints one line with the reason."""
    async with Mock(*flags(), "--tls-fault", "expired") as mock:
        ended = run_station(f"wss://localhost:{mock.port}/CS-1", "--ca", str(folder() / "root.pem"), "--duration", "1")
    assert ended.status == 3
    assert "TLS failed: " in ended.err
    assert "certificate has expired" in ended.err


async def test_a_certificate_without_its_key() -> None:
    """A file that cannot be used is named, before anything is sent."""
    for flag in ("--ca", "--client-cert"):
        ended = run_station("wss://localhost:9/CS-1", flag, str(folder() / "root.key"))
        told = "it has no certificate" + (" with its key in PEM" if flag == "--client-cert" else " in PEM")
        assert (ended.status, ended.err.count("\n")) == (2, 1)
        assert f"{flag}: {folder() / 'root.key'}: {told}" in ended.err
    words = ["--ca", str(folder() / "root.pem"), "--client-cert", str(folder() / "wrong" / "station-expired.pem")]
    async with Mock(*flags()) as mock:
        ended = run_station(f"wss://localhost:{mock.port}/CS-1", *words, "--duration", "1")
    assert ended.status == 3
