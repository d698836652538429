"""What is measured: each probe is one run of one server, and returns figures by name.

The time that a process waited because other programs used its core is subtracted from its times.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeAlias

from benchmarks import load
from benchmarks.lab import ROOT, Lab, NotRun, held_up, on_core
from benchmarks.messages import OCPP_201, Version
from benchmarks.peers.flood import connected, framed
from benchmarks.servers import Server, environment, started, wait_for_exit

Figures: TypeAlias = dict[str, float]
Probe: TypeAlias = Callable[[Lab], Figures]

_STATIONS = 50


def cost(server: Server, message: str, version: Version = OCPP_201) -> Probe:
    """CPU time of `server` for one message, in microseconds: `fresh` and `warm`.

    `fresh` is measured with the first connections to a process, `warm` with later connections to the same process.
    CPU time is used because other programs may use the core too. `wall` is the number of messages per second of real
    time; it is 1,000,000 / `warm` if no other program uses the core. `load` is the share of the other core that the
    load generator used: if it is near 1, the load generator limits the rate.
    """

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            fresh, warm = (load.call(lab, running, _STATIONS, message, lab.scale.seconds, version) for _ in range(2))
            running.stop()
        return {
            "fresh": _cpu(fresh),
            "warm": _cpu(warm),
            "wall": warm["messages"] / warm["seconds"],
            "load": max(report["load_cpu"] / report["seconds"] for report in (fresh, warm)),
        }

    return probe


def cost_of_many(server: Server, message: str, stations: Callable[[Lab], int]) -> Probe:
    """`cpu`: CPU time of `server` for one message with this many stations, in microseconds; `load` as in `cost`."""

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            report = load.call(lab, running, stations(lab), message, lab.scale.seconds)
            running.stop()
        return {"cpu": _cpu(report), "load": report["load_cpu"] / report["seconds"]}

    return probe


def _cpu(report: load.Report) -> float:
    """Return the CPU time of the server for one message, in microseconds. Raises NotRun if there was no message."""
    if not report["messages"]:
        raise NotRun("no message was answered in the measured time")
    return report["server_cpu"] / report["messages"] * 1e6


def idle(server: Server) -> Probe:
    """`memory`: kB for each idle station; `stop`: milliseconds from SIGTERM to the exit with all of them connected.

    A few stations connect and leave before, so that what is loaded for the first one is not counted.
    """

    def probe(lab: Lab) -> Figures:
        stations = lab.scale.idle
        with started(server, lab) as running:
            load.churn(lab, running, 10)
            memory = -running.memory()
            with load.hold(lab, running, stations):
                time.sleep(0.2)
                memory += running.memory()
                began, before = time.perf_counter(), held_up(running.process.pid)
                delay = running.stop() - before
                stopped = time.perf_counter() - began - delay
        return {"memory": memory / stations, "stop": stopped * 1000}

    return probe


def churn(server: Server, stations: int) -> Probe:
    """`connect` and `close`: 95th percentiles of the time for a handshake and for closing a connection, in ms."""

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            report = load.churn(lab, running, stations)
            running.stop()
        return {"connect": report["connect_p95"] * 1000, "close": report["close_p95"] * 1000}

    return probe


BOOT = framed(b'[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"m","vendorName":"v"}}]')
"""The WebSocket frame of a BootNotification."""


def start_up(server: Server) -> Probe:
    """`listen`: milliseconds from the start of the process until it listens.

    `answer`: milliseconds from the start until a station that connects at once gets the answer to its BootNotification.
    Both are CPU time, as the elapsed time depends on other programs; a start mostly loads modules.
    """

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            listening = running.cpu()
            with connected(running.port, 1) as station:
                station.settimeout(10)
                station.sendall(BOOT)
                if not station.recv(4096):
                    raise NotRun("the BootNotification was not answered")
                return {"listen": listening * 1000, "answer": running.cpu() * 1000}

    return probe


def later(server: Server, other: Server) -> Probe:
    """Return how much more the figures of `start_up` are for `server` than for `other`, which starts right after it."""

    def probe(lab: Lab) -> Figures:
        ours, theirs = start_up(server)(lab), start_up(other)(lab)
        return {name: ours[name] - theirs[name] for name in ours}

    return probe


def run(*words: str) -> Probe:
    """`time`: milliseconds that Python takes to run with these arguments and exit."""

    def probe(lab: Lab) -> Figures:
        command = [sys.executable, *words]
        with on_core(0):
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment(lab), stdout=subprocess.DEVNULL)
            delay = wait_for_exit(process)
            return {"time": (time.perf_counter() - began - delay) * 1000}

    return probe
