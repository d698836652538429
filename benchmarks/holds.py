"""How long each endpoint of the API holds the mock's event loop, with 1,000 stations and a full journal."""

import http.client
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks import load
from benchmarks.control import api_port
from benchmarks.lab import Lab, NotRun
from benchmarks.messages import FINDING
from benchmarks.probes import Figures, Probe
from benchmarks.servers import Running, Server, started

Request: TypeAlias = tuple[str, str, Any]
"""A method, a path and a body."""

_MANY = 1000
_LAST: Request = ("GET", "/healthz", None)
"""Asked afterwards: an answer may come before the turn that wrote it has ended."""
_PATIENCE = 60.0
_TIMES = 3
"""How often each request is made; the shortest of the longest turns counts, as others use the machine too."""
_RULE = {"match": "DataTransfer[vendorId=V{0}]", "reply": {"status": "Rejected"}}
_NEAR = {"match": "TransactionEvent[eventType=Ended]", "within": 0}
REQUESTS: Mapping[str, Request] = {
    "about": ("GET", "/api/v1", None),
    "stations": ("GET", "/api/v1/stations", None),
    "stations-match": ("GET", "/api/v1/stations?match=CS-0009*&connected=true", None),
    "station": ("GET", "/api/v1/stations/CS-000001", None),
    "events": ("GET", "/api/v1/events?limit=10000", None),
    "events-latest": ("GET", "/api/v1/events?limit=10000&latest=true", None),
    "events-match": ("GET", "/api/v1/events?match=TransactionEvent[eventType=Ended]", None),
    "events-station": ("GET", "/api/v1/events?station=CS-0009*&limit=10000", None),
    "events-text": ("GET", "/api/v1/events?format=text&limit=10000", None),
    "events-trace": ("GET", "/api/v1/events?format=trace&limit=10000", None),
    "wait": ("POST", "/api/v1/events/wait", _NEAR),
    "wait-many": ("POST", "/api/v1/events/wait", {"match": "TransactionEvent", "count": 1000, "within": 1}),
    "count": ("POST", "/api/v1/events/count", {"match": "TransactionEvent[seqNo=7]"}),
    "rules": ("GET", "/api/v1/rules", None),
    "rule": ("POST", "/api/v1/rules", {"match": "DataTransfer[vendorId=X]", "reply": {"status": "Rejected"}}),
    "tokens": ("GET", "/api/v1/tokens", None),
    "token": ("PUT", "/api/v1/tokens/TAG7", {"status": "Expired"}),
    "token-unknown": ("GET", "/api/v1/tokens/TAGG7", None),
    "settings": ("GET", "/api/v1/settings", None),
    "settings-toml": ("GET", "/api/v1/settings?format=toml", None),
    "patch": ("PATCH", "/api/v1/settings", {"boot-interval": 7}),
    "settings-back": ("DELETE", "/api/v1/settings", None),
    "snapshot": ("POST", "/api/v1/snapshots/one", None),
    "restore": ("POST", "/api/v1/snapshots/one/restore", None),
    "sessions": ("GET", "/api/v1/sessions", None),
    "findings": ("GET", "/api/v1/findings", None),
    "checks": ("GET", "/api/v1/checks", None),
    "expect": ("POST", "/api/v1/expectations", {"expect": ["Heartbeat@CS-*"], "stations": 1000}),
    "verdict": ("GET", "/api/v1/verdict", None),
    "verdict-junit": ("GET", "/api/v1/verdict?format=junit", None),
    "actions": ("GET", "/api/v1/actions", None),
    "action": ("GET", "/api/v1/actions/SetChargingProfile", None),
    "page": ("GET", "/", None),
    "page-file": ("GET", "/page/main.js", None),
    "metrics": ("GET", "/metrics", None),
    "openapi": ("GET", "/openapi.json", None),
    "stream": ("GET", "/api/v1/events?after=1", "stream"),
    "reset": ("POST", "/api/v1/reset", {"what": ["rules", "tokens", "settings", "counters", "findings"]}),
    "clear": ("DELETE", "/api/v1/events", None),
}
"""What is asked, in this order."""


def held() -> Probe:
    """Milliseconds of CPU time of the longest turn of the loop while each of `REQUESTS` is answered, by its name."""

    def probe(lab: Lab) -> Figures:
        config = lab.folder / "many.toml"
        config.write_text("".join(_tables()), encoding="utf-8")
        command = (sys.executable, str(Path(__file__).parent / "peers" / "held.py"), "--port", "0")
        flags = {"--api": "0", "--ready-file": "{folder}/ready", "--config": str(config), "--fail-on-findings": "error"}
        with started(Server(command, flags=flags, switches=("--quiet",)), lab) as running:
            load.call(lab, running, _MANY, FINDING, 3 * lab.scale.seconds)
            with load.hold(lab, running, _MANY):
                port = api_port(lab)
                figures = {name: _longest(lab, running, port, request) for name, request in REQUESTS.items()}
                running.process.send_signal(signal.SIGTERM)
        return figures

    return probe


def _tables() -> Iterator[str]:
    for number in range(_MANY):
        yield f'[[rule]]\nmatch = "DataTransfer[vendorId=V{number}]"\nreply.status = "Rejected"\n'
        yield f'[[token]]\nid = "TAG{number}"\nstatus = "Blocked"\n'


def _longest(lab: Lab, running: Running, port: int, request: Request) -> float:
    """Return the longest turn while a request is answered; the first answer may load modules, and is not counted."""
    found: list[tuple[float, str]] = []
    _ask(port, request)
    for _ in range(_TIMES):
        _told(lab, running)
        _ask(port, request)
        _ask(port, _LAST)
        found.append(_told(lab, running))
    if os.environ.get("VERBOSE"):
        sys.stderr.write(f"{min(found)} {request[:2]}\n")
    return min(found)[0]


def _told(lab: Lab, running: Running) -> tuple[float, str]:
    """Return the longest turn since the last time."""
    log = lab.folder / "server.log"
    before = log.stat().st_size
    running.process.send_signal(signal.SIGUSR2)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        lines = log.read_bytes()[before:].decode(errors="replace")
        if found := re.search(r"held ([\d.]+) (.*)\n", lines):
            return float(found[1]), found[2]
        time.sleep(0.005)
    raise NotRun("the mock does not tell how long its loop was held")


def _ask(port: int, request: Request) -> None:
    method, path, body = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    data = None if body is None or body == "stream" else json.dumps(body)
    kind = {"Accept": "text/event-stream"} if body == "stream" else {"Content-Type": "application/json"}
    connection.request(method, path.replace("[", "%5B").replace("]", "%5D"), data, kind)
    response = connection.getresponse()
    if body == "stream":
        until = time.monotonic() + 1
        while time.monotonic() < until:
            response.read1(1 << 16)
    else:
        response.read()
    connection.close()
    if response.status >= 400 and response.status != 404:
        raise NotRun(f"{method} {path} got {response.status}")
