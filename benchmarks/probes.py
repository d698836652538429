"""What is measured: each probe is one run of one server, and returns figures by name."""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeAlias

from benchmarks import load
from benchmarks.lab import ROOT, Lab, on_core
from benchmarks.servers import Server, environment, started

Figures: TypeAlias = dict[str, float]
Probe: TypeAlias = Callable[[Lab], Figures]

_STATIONS = 50
_CONNECT_LIMIT = 0.2
_CLOSE_LIMIT = 0.1
"""What churn must stay below at the 95th percentile, in seconds."""


def rate(server: Server, message: str) -> Probe:
    """Messages a second that `server` answers: `fresh` in a new process, `warm` in the same one with new connections.

    `cpu` and `warm_cpu` are the microseconds of the server's CPU time for one message, `load` the share of its core that
    the load generator took.
    """

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            fresh, warm = (load.call(lab, running, _STATIONS, message, lab.scale.seconds) for _ in range(2))
            running.stop()
        return {
            "fresh": fresh["messages"] / fresh["seconds"],
            "warm": warm["messages"] / warm["seconds"],
            "cpu": _cpu(fresh),
            "warm_cpu": _cpu(warm),
            "load": max(report["load_cpu"] / report["seconds"] for report in (fresh, warm)),
        }

    return probe


def cost(server: Server, message: str, stations: Callable[[Lab], int]) -> Probe:
    """Microseconds of CPU time that `server` needs for one message of so many stations."""

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            report = load.call(lab, running, stations(lab), message, lab.scale.seconds)
            running.stop()
        return {"cpu": _cpu(report), "load": report["load_cpu"] / report["seconds"]}

    return probe


def idle(server: Server) -> Probe:
    """`memory` of an idle station in kB, and `stop`: milliseconds from SIGTERM to exit with all of them connected.

    A few stations come and go before, so that what is loaded for the first one is not counted for all.
    """

    def probe(lab: Lab) -> Figures:
        stations = lab.scale.idle
        with started(server, lab) as running:
            load.churn(lab, running, 10)
            before = running.memory()
            with load.hold(lab, running, stations):
                time.sleep(0.2)
                memory = running.memory() - before
                began = time.perf_counter()
                running.stop()
                stopped = time.perf_counter() - began
        return {"memory": memory / stations, "stop": stopped * 1000}

    return probe


def churn(server: Server, stations: int) -> Probe:
    """`connect` and `close`: 95th percentiles in milliseconds; `worst`: the share of its limit that the worse one took."""

    def probe(lab: Lab) -> Figures:
        with started(server, lab) as running:
            report = load.churn(lab, running, stations)
            running.stop()
        connect, close = report["connect_p95"], report["close_p95"]
        worst = max(connect / _CONNECT_LIMIT, close / _CLOSE_LIMIT)
        return {"connect": connect * 1000, "close": close * 1000, "worst": worst}

    return probe


def start_up(server: Server) -> Probe:
    """Milliseconds from the start of the process to the line that says that it listens."""

    def probe(lab: Lab) -> Figures:
        began = time.perf_counter()
        with started(server, lab):
            return {"time": (time.perf_counter() - began) * 1000}

    return probe


def run(*words: str) -> Probe:
    """Milliseconds that Python takes to run to its end with those words."""

    def probe(lab: Lab) -> Figures:
        with on_core(0):
            began = time.perf_counter()
            command = [sys.executable, *words]
            subprocess.run(command, cwd=ROOT, env=environment(lab), stdout=subprocess.DEVNULL, check=True)
            return {"time": (time.perf_counter() - began) * 1000}

    return probe


def _cpu(report: load.Report) -> float:
    return report["server_cpu"] / report["messages"] * 1e6
