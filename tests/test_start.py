"""The start of the program: the ready file, and signals at any moment."""

import asyncio
import os
import re
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import sleep

import pytest

from tests.raw import run, until
from tests.verdicts import Run
from tests.wire import PATIENCE, SERVER, Mock

# The ready file.


def test_an_old_ready_file_is_removed(tmp_path: Path) -> None:
    """The mock removes the ready file of an earlier run before it tries to listen, so that no script uses it."""
    ready = tmp_path / "ready"
    ready.write_text("ws://127.0.0.1:1\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--port", str(taken.getsockname()[1]), "--ready-file", str(ready))
    assert (ended.returncode, list(tmp_path.iterdir())) == (3, [])


@pytest.mark.parametrize(("flags", "status"), [(["--print-config"], 0), (["--boot-status=Nope"], 2)])
def test_a_ready_file_stays_without_a_start(tmp_path: Path, flags: list[str], status: int) -> None:
    """A command that only prints, or a start with invalid settings, does not remove the ready file."""
    ready = tmp_path / "ready"
    ready.write_text("ws://127.0.0.1:1\n")
    assert run(*flags, "--ready-file", str(ready)).returncode == status
    assert ready.read_text() == "ws://127.0.0.1:1\n"


async def test_the_ready_file_is_removed_at_exit(tmp_path: Path) -> None:
    """The mock removes the ready file at its end: by a signal, by its verdict, or by a second signal."""
    ready = tmp_path / "ready"
    for how in ("signal", "verdict", "forced"):
        async with Run("--ready-file", str(ready), "--expect", "Heartbeat", "--linger", "0") as mock:
            await until(ready.exists)
            async with mock.raw() as mute:
                if how == "verdict":
                    async with mock.station() as station:
                        await station.ask("Heartbeat")
                else:
                    mock.process.send_signal(signal.SIGTERM)
                assert (await mute.frame())[0] == 8
                if how == "forced":
                    mock.process.send_signal(signal.SIGINT)
                await mock.ended()
        assert list(tmp_path.iterdir()) == [], how


async def test_the_ready_file_of_another_mock_stays(tmp_path: Path) -> None:
    """At its exit a mock removes only a ready file that it has written itself."""
    ready = tmp_path / "ready"
    async with Mock("--ready-file", str(ready)) as first:
        await until(ready.exists)
        async with Mock("--ready-file", str(ready)) as second:
            await until(lambda: ready.exists() and second.url in ready.read_text())
            await asyncio.to_thread(first.stop)
            assert ready.read_text() == f"{second.url}\n"


async def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """If the ready file is a symbolic link, the mock writes its target, and neither replaces nor removes the link."""
    ready, file = tmp_path / "ready", tmp_path / "file"
    ready.symlink_to(file)
    async with Mock("--ready-file", str(ready)) as mock:
        await until(lambda: file.exists() and mock.url in file.read_text())
    assert ready.is_symlink()


async def test_a_pipe_that_nobody_reads(tmp_path: Path) -> None:
    """If the ready file is a pipe without a reader, the mock serves, writes to a later reader, and ends on a signal."""
    pipe = tmp_path / "ready"
    os.mkfifo(pipe)
    async with Mock("--ready-file", str(pipe)) as mock, mock.station() as station:
        await station.ask("Heartbeat")
        assert (await asyncio.to_thread(pipe.read_text)) == f"{mock.url}\n"
    async with Mock("--ready-file", str(pipe)) as mock, mock.station() as station:
        await station.ask("Heartbeat")
        assert await asyncio.to_thread(mock.stop, signal.SIGINT) == 0
    assert pipe.is_fifo()


# Signals.

STEPS = 64
"""The difference in imports between the signals of two attempts."""
LISTENS = " listening "
"""A part of the first line of the log."""
OURS = "import time:.*mock_csms$"
"""The import after which Python's own start is complete."""


def interrupted(signal_: signal.Signals, step: int, delay: float) -> tuple[int, str, bool]:
    """Send a signal after `step` imports of ours and `delay` seconds; return the status, stderr, and whether the mock
    listened before that."""
    command = [sys.executable, "-X", "importtime", *SERVER[1:], "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        lines, ours = list[str](), 0
        while ours < step:
            line = process.stderr.readline().decode()
            lines.append(line)
            ours += bool(ours or re.search(OURS, line))
            if not line or LISTENS in line:
                break
        sleep(delay)
        process.send_signal(signal_)
        try:
            _, rest = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        text = "".join(line for line in [*lines, rest.decode()] if not line.startswith("import time:"))
        return process.returncode, text, LISTENS in text


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_of_the_start(signal_: signal.Signals) -> None:
    """A signal ends the program without a traceback: 130 for Ctrl-C during the start, 0 once it listens."""
    starting = (130,) if signal_ is signal.SIGINT else (143, -signal.SIGTERM)
    step, is_up = 2, False
    while not is_up:
        status, result, is_up = interrupted(signal_, step, 0.0)
        assert status in ((0,) if is_up else (0, *starting)), (step, result)
        assert "Traceback" not in result, (step, result)
        step += STEPS
    for delay in range(10):
        status, result, is_up = interrupted(signal_, step - 2 * STEPS, delay / 200)
        assert status in (0, *starting), result
        assert "Traceback" not in result, result


def _interrupted(process: subprocess.Popen[bytes]) -> bytes:
    """Press Ctrl-C until a process has ended, and return its stderr.

    If a signal comes just before a system call, Python handles it only after that call, so one may not be enough.
    """
    try:
        for _ in range(int(PATIENCE)):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=1)[1]
        raise AssertionError("the process did not end")
    finally:
        process.kill()


def test_a_signal_while_waiting_for_settings(tmp_path: Path) -> None:
    """Ctrl-C ends a start that waits for its settings from a pipe without a writer."""
    pipe = tmp_path / "settings.toml"
    os.mkfifo(pipe)
    with subprocess.Popen([*SERVER, "--config", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        writer = -1
        while writer < 0:  # fails until the program has opened the pipe
            with suppress(OSError):
                writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        assert process.stdout
        assert not select.select([process.stdout], [], [], 0)[0]
        result = _interrupted(process)
        os.close(writer)
    assert (process.returncode, result) == (130, b"")


async def test_a_signal_right_after_the_first_line() -> None:
    """A signal right after the first line ends the run with a verdict."""
    async with Run("--expect", "Heartbeat") as mock:
        mock.process.send_signal(signal.SIGTERM)
        assert (await mock.ended())[0] == 4
