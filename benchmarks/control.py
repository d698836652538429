"""Probes of the HTTP API: the cost of a message while a client reads the stream, and the cost of a list."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import load
from benchmarks.lab import Lab, NotRun
from benchmarks.probes import Figures, Probe
from benchmarks.servers import DEFAULT, Server, started

SERVED = Server(DEFAULT.command, flags={"--api": "0", "--ready-file": "{folder}/ready"})
"""The mock with its API on a free port."""

_STATIONS = 50
_REQUESTS = 20
_PATIENCE = 30.0


def streamed(message: str) -> Probe:
    """CPU time of the mock for one message while a client reads the stream of all events, in microseconds: `warm`."""

    def probe(lab: Lab) -> Figures:
        with started(SERVED, lab) as running, _stream(api_port(lab)):
            load.call(lab, running, _STATIONS, message, lab.scale.seconds)
            report = load.call(lab, running, _STATIONS, message, lab.scale.seconds)
            running.stop()
        return {"warm": report["server_cpu"] / report["messages"] * 1e6}

    return probe


def listed() -> Probe:
    """CPU time of the mock for a list of all stations, in milliseconds: `cpu`."""

    def probe(lab: Lab) -> Figures:
        with started(SERVED, lab) as running, load.hold(lab, running, lab.scale.idle):
            _list(api_port(lab))
            before = running.cpu()
            for _ in range(_REQUESTS):
                _list(api_port(lab))
            used = running.cpu() - before
            running.stop()
        return {"cpu": used / _REQUESTS * 1000}

    return probe


def api_port(lab: Lab) -> int:
    """Return the port of the API, from the second line of the ready file."""
    until, file = time.monotonic() + _PATIENCE, lab.folder / "ready"
    while time.monotonic() < until:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        if len(lines) > 1:
            return int(lines[1].rpartition(":")[2])
        time.sleep(0.01)
    raise NotRun("the ready file names no API")


def _list(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    connection.request("GET", "/api/v1/stations")
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != 200:
        raise NotRun(f"the list of stations got {response.status}")


@contextmanager
def _stream(port: int) -> Iterator[None]:
    """Read the stream of events during the block."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    connection.request("GET", "/api/v1/events", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    threading.Thread(target=_read, args=(response,), daemon=True).start()
    yield
    connection.close()


def _read(response: http.client.HTTPResponse) -> None:
    """Read until the stream ends; the end of the mock closes it."""
    try:
        while response.read1(1 << 16):
            pass
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return
