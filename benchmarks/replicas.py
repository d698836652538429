"""Measures one and two replicas of the mock, alone and behind HAProxy: `python -m benchmarks.replicas [--quick]`.

It writes `replicas.json`, from which the tables of docs/scale.md are made. The figures are absolute ones of this
machine, so they are only as good as the machine is quiet; `load average` says how busy it was before.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.lab import QUICK, ROOT, Lab, NotRun
from benchmarks.messages import TRANSACTION_EVENT
from benchmarks.servers import Running, Server, started
from scripts import docs

RESULTS = Path(__file__).parent / "replicas.json"
_MODES: Mapping[str, Sequence[str]] = {"all checks": (), "`--checks none`": ("--checks=none",)}
_FEW, _MANY, _MOST = 1000, 7500, 15_000
"""How many stations. Behind HAProxy not `_MOST`: it has two connections for each, and may open 20,000 here.

The rate of `_MOST` is not measured: if so many send without a pause, each call waits for seconds.
"""
_LAYOUTS = ((1, False, (_FEW, _MANY, _MOST)), (1, True, (_FEW, _MANY)), (2, True, (_FEW, _MANY)))
"""How many replicas, whether HAProxy is before them, and with how many stations."""
_WARM_UP, _SECONDS = 4.0, 8.0
_EDGE = 1.0
"""How many seconds at the start and at the end of the measurement are not used for the CPU times."""
_SLOWEST = 60.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The processes of one measurement."""

    mocks: Sequence[Running]
    haproxy: Running | None

    @property
    def entrance(self) -> Running:
        """What the stations connect to; its CPU time is that of the first mock."""
        return replace(self.mocks[0], port=self.haproxy.port) if self.haproxy else self.mocks[0]

    def cpu(self) -> tuple[float, float]:
        """Return the CPU times of all mocks and of HAProxy, in seconds."""
        return sum(mock.cpu() for mock in self.mocks), self.haproxy.cpu() if self.haproxy else 0.0

    def memory(self) -> tuple[int, int]:
        """Return the memory of all mocks and of HAProxy, in kB."""
        return sum(mock.memory() for mock in self.mocks), self.haproxy.memory() if self.haproxy else 0


@contextmanager
def laid_out(lab: Lab, flags: Sequence[str], count: int, *, is_balanced: bool) -> Iterator[Layout]:
    """Run so many replicas, behind HAProxy with deploy/haproxy.cfg or alone. All of them may use all cores."""
    with ExitStack() as stack:
        mocks = []
        for _ in range(count):
            mock = stack.enter_context(
                started(Server((sys.executable, "server.py", "--port=0", "--quiet", *flags)), lab)
            )
            os.sched_setaffinity(mock.process.pid, os.sched_getaffinity(0))
            mocks.append(mock)
        yield Layout(mocks, stack.enter_context(_haproxy(lab, mocks)) if is_balanced else None)


@contextmanager
def _haproxy(lab: Lab, mocks: Sequence[Running]) -> Iterator[Running]:
    text = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    text = re.sub(r"( server mock-(\d) \S+):90[12]\d", lambda found: f"{found[1]}:{_port(mocks, found)}", text)
    (lab.folder / "haproxy.cfg").write_text(text, encoding="utf-8")
    command = [str(shutil.which("haproxy")), "-db", "-f", str(lab.folder / "haproxy.cfg")]
    with (lab.folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        time.sleep(3)  # it finds out which servers are there
        yield Running(Server(command), process, 9000)
    finally:
        process.terminate()
        process.wait()


def _port(mocks: Sequence[Running], found: "re.Match[str]") -> int:
    """Return the port of the mock with this number. If fewer mocks run, return 1, a port where nobody listens."""
    number = int(found[2])
    return mocks[number - 1].port if number <= len(mocks) else 1


# The measurements.


def rate(lab: Lab, layout: Layout, stations: int) -> dict[str, float]:
    """Let all stations send one call after the other.

    Return the calls per second, and for each part the CPU time per call in µs and its share of a core.
    """
    reports: list[load.Report] = []
    before = layout.memory()
    thread = threading.Thread(
        target=lambda: reports.append(load.call(lab, layout.entrance, stations, TRANSACTION_EVENT, _SECONDS))
    )
    thread.start()
    _wait_for_all(layout, stations, thread)
    time.sleep(lab.scale.warm_up + _EDGE)
    begin, began = layout.cpu(), time.monotonic()
    time.sleep(_SECONDS - 3 * _EDGE)
    end, seconds = layout.cpu(), time.monotonic() - began
    memory = layout.memory()
    thread.join()
    if not reports:
        raise NotRun("the load generator failed")
    (report,) = reports
    calls = report["messages"] / report["seconds"]
    mock, haproxy = ((after - first) / seconds for first, after in zip(begin, end, strict=True))
    return {
        "calls": calls,
        "mock_us": mock / calls * 1e6,
        "haproxy_us": haproxy / calls * 1e6,
        "mock_cores": mock,
        "haproxy_cores": haproxy,
        "load_cores": report["load_cpu"] / report["seconds"],
        "mock_kb": (memory[0] - before[0]) / stations,
    }


def _wait_for_all(layout: Layout, stations: int, running: threading.Thread) -> None:
    """Wait until all stations are connected to the mocks."""
    descriptors = [Path(f"/proc/{mock.process.pid}/fd") for mock in layout.mocks]
    end = time.monotonic() + _SLOWEST
    while running.is_alive() and sum(_count(folder) for folder in descriptors) < stations:
        if time.monotonic() > end:
            raise NotRun("the stations did not connect")
        time.sleep(0.05)


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def idle(lab: Lab, layout: Layout, stations: int) -> dict[str, float]:
    """Keep idle stations connected. Return memory in kB and CPU time in µs, both per station that has booted."""
    before, begin = layout.memory(), layout.cpu()
    with load.hold(lab, layout.entrance, stations):
        end, after = layout.cpu(), layout.memory()
        for mock in layout.mocks:
            mock.stop()
    return {
        "kb": (after[0] - before[0]) / stations,
        "haproxy_kb": (after[1] - before[1]) / stations,
        "connect_us": (end[0] - begin[0]) / stations * 1e6,
        "haproxy_connect_us": (end[1] - begin[1]) / stations * 1e6,
        "start_kb": before[0] / len(layout.mocks),
    }


def main() -> None:
    """Measure everything, and write the results and the tables."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    is_quick = "--quick" in sys.argv[1:]
    about, rows = _about(), list[dict[str, Any]]()
    with tempfile.TemporaryDirectory(prefix="mock-csms-bench-") as name:
        lab = Lab(Path(name), replace(QUICK, warm_up=_WARM_UP), load.build(Path(name)))
        for mode, flags in _MODES.items():
            for replicas, is_balanced, sizes in _LAYOUTS:
                for size in sizes:
                    stations = size // 10 if is_quick else size
                    row: dict[str, Any] = {"mode": mode, "replicas": replicas, "haproxy": is_balanced}
                    row["stations"] = stations
                    try:
                        for measure in (idle,) if size == _MOST else (rate, idle):
                            with laid_out(lab, flags, replicas, is_balanced=is_balanced) as layout:
                                row |= measure(lab, layout, stations)
                        rows.append(row)
                    except NotRun as reason:
                        row |= {"not run": str(reason)}
                    sys.stdout.write(json.dumps(row) + "\n")
                    sys.stdout.flush()
                    if not is_quick:
                        RESULTS.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    if not is_quick:
        docs.update()


def _about() -> dict[str, Any]:
    """Return when and where the measurement runs."""
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    version = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout.split()[2]
    return {
        "at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
        "load average": os.getloadavg(),
        "cores": os.cpu_count(),
        "processor": processor[1] if processor else "",
        "python": sys.version.split()[0],
        "haproxy": version,
    }


if __name__ == "__main__":
    main()
