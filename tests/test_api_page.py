"""Executes the example session of docs/api.md as printed: with a shell, curl, a mock and a station."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control.api.clients import ApiMock
from tests.raw import until
from tests.wire import PATIENCE, SERVER

ROOT = Path(SERVER[1]).parent
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
STATION = [sys.executable, "-m", "mock_csms.station"]
COMMAND, TYPED = "$ ", "station> "
MARK = "--- next command ---"


def steps() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the session with its output."""
    step: tuple[str, list[str]] | None = None
    for line in LINES:
        if line.startswith((COMMAND, TYPED)):
            if step:
                yield step
            step = line, []
        elif step:
            step[1].append(line)
    if step:
        yield step


def environment(folder: Path) -> dict[str, str]:
    """Return an environment whose PATH has `mock-csms` and `mock-station`."""
    programs = folder / "bin"
    programs.mkdir()
    for name, words in {"mock-csms": SERVER, "mock-station": STATION}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "no_proxy": "*", "LC_ALL": "C.UTF-8"}


def shell_command(step: str, keyboard: Path) -> str:
    """Return the shell command for a step; a line for the station is written to its stdin."""
    if step.startswith(TYPED):
        return f"echo {step.removeprefix(TYPED)} >> {keyboard}"
    return step.removeprefix(COMMAND)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_session(tmp_path: Path) -> None:
    """Each command of the session prints what the page shows, from the first one to the end of the mock."""
    keyboard, real = tmp_path / "keyboard", environment(tmp_path)
    os.mkfifo(keyboard)
    async with ApiMock() as mock:
        with keyboard.open("r+b", buffering=0) as keys:
            station = subprocess.Popen([*STATION, f"{mock.url}/CS-1"], stdin=keys, stdout=-3, stderr=-3, env=real)
            try:
                await until(lambda: "SecurityEventNotification.response" in mock.log)
                script = "\n".join(f"echo; echo '{MARK}'\n{shell_command(step, keyboard)}" for step, _ in steps())
                script = script.replace("127.0.0.1:9000", mock.url.removeprefix("ws://"))
                script = script.replace("http://127.0.0.1:9001", mock.api)
                words = ["bash", "-c", f"exec 2>&1\n{script}"]
                ended = await asyncio.to_thread(
                    subprocess.run, words, cwd=tmp_path, env=real, capture_output=True, text=True, timeout=4 * PATIENCE
                )
            finally:
                station.send_signal(signal.SIGTERM)
                station.wait(PATIENCE)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 0
    printed = [part.strip("\n").splitlines() for part in f"\n{ended.stdout}".split(f"\n{MARK}\n")[1:]]
    compare(printed)


def compare(printed: list[list[str]]) -> None:
    """Check what each step printed; `…` stands for any text."""
    wrong = []
    for (step, wanted), came in zip(steps(), printed, strict=True):
        pattern = ".*".join(map(re.escape, "\n".join(wanted).split("…")))
        if not re.fullmatch(pattern, "\n".join(came)):
            wrong += [step, *(f"  page {line}" for line in wanted), *(f"  came {line}" for line in came)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_session_has_all_use_cases() -> None:
    """The session shows the usual tasks: tokens, remote start and stop, triggers, pages, and errors."""
    text = "\n".join(LINES)
    parts = (
        "757",
        "PUT $api/tokens",
        "DELETE $api/tokens",
        "longer than 36",
        "TriggerMessage",
        "ClearCache",
        "features",
    )
    assert [part for part in (*parts, "RequestStartTransaction", "RequestStopTransaction") if part not in text] == []
