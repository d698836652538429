"""Probes that run `mock-station` on the other core against the mock."""

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.lab import ROOT, Lab, NotRun, on_core
from benchmarks.probes import Figures, Probe
from benchmarks.servers import UNCHECKED, Server, environment, started

_BUSY = Server(UNCHECKED.command, flags={**UNCHECKED.flags, "--boot-interval": "2"})
"""A mock that asks for a heartbeat every two seconds."""
_SECONDS = 6


def at_work() -> Probe:
    """The cost of a process with thousands of stations: `memory` per station in kB, and `cpu` per message in µs.

    `mock_memory` and `mock_cpu` are the same figures of the mock that they connect to.
    """

    def probe(lab: Lab) -> Figures:
        count = lab.scale.fleet
        report, used = _run(lab, "--count", count, "--ramp", _SECONDS / 3, "--duration", _SECONDS)
        if report["connections"] != count or report["errors"]:
            raise NotRun(f"{report['connections']} of {count} connected, errors: {report['errors']}")
        return {name: figure / (report["messages"] if "cpu" in name else count) for name, figure in used.items()}

    return probe


def coming_and_going(stations: int) -> Probe:
    """`connect` and `close`: 95th percentiles in ms, of stations that connect, boot, wait a little and leave."""

    def probe(lab: Lab) -> Figures:
        report, _ = _run(lab, "--count", stations, "--churn")
        return {"connect": report["connect_ms"]["p95"], "close": report["close_ms"]["p95"]}

    return probe


def _run(lab: Lab, *words: object) -> tuple[dict[str, Any], Figures]:
    """Run `mock-station` to its end.

    Return its JSON output, and the peak memory (kB) and CPU time (µs) of both processes.
    """
    with started(_BUSY, lab) as running:
        url = f"ws://127.0.0.1:{running.port}"
        command = [sys.executable, "-m", "mock_csms.station", url, "--json", *map(str, words)]
        with on_core(1):
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment(lab), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        used = {
            "memory": usage.ru_maxrss,
            "cpu": (usage.ru_utime + usage.ru_stime) * 1e6,
            "mock_memory": running.memory("VmHWM"),
            "mock_cpu": running.cpu() * 1e6,
        }
        running.stop()
    if not printed:
        raise NotRun("mock-station failed")
    return json.loads(printed), used
