"""`python -m scripts.hostile [SECONDS]`: runs hostile stations of every kind against the mock.

For a minute, or this many seconds, they flood the mock with calls, garbage, and huge and compressed messages, never
read, use new identities, violate the handshake and the protocol, and disconnect without a close frame. All connections
are to 127.0.0.1. The exit status is 1 if the memory or the open files of the mock grow in the second half, if /healthz
gets no answer, or if SIGTERM does not end the mock with status 0.
"""

import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.peers.flood import HANDSHAKE, KINDS, framed

ROOT = Path(__file__).parent.parent
_SECONDS = 60.0
_STATIONS = 3
"""How many stations of each kind flood the mock."""
_SAMPLES = 20
_GROWTH = 1.15
"""The highest allowed ratio of the peak memory of the second half to that of the first half."""
_FEW = 30
"""How many more files may be open at the end than at the beginning."""
_PATIENCE = 30.0
_BOOT = b'[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"m","vendorName":"v"}}]'


def main() -> int:
    """Run, print a line for each sample, and return the exit status."""
    seconds = float(sys.argv[1]) if sys.argv[1:] else _SECONDS
    with tempfile.TemporaryDirectory(prefix="mock-csms-hostile-") as folder, _mock(folder) as (mock, port):
        first_files = _files(mock)
        with _floods(port, seconds):
            samples = list(_samples(mock, port, seconds))
        is_answering = _is_up(port)
        mock.send_signal(signal.SIGTERM)
        status = mock.wait(_PATIENCE)
    half = len(samples) // 2
    before, after = (max(memory for memory, _ in part) for part in (samples[:half], samples[half:]))
    problems = [
        f"memory grew from {before} kB to {after} kB" if after > _GROWTH * before else "",
        f"{samples[-1][1] - first_files} more files are open" if samples[-1][1] > first_files + _FEW else "",
        "" if is_answering else "/healthz is not answered any more",
        f"the exit status is {status}" if status else "",
    ]
    for problem in filter(None, problems):
        sys.stdout.write(f"failed: {problem}\n")
    sys.stdout.write("" if any(problems) else "passed: memory and open files are flat\n")
    return int(any(problems))


@contextmanager
def _mock(folder: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Start the mock with all its records."""
    flags = [f"--{name}={folder}/{name}" for name in ("events", "diagram")]
    command = [sys.executable, str(ROOT / "server.py"), "--port=0", "--remember=100", "--redact", *flags]
    mock = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert mock.stdout is not None
        yield mock, int(mock.stdout.readline().rpartition(b":")[2])
    finally:
        mock.kill()
        mock.communicate()


@contextmanager
def _floods(port: int, seconds: float) -> Iterator[None]:
    """Run stations of each kind that flood the mock, in their own processes; they stop before the last sample."""
    flood = str(ROOT / "benchmarks" / "peers" / "flood.py")
    words = [sys.executable, flood, str(port)]
    floods = [subprocess.Popen([*words, kind, str(_STATIONS), str(0.9 * seconds)], stdout=-3) for kind in KINDS]
    try:
        yield
    finally:
        for process in floods:
            process.kill()
            process.wait()


def _samples(mock: "subprocess.Popen[bytes]", port: int, seconds: float) -> Iterator[tuple[int, int]]:
    """Yield the mock's memory in kB and the number of its open files, while other stations visit it briefly."""
    chance, began, number = random.Random(1), time.monotonic(), 0
    for sample in range(1, _SAMPLES + 1):
        while time.monotonic() < began + seconds * sample / _SAMPLES:
            number += 1
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as stranger:
                chance.choice(_STRANGERS)(stranger, number)
        if sample == _SAMPLES:
            time.sleep(
                min(2.0, seconds / 10)
            )  # until the mock has closed the connections of stations that disconnected
        memory, files = _memory(mock), _files(mock)
        sys.stdout.write(f"{time.monotonic() - began:5.1f} s: {memory} kB, {files} files, {number} strangers so far\n")
        sys.stdout.flush()
        yield memory, files


def _memory(process: "subprocess.Popen[bytes]") -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def _files(process: "subprocess.Popen[bytes]") -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def _is_up(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as asking:
        asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return asking.recv(100).startswith(b"HTTP/1.1 200")
    return False


# Stations that connect once, for a short time.


def _boots(stranger: socket.socket, number: int) -> None:
    stranger.sendall(f"{HANDSHAKE.format(f'NEW-{number}')}\r\n".encode() + framed(_BOOT))
    stranger.recv(4096)


def _breaks_the_protocol(stranger: socket.socket, number: int) -> None:
    stranger.sendall(f"{HANDSHAKE.format(f'BAD-{number}')}\r\n".encode() + b"\xff\xff" + bytes(50))
    stranger.recv(4096)


def _has_a_long_name(stranger: socket.socket, number: int) -> None:
    stranger.sendall(f"{HANDSHAKE.format(f'{number}' * 400)}\r\n".encode())
    stranger.recv(4096)


def _is_no_station(stranger: socket.socket, number: int) -> None:
    stranger.sendall(f"POST /{number} HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n".encode())
    stranger.recv(4096)


def _sends_noise(stranger: socket.socket, number: int) -> None:
    stranger.sendall(random.Random(number).randbytes(2000))


def _leaves_in_the_middle(stranger: socket.socket, number: int) -> None:
    stranger.sendall(HANDSHAKE.format(f"HALF-{number}").encode()[:60])


_STRANGERS: tuple[Callable[[socket.socket, int], None], ...] = (
    _boots,
    _breaks_the_protocol,
    _has_a_long_name,
    _is_no_station,
    _sends_noise,
    _leaves_in_the_middle,
)


if __name__ == "__main__":
    sys.exit(main())
