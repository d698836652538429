"""Measures whether old stations and messages make the mock's memory grow: the rows called `growth-…`."""

import socket
from collections.abc import Mapping

from benchmarks import load
from benchmarks.lab import Lab, on_core
from benchmarks.messages import TRANSACTION_EVENT
from benchmarks.peers.flood import connected
from benchmarks.probes import BOOT, Figures, Probe
from benchmarks.servers import DEFAULT, Running, started

__all__ = ["PROBES"]

_STATIONS = 50
_FIRST = 2000
"""After this many identities the mock has reached its limit of remembered disconnected stations."""


def _identities(lab: Lab) -> Figures:
    """`memory`: bytes for each identity that connects, boots and leaves, after the mock has reached its limit."""
    with started(DEFAULT, lab) as running, on_core(1):
        _come_and_go(running, range(_FIRST))
        memory = -running.memory()
        _come_and_go(running, range(_FIRST, _FIRST + lab.scale.identities))
        memory += running.memory()
        running.stop()
    return {"memory": memory * 1000 / lab.scale.identities}


def _come_and_go(running: Running, numbers: range) -> None:
    for number in numbers:
        with connected(running.port, number) as station:
            station.setblocking(True)
            station.sendall(BOOT)
            station.recv(4096)
            station.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes((1, 0, 0, 0, 0, 0, 0, 0)))  # no TIME_WAIT


def _messages(lab: Lab) -> Figures:
    """`memory`: kB by which the mock grows between the first 400 messages of each station and the end.

    After 400 messages no further modules are loaded, but the facts that checks keep about a station still grow up to
    their limit.
    """
    with started(DEFAULT, lab) as running:
        load.call(lab, running, _STATIONS, TRANSACTION_EVENT, 1.0)
        memory, messages = -running.memory(), 0.0
        while messages < lab.scale.messages:
            messages += load.call(lab, running, _STATIONS, TRANSACTION_EVENT, 10 * lab.scale.seconds)["messages"]
        memory += running.memory()
        running.stop()
    return {"memory": memory}


PROBES: Mapping[str, Probe] = {"identities": _identities, "messages": _messages}
