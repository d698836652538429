"""The table of measurements: which figures are compared, and how high the ratio may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks import control, growth, holds, hostile, page, secure, servers
from benchmarks.messages import (
    AUTHORIZE,
    FINDING,
    HEARTBEAT,
    METER_VALUES_16,
    OCPP_16,
    OCPP_21,
    REPEATED,
    STATUS,
    STATUS_16,
    TRANSACTION_EVENT,
)
from benchmarks.probes import Probe, churn, cost, cost_of_many, idle, later, run, start_up
from benchmarks.servers import DEFAULT, ECHO, UNCHECKED
from benchmarks.stations import at_work, coming_and_going

MOST_HOSTILE = hostile.COUNTS[-1]

Figure: TypeAlias = str
"""The name of a probe and of one of its figures, such as `tx mock.warm`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Probes that run alternately, in a new random order each time."""

    probes: Mapping[str, Probe]
    repeats: int = 1
    """How often each probe runs in one round."""


GROUPS: Sequence[Group] = (
    Group(
        {"start mock": start_up(DEFAULT), "start api": start_up(control.SERVED), "start echo": start_up(ECHO)},
        repeats=3,
    ),
    Group({"list": control.listed()}),
    Group({"held": holds.held()}),
    Group({"help mock": run("server.py", "--help"), "help argparse": run("-c", "import argparse")}, repeats=3),
    Group(
        {
            "tx echo": cost(ECHO, TRANSACTION_EVENT),
            "tx mock": cost(DEFAULT, TRANSACTION_EVENT),
            "tx unchecked": cost(UNCHECKED, TRANSACTION_EVENT),
            "tx repeated": cost(DEFAULT, REPEATED),
            "tx finding": cost(DEFAULT, FINDING),
            "tx traced": cost(servers.TRACED, TRANSACTION_EVENT),
            "tx recorded": cost(servers.RECORDED, TRANSACTION_EVENT),
            "tx recorded, unchecked": cost(servers.UNCHECKED_AND_RECORDED, TRANSACTION_EVENT),
            "tx redacted": cost(servers.REDACTED, TRANSACTION_EVENT),
            "tx api": cost(control.SERVED, TRANSACTION_EVENT),
            "tx streamed": control.streamed(TRANSACTION_EVENT),
            "tx ocpp-rpc": cost(servers.OCPP_RPC, TRANSACTION_EVENT),
            "tx ocpp": cost(servers.OCPP_PACKAGE, TRANSACTION_EVENT),
            "tx ocpp-go": cost(servers.OCPP_GO, TRANSACTION_EVENT),
        },
    ),
    Group(
        {
            "heartbeat echo": cost(ECHO, HEARTBEAT),
            "heartbeat mock": cost(DEFAULT, HEARTBEAT),
            "heartbeat unchecked": cost(UNCHECKED, HEARTBEAT),
        }
    ),
    Group(
        {
            "tx 201": cost(DEFAULT, TRANSACTION_EVENT),
            "tx 21": cost(DEFAULT, TRANSACTION_EVENT, OCPP_21),
            "values 16": cost(DEFAULT, METER_VALUES_16, OCPP_16),
        }
    ),
    Group(
        {
            "heartbeat 201": cost(DEFAULT, HEARTBEAT),
            "heartbeat 21": cost(DEFAULT, HEARTBEAT, OCPP_21),
            "heartbeat 16": cost(DEFAULT, HEARTBEAT, OCPP_16),
        }
    ),
    Group(
        {
            "status 201": cost(DEFAULT, STATUS),
            "status 21": cost(DEFAULT, STATUS, OCPP_21),
            "status 16": cost(DEFAULT, STATUS_16, OCPP_16),
        }
    ),
    Group({"start versions": later(servers.ALL_VERSIONS, servers.ONLY_201)}, repeats=4),
    Group({"tokens mock": cost(servers.TOKENS, AUTHORIZE), "one token mock": cost(servers.ONE_TOKEN, AUTHORIZE)}),
    Group({"rules mock": cost(servers.RULES, AUTHORIZE), "one rule mock": cost(servers.ONE_RULE, AUTHORIZE)}),
    Group({"idle mock": idle(DEFAULT), "idle unchecked": idle(UNCHECKED), "idle echo": idle(ECHO)}),
    Group(
        {
            "few mock": cost_of_many(UNCHECKED, TRANSACTION_EVENT, lambda _: 10),
            "many mock": cost_of_many(UNCHECKED, TRANSACTION_EVENT, lambda lab: lab.scale.fleet),
        }
    ),
    Group({"churn 100": churn(UNCHECKED, 100), "churn 500": churn(UNCHECKED, 500)}),
    Group({"stations": at_work(), "stations' churn": coming_and_going(100)}),
    Group(secure.PROBES),
    Group(hostile.PROBES),
    Group(growth.PROBES),
    Group({"page": page.shown()}),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A ratio: `ours` divided by `theirs`. All figures are costs (time or memory), so a lower ratio is better."""

    key: str
    """Its name for `--only`."""
    what: str
    """What the mock does."""
    measured_on: str
    """What the mock is compared with."""
    ours: Figure
    theirs: Figure | float
    """A figure, or a fixed number."""
    unit: str
    must: float | None = None
    """The highest acceptable ratio; None in a row that is only for comparison."""
    goal: float | None = None
    """The ratio to aim at; None in a row that has no goal."""


US, MS, KB, MB, PERCENT = "µs", "ms", "kB", "MB", "%"

_TX = "TransactionEvent 1 kB"
_HB = "Heartbeat"
_WARM, _FRESH = "echo, warm", "echo, fresh"
_PLAIN = "the mock, --checks none"
_LIMIT = "the fixed limit"
_STATIONS = "mock-station, 5,000 in one process"
_COMING = "mock-station, churn of 100"

_LIMITS = {"p99": 250.0, "most": 1000.0, "stop": 1000.0}
"""The limits in ms during a flood: response times (99th percentile and maximum), and the exit after SIGTERM."""


def _on_echo(key: str, what: str, probe: str, must: float | None = None, goal: float | None = None) -> Row:
    """Return a row that compares the cost of TransactionEvents with that of the warm echo server."""
    return Row(key, f"{_TX}, {what}", _WARM, f"{probe}.warm", "tx echo.warm", US, must, goal)


def _of_versions(key: str, what: str, figure: str, theirs: str, must: float | None = 1.15) -> Row:
    """Return the row of a message of OCPP 1.6 or 2.1, compared with that of 2.0.1."""
    return Row(key, what, "the same in 2.0.1", f"{figure}.warm", f"{theirs} 201.warm", US, must)


def _hostile(kind: str, count: int, figure: str) -> Row:
    """Return the row of a figure of `count` hostile stations of a kind."""
    what = f"{count} hostile ({kind}): {figure}"
    key, name = f"hostile-{kind}-{count}-{figure}", f"hostile {kind} {count}.{figure}"
    if figure == "memory":
        return Row(key, what, "the same without", name, "hostile none.memory", MB)
    return Row(key, what, _LIMIT, name, _LIMITS[figure], MS, goal=1.0)


ROWS: Sequence[Row] = (
    _on_echo("tx", "default", "tx mock", 1.3, 1.1),
    Row("tx-fresh", f"{_TX}, default", _FRESH, "tx mock.fresh", "tx echo.fresh", US),
    _on_echo("unchecked", "--checks none", "tx unchecked", 0.75, 0.6),
    Row("unchecked-fresh", f"{_TX}, --checks none", _FRESH, "tx unchecked.fresh", "tx echo.fresh", US),
    Row("heartbeat", f"{_HB}, default", _WARM, "heartbeat mock.warm", "heartbeat echo.warm", US, 0.9, 0.7),
    Row("heartbeat-fresh", f"{_HB}, default", _FRESH, "heartbeat mock.fresh", "heartbeat echo.fresh", US),
    Row("heartbeat-unchecked", f"{_HB}, --checks none", _WARM, "heartbeat unchecked.warm", "heartbeat echo.warm", US),
    _on_echo("repeated", "the same again and again", "tx repeated", 3.0, 2.0),
    _on_echo("finding", "a finding in each", "tx finding"),
    _on_echo("trace", "--trace", "tx traced"),
    _on_echo("records", "--trace --events --diagram", "tx recorded", 2.2, 1.6),
    _on_echo("records-unchecked", "--trace --events --diagram --checks none", "tx recorded, unchecked"),
    _on_echo("redact", "--redact", "tx redacted"),
    Row("api", f"{_TX}, --api", "the mock without", "tx api.warm", "tx mock.warm", US),
    Row(
        "api-stream",
        f"{_TX}, one event stream open",
        "the mock with --api",
        "tx streamed.warm",
        "tx api.warm",
        US,
        1.18,
    ),
    Row("api-list", "a list of 1,000 stations", _LIMIT, "list.cpu", 10.0, MS, must=1.0),
    *(
        Row(f"api-held-{name}", f"loop held: {name}", _LIMIT, f"held.{name}", 5.0, MS, must=1.0)
        for name in holds.REQUESTS
    ),
    Row("api-start", "start with --api", "the mock without", "start api.listen", "start mock.listen", MS),
    _of_versions("21-tx", f"{_TX}, OCPP 2.1", "tx 21", "tx"),
    _of_versions("16-values", "MeterValues 1 kB, OCPP 1.6", "values 16", "tx"),
    _of_versions("21-heartbeat", f"{_HB}, OCPP 2.1", "heartbeat 21", "heartbeat"),
    _of_versions("16-heartbeat", f"{_HB}, OCPP 1.6", "heartbeat 16", "heartbeat"),
    _of_versions("21-status", "StatusNotification, OCPP 2.1", "status 21", "status"),
    _of_versions("16-status", "StatusNotification, OCPP 1.6", "status 16", "status"),
    Row(
        "versions-start",
        "start with three versions instead of one: more time",
        _LIMIT,
        "start versions.listen",
        5.0,
        MS,
        1.0,
    ),
    Row("rpc", f"{_TX}, default", "ocpp-rpc, strict, no log", "tx mock.warm", "tx ocpp-rpc.warm", US, 1.0, 1 / 1.3),
    Row("ocpp", f"{_TX}, default", "CSMS of the Python package ocpp", "tx mock.warm", "tx ocpp.warm", US),
    Row("ocpp-go", f"{_TX}, default", "CSMS with ocpp-go, no log", "tx mock.warm", "tx ocpp-go.warm", US),
    Row("tokens", "Authorize, 100,000 tokens in a file", "one token", "tokens mock.warm", "one token mock.warm", US),
    Row("rules", "Authorize, 100,000 rules in a file", "one rule", "rules mock.warm", "one rule mock.warm", US),
    Row(
        "tls-handshake",
        "TLS handshake, EC key",
        "asyncio's own TLS",
        "handshake mock.cpu",
        "handshake asyncio.cpu",
        US,
        2.0,
        1.5,
    ),
    Row("tls-batches", f"{_HB} over wss://, 20 at once", "over ws://", "wss batches.cpu", "ws batches.cpu", US, 1.25),
    Row(
        "tls-messages",
        f"{_HB} over wss://, one by one",
        "over ws://",
        "wss one by one.cpu",
        "ws one by one.cpu",
        US,
        1.25,
    ),
    Row("start", "start to listening", "echo", "start mock.listen", "start echo.listen", MS, 1.2, 1.1),
    Row("answer", "start to the first Boot answered", "echo", "start mock.answer", "start echo.answer", MS, 1.4, 1.25),
    Row("help", "--help", "import argparse", "help mock.time", "help argparse.time", MS, 6.0, 4.0),
    Row("memory", "kB per idle station, default", "1 kB", "idle mock.memory", 1.0, KB, 16.0, 10.0),
    Row("memory-unchecked", "kB per idle station, --checks none", "1 kB", "idle unchecked.memory", 1.0, KB, 7.0, 6.0),
    Row(
        "memory-echo", "memory per idle station, --checks none", "echo", "idle unchecked.memory", "idle echo.memory", KB
    ),
    Row("stop", "SIGTERM to exit, 1,000 stations", "echo", "idle mock.stop", "idle echo.stop", MS, 1.0, 0.5),
    Row("fleet", f"{_TX}, 5,000 stations", "10 stations", "many mock.cpu", "few mock.cpu", US, 1.5, 1.2),
    Row("churn-connect", "churn, 100 stations: p95 connect", _LIMIT, "churn 100.connect", 200.0, MS, must=1.0),
    Row("churn-close", "churn, 100 stations: p95 close", _LIMIT, "churn 100.close", 100.0, MS, must=1.0),
    Row("churn-connect-500", "churn, 500 stations: p95 connect", _LIMIT, "churn 500.connect", 200.0, MS, goal=1.0),
    Row("churn-close-500", "churn, 500 stations: p95 close", _LIMIT, "churn 500.close", 100.0, MS, goal=1.0),
    Row("stations-memory", _STATIONS, "its memory in the mock", "stations.memory", "stations.mock_memory", KB),
    Row("stations-cpu", _STATIONS, "its message in the mock", "stations.cpu", "stations.mock_cpu", US),
    Row("stations-connect", f"{_COMING}: p95 connect", _LIMIT, "stations' churn.connect", 200.0, MS, must=1.0),
    Row("stations-close", f"{_COMING}: p95 close", _LIMIT, "stations' churn.close", 100.0, MS, must=1.0),
    *(_hostile(kind, MOST_HOSTILE, "p99") for kind in hostile.KINDS),
)
"""The rows of the table in README.md."""

MORE_ROWS: Sequence[Row] = (
    Row("growth-identities", "memory per identity gone", _LIMIT, "identities.memory", 300.0, "bytes", goal=1.0),
    Row("growth-messages", "memory after 1,000,000 messages", _LIMIT, "messages.memory", 25_000.0, KB, goal=1.0),
    Row("page-cpu", "live page, 1,000 stations, 2,000 events/s", "10 % of a core", "page.cpu", 10.0, PERCENT, must=1.0),
    Row("page-longest", "live page, the same: longest task", _LIMIT, "page.longest", 50.0, MS, goal=1.0),
    *(_hostile(kind, count, "p99") for kind in hostile.KINDS for count in hostile.COUNTS[:-1]),
    *(_hostile(kind, MOST_HOSTILE, figure) for kind in hostile.KINDS for figure in ("most", "stop", "memory")),
)
"""Rows that take minutes, and are measured only if --only names them."""
