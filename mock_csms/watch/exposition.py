"""The metrics of a run for Prometheus, loaded on demand."""

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from mock_csms.protocol.release import VERSION
from mock_csms.runtime.csms import CsmsServer
from mock_csms.watch import families
from mock_csms.watch.families import MEDIA, VERSION_LABEL, Metric, written
from mock_csms.watch.metrics import BUCKETS, Histogram
from mock_csms.watch.records import Recorder

__all__ = ["MEDIA", "RunCollector", "written"]


class RunCollector(families.Collector):
    """Collects the metrics of one run at the time when it is made, so that another thread can write them."""

    def __init__(self, csms: CsmsServer, records: Recorder) -> None:
        self._sessions = [*csms.sessions.values()]
        self._stations = [*csms.stations.values()]
        rulebase = csms.rulebase
        self._rules = Counter({records.mask(rule.id): rulebase.hits(rule.id) for rule in rulebase.rules})
        self._journal = records.journal
        self._metrics = records.metrics and records.metrics.copied()

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its current value."""
        yield from self._gauges()
        yield from self._counters()
        if self._metrics is not None:
            yield _histogram("answer", "seconds from a call of a station to the mock's answer", self._metrics.answers)
            yield _histogram("command", "seconds from a command to the station's answer", self._metrics.commands)

    def _gauges(self) -> Iterator[Metric]:
        journal = self._journal
        build = {(VERSION, platform.python_version()): 1}
        yield families.gauge("mock_csms_build_info", "version of the mock", ["version", "python"], build)
        connected = Counter(session.version.name for session in self._sessions)
        name = "mock_csms_stations_connected"
        yield families.gauge(name, "stations that are connected", [VERSION_LABEL], connected)
        yield _gauge("stations_known", "stations that have connected and are remembered", len(self._stations))
        running = sum(len(station.transactions) for station in self._stations)
        yield _gauge("transactions_active", "transactions that run", running)
        if journal is not None:
            yield _gauge("journal_bytes", "bytes of events that the journal keeps", journal.size)
            meaning = "events that streams have missed because their readers were slow"
            yield _counter("stream_lost", meaning, [], {(): journal.missed})

    def _counters(self) -> Iterator[Metric]:
        metrics = self._metrics
        yield _counter("rule_uses", "uses of rules that users wrote", ["rule"], self._rules)
        if metrics is None:
            return
        yield _counter("connections", "connections of stations", [], {(): metrics.connections})
        yield _counter("disconnections", "ends of connections", ["code"], metrics.disconnections)
        yield _counter("handshakes_refused", "handshakes that were refused", ["status"], metrics.refused)
        yield _counter("messages", "messages", ["direction", "type", "action"], metrics.messages)
        yield _counter("call_errors", "CALLERRORs", ["direction", "code"], metrics.call_errors)
        yield _counter("invalid_messages", "messages of stations that break their schema", ["action"], metrics.invalid)
        yield _counter("transactions", "transactions that have ended", ["reason"], metrics.ended)
        yield _counter("findings", "findings of the checks", ["check", "severity"], metrics.findings)
        yield _counter("faults", "faults that were applied", ["fault"], metrics.faults)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return families.gauge(f"mock_csms_{name}", meaning, [], {(): value})


def _counter(name: str, meaning: str, labels: list[str], counts: Mapping[Any, int]) -> Metric:
    return families.counter(f"mock_csms_{name}", meaning, labels, counts)


def _histogram(name: str, meaning: str, histograms: Mapping[str, Histogram]) -> Metric:
    rows = {action: ([*accumulate(each.counts)], each.total) for action, each in histograms.items()}
    return families.histogram(f"mock_csms_{name}_seconds", meaning, "action", BUCKETS, rows)
