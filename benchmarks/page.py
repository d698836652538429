"""The CPU time of the live page in Chromium, while stations of `mock-station` send messages to a mock.

The probe uses Chromium's debugging protocol for a few commands only. A driver such as Playwright would receive every
event of the stream, which costs the page more than the events themselves.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

from benchmarks.lab import ROOT, Lab, NotRun, on_core
from benchmarks.probes import Figures, Probe
from benchmarks.servers import DEFAULT, Server, environment, find, started

_RAMP, _SETTLE, _SECONDS = 10.0, 5.0, 15.0
"""The seconds in which stations connect, the seconds of waiting after that, and the seconds of the measurement."""
_LEAST = 0.5
"""The measurement is valid if at least this share of two events per second and station came."""
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_NUMBERS = count(1)
_WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
}).observe({type: "longtask"});
"""


def shown() -> Probe:
    """`cpu`: the CPU use of the page's process in per cent of a core, with one heartbeat per second and station.

    `longest`: the duration of the longest task of its main thread in ms; 0 if no task took more than 50 ms.
    """

    def probe(lab: Lab) -> Figures:
        with socket.create_server(("127.0.0.1", 0)) as free:
            api = free.getsockname()[1]
        server = Server(DEFAULT.command, flags={"--api": str(api), "--boot-interval": "1"}, switches=("--quiet",))
        with started(server, lab) as running, _stations(lab, running.port):
            time.sleep(_RAMP)
            with _chromium(lab, f"http://127.0.0.1:{api}/") as browser:
                return _measure(lab, browser, api)

    return probe


def _measure(lab: Lab, browser: ClientConnection, api: int) -> Figures:
    time.sleep(_SETTLE)
    targets = _ask(browser, "Target.getTargets")["targetInfos"]
    page = next(each["targetId"] for each in targets if each["type"] == "page")
    session = _ask(browser, "Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
    _evaluate(browser, session, _WATCH)
    before, events, began = _cpu(browser), _cursor(api), time.perf_counter()
    time.sleep(_SECONDS)
    used, lasted = _cpu(browser) - before, time.perf_counter() - began
    rate = (_cursor(api) - events) / lasted
    if rate < _LEAST * 2 * lab.scale.idle:
        raise NotRun(f"only {rate:.0f} events a second came")
    return {"cpu": used / lasted * 100, "longest": _evaluate(browser, session, "longest")}


def _cursor(api: int) -> int:
    """Return the number of events in the mock so far."""
    with urlopen(f"http://127.0.0.1:{api}/api/v1") as answer:
        return int(json.load(answer)["cursor"])


def _evaluate(browser: ClientConnection, session: str, script: str) -> float:
    """Run a script in the page, and return its value if that is a number."""
    result = _ask(browser, "Runtime.evaluate", session, expression=script, returnByValue=True)
    return float(result["result"].get("value") or 0)


def _cpu(browser: ClientConnection) -> float:
    """Return the CPU time of Chromium's processes for pages, in seconds."""
    processes = _ask(browser, "SystemInfo.getProcessInfo")["processInfo"]
    return sum(float(each["cpuTime"]) for each in processes if each["type"] == "renderer")


def _ask(browser: ClientConnection, method: str, session: str = "", **parameters: Any) -> Any:
    """Send a command of the debugging protocol, and return its result."""
    number = next(_NUMBERS)
    command = {"id": number, "method": method, "params": parameters}
    browser.send(json.dumps(command | ({"sessionId": session} if session else {})))
    while (result := json.loads(browser.recv())).get("id") != number:
        pass
    return result["result"]


@contextmanager
def _stations(lab: Lab, port: int) -> Iterator[None]:
    """Run stations during the block, on the core of the mock's peers."""
    words = [f"ws://127.0.0.1:{port}", "--count", str(lab.scale.idle), "--ramp", f"{_RAMP / 2:g}"]
    command = [sys.executable, "-m", "mock_csms.station", *words]
    with on_core(1):
        process = subprocess.Popen(command, cwd=ROOT, env=environment(lab), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def _chromium(lab: Lab, url: str) -> Iterator[ClientConnection]:
    """Run Chromium with a page during the block. Raises NotRun if Chromium is not installed or does not start."""
    profile = lab.folder / "chromium"
    command = [find("chromium"), *_FLAGS, "--remote-debugging-port=0", "--window-size=1400,860"]
    process = subprocess.Popen(
        [*command, f"--user-data-dir={profile}", url], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    try:
        result = next((line for line in process.stderr if line.startswith("DevTools listening on ")), "")
        address = re.search(r"ws://\S+", result)
        if address is None:
            raise NotRun("chromium does not start")
        with connect(address[0], max_size=None, proxy=None) as browser:
            yield browser
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
