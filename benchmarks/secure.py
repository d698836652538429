"""Measures what TLS costs: messages over wss:// against ws://, and handshakes against those of asyncio alone."""

import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.lab import Lab
from benchmarks.peers.flood import CALL, HANDSHAKE
from benchmarks.probes import Figures, Probe
from benchmarks.servers import SECURE, Running, Server, started

_PEER = Path(__file__).parent / "peers" / "asyncio_tls.py"
_AT_ONCE = 20
"""How many calls a batch has."""
_PACE = 0.0005
"""When the next batch is due, in seconds after the one before.

Without it the server would wait longer for a client with TLS, and everything would cost more because caches are colder.
"""
_MESSAGES, _HANDSHAKES = 4000, 200
"""How many are measured at full scale, after a quarter of them to warm up."""


def messages(*, is_secure: bool, at_once: int) -> Probe:
    """CPU time of the mock for one Heartbeat, in microseconds: `cpu`. `at_once` are sent before answers are read."""

    def probe(lab: Lab) -> Figures:
        with started(SECURE, lab) as running, _connected(running, is_secure=is_secure) as station:
            count = _scaled(lab, _MESSAGES) // at_once
            data = CALL * at_once

            def send(times: int) -> None:
                due = time.perf_counter()
                for _ in range(times):
                    station.sendall(data)
                    _read_answers(station, at_once)
                    due += _PACE
                    while time.perf_counter() < due:
                        pass

            return {"cpu": _measured(running, send, count) / at_once}

    return probe


def handshakes(server: Server = SECURE) -> Probe:
    """CPU time of a server for one full TLS 1.3 handshake with an EC key, in microseconds: `cpu`."""

    def probe(lab: Lab) -> Figures:
        with started(SECURE, lab) as mock:
            if server is SECURE:
                return {"cpu": _handshakes(lab, mock)}
            files = tuple(str(lab.folder / "pki" / f"server-ec.{ending}") for ending in ("pem", "key"))
            with started(Server((*server.command, *files)), lab) as peer:
                return {"cpu": _handshakes(lab, peer)}

    return probe


ASYNCIO = Server((sys.executable, str(_PEER)))
"""The TLS of asyncio, without anything above it."""


def _handshakes(lab: Lab, running: Running) -> float:
    context = _careless()

    def shake(times: int) -> None:
        for _ in range(times):
            with socket.create_connection(("127.0.0.1", running.port)) as plain, context.wrap_socket(plain):
                pass

    return _measured(running, shake, _scaled(lab, _HANDSHAKES))


def _measured(running: Running, do: Callable[[int], None], count: int) -> float:
    """Return the CPU time of one of the things that are done, in microseconds, once the server is warm."""
    do(count // 4)
    before = running.cpu()
    do(count)
    return (running.cpu() - before) / count * 1e6


def _scaled(lab: Lab, count: int) -> int:
    return count if lab.scale.seconds >= 1 else count // 4


@contextmanager
def _connected(running: Running, *, is_secure: bool) -> Iterator[socket.socket]:
    """Yield a socket with an open WebSocket."""
    with socket.create_connection(("127.0.0.1", running.port)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = _careless().wrap_socket(plain) if is_secure else plain
        made.sendall(f"{HANDSHAKE.format(1)}\r\n".encode())
        while b"\r\n\r\n" not in made.recv(4096):
            pass
        yield made


def _careless() -> ssl.SSLContext:
    """Return the TLS settings of a client that looks at no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _read_answers(station: socket.socket, count: int) -> None:
    found = 0
    while found < count:
        found += station.recv(65536).count(b"currentTime")


PROBES = {
    **{
        f"{'wss' if is_secure else 'ws'} {name}": messages(is_secure=is_secure, at_once=at_once)
        for is_secure in (False, True)
        for name, at_once in (("one by one", 1), ("batches", _AT_ONCE))
    },
    "handshake mock": handshakes(),
    "handshake asyncio": handshakes(ASYNCIO),
}
