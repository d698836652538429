"""The table of measurements: which figures are compared, and which ratio is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks import growth, hostile
from benchmarks.messages import AUTHORIZE, HEARTBEAT, TRANSACTION_EVENT
from benchmarks.probes import Probe, churn, cost, idle, rate, run, start_up
from benchmarks.servers import (
    BARE,
    CHECKED,
    CHECKED_AND_RECORDED,
    CHECKED_AND_TRACED,
    ECHO,
    MOCK,
    OCPP_RPC,
    ONE_RULE,
    ONE_TOKEN,
    RECORDED,
    RULES,
    TOKENS,
    TRACED,
)
from benchmarks.stations import at_work, coming_and_going

Figure: TypeAlias = str
"""The name of a probe and of one of its figures, such as `tx mock.fresh`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Probes that take turns, in a new random order each time."""

    probes: Mapping[str, Probe]
    repeats: int = 1
    """How many turns one round has."""


GROUPS: Sequence[Group] = (
    Group({"start mock": start_up(MOCK), "start bare": start_up(BARE)}, repeats=3),
    Group({"help mock": run("server.py", "--help"), "help argparse": run("-c", "import argparse")}, repeats=3),
    Group(
        {
            "tx mock": rate(MOCK, TRANSACTION_EVENT),
            "tx echo": rate(ECHO, TRANSACTION_EVENT),
            "tx ocpp-rpc": rate(OCPP_RPC, TRANSACTION_EVENT),
            "tx traced": rate(TRACED, TRANSACTION_EVENT),
            "tx checked": rate(CHECKED, TRANSACTION_EVENT),
            "tx checked, traced": rate(CHECKED_AND_TRACED, TRANSACTION_EVENT),
            "tx recorded": rate(RECORDED, TRANSACTION_EVENT),
        },
    ),
    Group(
        {
            "records off": rate(CHECKED, TRANSACTION_EVENT),
            "records on": rate(CHECKED_AND_RECORDED, TRANSACTION_EVENT),
        },
        repeats=3,
    ),
    Group({"heartbeat mock": rate(MOCK, HEARTBEAT), "heartbeat echo": rate(ECHO, HEARTBEAT)}),
    Group({"tokens mock": rate(TOKENS, AUTHORIZE), "one token mock": rate(ONE_TOKEN, AUTHORIZE)}),
    Group({"rules mock": rate(RULES, AUTHORIZE), "one rule mock": rate(ONE_RULE, AUTHORIZE)}),
    Group({"idle mock": idle(MOCK), "idle echo": idle(ECHO)}),
    Group(
        {
            "few mock": cost(MOCK, TRANSACTION_EVENT, lambda _: 10),
            "many mock": cost(MOCK, TRANSACTION_EVENT, lambda lab: lab.scale.fleet),
        }
    ),
    Group({"churn 100": churn(MOCK, 100), "churn 500": churn(MOCK, 500)}),
    Group({"stations": at_work(), "stations' churn": coming_and_going(100)}),
    Group(hostile.PROBES),
    Group(growth.PROBES),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A ratio: `ours` divided by `theirs`."""

    key: str
    """Its name for `--only`."""
    what: str
    measured_on: str
    """What the mock is compared with."""
    ours: Figure
    theirs: Figure | float
    """A figure, or a fixed number."""
    unit: str
    floor: float | None = None
    """The worst acceptable ratio; None in a row that is only for comparison."""
    goal: float | None = None
    """The wanted ratio; None in a row that has no goal."""

    @property
    def more_is_better(self) -> bool:
        """Whether a higher ratio is better: for messages yes, for time and memory no."""
        return self.unit == RATE


RATE, MS, KB, US, MB = "messages/CPU s", "ms", "kB", "µs", "MB"

_TX = "TransactionEvent 1 kB, 50 stations"
_TRACE = "〃 with --trace"
_CHECKS = "〃 with all conformance checks"
_CHECKS_TRACE = "〃 with --trace and all checks"
_RECORDS = "〃 with --trace, --events, --diagram"
_TOKENS = "Authorize, 100,000 tokens in a file"
_RULES = "Authorize, 100,000 rules in a file"
_PLAIN = "the mock without"
_DEFAULT = "the mock without, as it starts by default"
_HB = "Heartbeat, 50 stations"
_STOP = "SIGTERM to exit, 1,000 stations"
_FLEET = "cost per message, 5,000 stations"
_ECHO = "websockets echo"
_RPC = "ocpp-rpc, strict, no log"
_BARE = "websockets listens"
_WARM = "the same, 2nd batch of connections"
_LIMIT = "the fixed limit"
_STATIONS = "mock-station, 5,000 in one process"
_COMING = "mock-station, churn of 100"

_LIMITS = {"p99": 250.0, "most": 1000.0, "stop": 1000.0}
"""How many ms an answer may take at the 99th percentile and at most, and SIGTERM to exit, whatever others send."""


def _hostile(kind: str, count: int, figure: str) -> Row:
    """Return the row of a figure of `count` hostile stations of a kind."""
    what = f"{count} hostile ({kind}): {figure}"
    key, name = f"hostile-{kind}-{count}-{figure}", f"hostile {kind} {count}.{figure}"
    if figure == "memory":
        return Row(key, what, "the same without", name, "hostile none.memory", MB)
    return Row(key, what, _LIMIT, name, _LIMITS[figure], MS, goal=1.0)


ROWS: Sequence[Row] = (
    Row("tx", _TX, _ECHO, "tx mock.fresh", "tx echo.fresh", RATE, 0.6, 1.0),
    Row("tx-warm", _TX, _WARM, "tx mock.warm", "tx echo.warm", RATE),
    Row("rpc", _TX, _RPC, "tx mock.fresh", "tx ocpp-rpc.fresh", RATE, 0.8, 1.5),
    Row("rpc-warm", _TX, _WARM, "tx mock.warm", "tx ocpp-rpc.warm", RATE),
    Row("trace", _TRACE, _ECHO, "tx traced.fresh", "tx echo.fresh", RATE),
    Row("checks", _CHECKS, _PLAIN, "tx checked.fresh", "tx mock.fresh", RATE, goal=0.75),
    Row("checks-trace", _CHECKS_TRACE, _ECHO, "tx checked, traced.fresh", "tx echo.fresh", RATE, 0.35, 0.6),
    Row("records", _RECORDS, _DEFAULT, "records on.fresh", "records off.fresh", RATE, goal=0.8),
    Row("records-bare", f"{_RECORDS}, no checks", _PLAIN, "tx recorded.fresh", "tx mock.fresh", RATE),
    Row("tokens", _TOKENS, "the mock with one", "tokens mock.fresh", "one token mock.fresh", RATE),
    Row("rules", _RULES, "the mock with one", "rules mock.fresh", "one rule mock.fresh", RATE),
    Row("heartbeat", _HB, _ECHO, "heartbeat mock.fresh", "heartbeat echo.fresh", RATE, 0.6, 1.0),
    Row("heartbeat-warm", _HB, _WARM, "heartbeat mock.warm", "heartbeat echo.warm", RATE),
    Row("start", "start to listening", _BARE, "start mock.time", "start bare.time", MS, 1.5, 1.15),
    Row("help", "--help", "import argparse", "help mock.time", "help argparse.time", MS, 6.0, 4.0),
    Row("memory", "memory per idle station", _ECHO, "idle mock.memory", "idle echo.memory", KB, 1.2, 0.6),
    Row("stop", _STOP, _ECHO, "idle mock.stop", "idle echo.stop", MS, 1.0, 0.5),
    Row("fleet", _FLEET, "itself at 10", "many mock.cpu", "few mock.cpu", US, 1.5, 1.2),
    Row("churn-connect", "churn, 100 stations: p95 connect", _LIMIT, "churn 100.connect", 200.0, MS, floor=1.0),
    Row("churn-close", "churn, 100 stations: p95 close", _LIMIT, "churn 100.close", 100.0, MS, floor=1.0),
    Row("churn-connect-500", "churn, 500 stations: p95 connect", _LIMIT, "churn 500.connect", 200.0, MS, goal=1.0),
    Row("churn-close-500", "churn, 500 stations: p95 close", _LIMIT, "churn 500.close", 100.0, MS, goal=1.0),
    Row("stations-memory", _STATIONS, "its memory in the mock", "stations.memory", "stations.mock_memory", KB),
    Row("stations-cpu", _STATIONS, "its message in the mock", "stations.cpu", "stations.mock_cpu", US),
    Row("stations-connect", f"{_COMING}: p95 connect", _LIMIT, "stations' churn.connect", 200.0, MS, floor=1.0),
    Row("stations-close", f"{_COMING}: p95 close", _LIMIT, "stations' churn.close", 100.0, MS, floor=1.0),
    Row("growth-identities", "memory per identity gone", _LIMIT, "identities.memory", 300.0, "bytes", goal=1.0),
    Row("growth-messages", "memory after 1,000,000 messages", _LIMIT, "messages.memory", 25_000.0, KB, goal=1.0),
    *(_hostile(kind, count, "p99") for kind in hostile.KINDS for count in hostile.COUNTS),
    *(_hostile(kind, 50, figure) for kind in hostile.KINDS for figure in ("most", "stop", "memory")),
)
