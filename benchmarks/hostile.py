"""Measures how long other stations wait while hostile stations flood the mock: the rows called `hostile-…`."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.lab import Lab, NotRun, held_up, on_core
from benchmarks.peers.flood import CALL, HANDSHAKES, KINDS, connected
from benchmarks.probes import Figures, Probe
from benchmarks.servers import DEFAULT, SECURE, Running, started

__all__ = ["COUNTS", "KINDS", "PROBES"]

_FLOOD = Path(__file__).parent / "peers" / "flood.py"
_LONGEST = 20.0
"""After this many seconds without an answer the run has failed; the flood ends by itself soon after."""
_PAUSE = 0.002
"""The pause between two requests of the probe, in seconds."""
COUNTS = (1, 5, 50)
"""The numbers of hostile stations in the runs, the highest one last."""


def hostile(kind: str, count: int) -> Probe:
    """The response times of the mock while `count` hostile stations of this kind flood it: `p99` and `most`, in ms.

    Another process sends Heartbeats and requests to /healthz alternately. `stop`: ms from SIGTERM to exit while
    the flood goes on. `memory`: the highest memory use of the mock, in MB.
    """

    def probe(lab: Lab) -> Figures:
        seconds = 4 * lab.scale.seconds
        server = SECURE if kind == HANDSHAKES else DEFAULT
        with started(server, lab) as running, connected(running.port, 10_000) as station:
            station.settimeout(_LONGEST)
            with _flood(running, kind, count, seconds + 2 * _LONGEST):
                times = _response_times(running, station, time.perf_counter() + seconds)
                memory = running.memory("VmHWM")
                began, before = time.perf_counter(), held_up(running.process.pid)
                delay = running.stop() - before
                stopped = time.perf_counter() - began - delay
        times.sort()
        return {
            "p99": times[int(len(times) * 0.99)] * 1000,
            "most": times[-1] * 1000,
            "stop": stopped * 1000,
            "memory": memory / 1000,
        }

    return probe


def _response_times(running: Running, station: socket.socket, end: float) -> list[float]:
    """Send both requests alternately until the time `end`; return the response time of each in seconds."""
    times = []
    try:
        while time.perf_counter() < end:
            for ask in (lambda: _heartbeat(station), lambda: _healthz(running.port)):
                times.append(_timed(ask, running.process.pid))
                time.sleep(_PAUSE)
    except TimeoutError:
        raise NotRun(f"no answer within {_LONGEST:g} s") from None
    return times


def _timed(ask: Callable[[], None], process: int) -> float:
    """Return the response time in seconds, without the time that the mock waited for its core."""
    began, before = time.perf_counter(), held_up(process)
    ask()
    return max(0.0, time.perf_counter() - began - held_up(process) + before)


def _heartbeat(station: socket.socket) -> None:
    station.sendall(CALL)
    if b"currentTime" not in station.recv(4096):
        raise NotRun("a Heartbeat was answered wrongly")


def _healthz(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=_LONGEST) as asking:
        asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        if not asking.recv(4096).startswith(b"HTTP/1.1 200"):
            raise NotRun("/healthz was answered wrongly")


@contextmanager
def _flood(running: Running, kind: str, count: int, seconds: float) -> Iterator[None]:
    """Run hostile stations during the block, on the core that the mock does not use."""
    if not count:
        yield
        return
    command = [sys.executable, str(_FLOOD), str(running.port), kind, str(count), str(seconds)]
    with on_core(1):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ))
    try:
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], _LONGEST)[0] or not process.stdout.readline():
            raise NotRun("the flood did not begin")
        yield
    finally:
        process.kill()
        process.communicate()


PROBES: Mapping[str, Probe] = {
    "hostile none": hostile("calls", 0),
    **{f"hostile {kind} {count}": hostile(kind, count) for kind in KINDS for count in COUNTS},
}
