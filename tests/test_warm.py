"""A process forked from the server of warm starts behaves like one that Python starts; `warm` explains why."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import warm
from tests.wire import PATIENCE, SERVER, Mock

STATION = [sys.executable, "-m", "mock_csms.station"]
WARM = pytest.mark.skipif(not warm.IS_WARM, reason="everything starts cold")


@pytest.mark.parametrize(
    "command",
    [
        [*SERVER, "--version"],
        [*SERVER, "--nonsense"],
        [*SERVER, "--config", "settings.toml", "--print-config"],
        [*SERVER, "check", "-"],
        [*STATION, "misbehaviours"],
        [*STATION, "--help"],
        [*STATION, "ws://127.0.0.1:1/CS", "--send=Heartbeat", "--password-file=none"],
    ],
    ids=lambda command: " ".join(command[1:]).removeprefix(SERVER[1]),
)
def test_a_forked_process_is_like_a_cold_one(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forked process gets its arguments, environment, working directory and stdin like one that Python starts."""
    monkeypatch.setenv("MOCK_CSMS_BOOT_INTERVAL", "77")
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("PYTHONPATH", str(warm.ROOT))
    (tmp_path / "settings.toml").write_text("linger = 7.5\n")
    trace = b'{"not": "a frame"}\n'
    cold = subprocess.run(command, input=trace, capture_output=True, cwd=tmp_path, check=False, timeout=PATIENCE)
    ended = warm.run(command, data=trace, cwd=tmp_path, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        cold.returncode,
        cold.stdout.decode(),
        cold.stderr.decode(),
    )


@WARM
@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_it(signal_: signal.Signals) -> None:
    """A signal reaches the forked process, whose exit status is like that of `subprocess`."""
    mock = Mock()
    assert isinstance(mock.process, warm.Process)
    assert mock.process.poll() is None
    assert Path(f"/proc/{mock.process.pid}").exists() or sys.platform != "linux"
    status = mock.stop(signal_)
    mock.statuses = (0, -signal.SIGKILL)
    mock.finish()
    assert status == (-signal.SIGKILL if signal_ is signal.SIGKILL else 0)


@WARM
def test_several_at_once() -> None:
    """Several processes at once have their own outputs and statuses, in any order of their ends."""
    with ThreadPoolExecutor(8) as pool:
        flags = ["--version", "--nonsense"] * 12
        statuses = list(pool.map(lambda flag: warm.run([*SERVER, flag], timeout=PATIENCE).returncode, flags))
    assert statuses == [0, 2] * 12


@WARM
def test_output_that_cannot_be_written() -> None:
    """If output cannot be written, a forked process fails like one that Python starts."""
    with Path("/dev/full").open("wb") as full:
        process = warm.start([*SERVER, "--port=0", "--duration=0.1"], stdout=full, stderr=subprocess.PIPE)
        _, output = process.communicate(timeout=PATIENCE)
    assert (process.returncode, b"No space left" in output) == (3, True)


@pytest.mark.parametrize("name", ["PYTHONIOENCODING", "LC_ALL"])
def test_another_interpreter_starts_cold(name: str) -> None:
    """With other Python variables in its environment a process starts cold: Python reads them only at its start."""
    assert not warm.may_be_warm(SERVER, {name: "ascii"})
    assert not warm.may_be_warm([sys.executable, "-c", "pass"], None)
