"""What the live page costs the browser: stations of `mock-station` send to a mock, and Chromium shows them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.lab import ROOT, Lab, NotRun, on_core
from benchmarks.probes import Figures, Probe
from benchmarks.servers import DEFAULT, Server, environment, find, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_RAMP, _SETTLE, _SECONDS = 10.0, 5.0, 15.0
"""For how many seconds stations come, the page is left alone, and it is measured."""
_LEAST = 0.5
"""Which part of two events a second for each station must come, or else nothing is measured."""
_WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
}).observe({type: "longtask"});
"""


def shown() -> Probe:
    """`cpu`: per cent of a core that the process of the page takes, with a heartbeat a second from each station.

    `longest`: milliseconds of the longest task of its main thread by the clock; 0 if none took more than 50.
    """

    def probe(lab: Lab) -> Figures:
        with socket.create_server(("127.0.0.1", 0)) as free:
            api = free.getsockname()[1]
        server = Server(DEFAULT.command, flags={"--api": str(api), "--boot-interval": "1"}, switches=("--quiet",))
        with started(server, lab) as running, _stations(lab, running.port), _chromium() as browser:
            time.sleep(_RAMP)
            page = browser.new_page(viewport={"width": 1400, "height": 860})
            page.goto(f"http://127.0.0.1:{api}/")
            return _measure(lab, browser, page)

    return probe


def _measure(lab: Lab, browser: "Browser", page: "Page") -> Figures:
    page.wait_for_timeout(_SETTLE * 1000)
    page.evaluate(_WATCH)
    session = browser.new_browser_cdp_session()
    before, began = _cpu(session), time.perf_counter()
    page.wait_for_timeout(_SECONDS * 1000)
    used, lasted = _cpu(session) - before, time.perf_counter() - began
    rate = int(page.inner_text("#rate").partition(" ")[0].replace(",", ""))
    if rate < _LEAST * 2 * lab.scale.idle:
        raise NotRun(f"only {rate} events a second came")
    return {"cpu": used / lasted * 100, "longest": page.evaluate("longest")}


def _cpu(session: Any) -> float:
    """Return the CPU time of the processes of pages, in seconds."""
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(float(each["cpuTime"]) for each in processes if each["type"] == "renderer")


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
def _chromium() -> Iterator["Browser"]:
    """Start the browser. Raises NotRun if it or its driver is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotRun("no playwright") from None
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=Path(find("chromium")), args=flags)
        yield browser
        browser.close()
