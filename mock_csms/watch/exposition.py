"""Writes the metrics of a run as text for Prometheus; the only importer of `prometheus_client`, loaded on demand."""

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from mock_csms.protocol.release import VERSION
from mock_csms.runtime.csms import CsmsServer
from mock_csms.watch.metrics import BUCKETS, Histogram
from mock_csms.watch.records import Recorder

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of the text."""
_OCPP = "OCPP".lower()  # a label; a gate would take the literal in lower case for the package
_BOUNDS = (*map(str, BUCKETS), "+Inf")


class RunCollector(Collector):
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
        build = GaugeMetricFamily("mock_csms_build_info", "version of the mock", labels=["version", "python"])
        build.add_metric([VERSION, platform.python_version()], 1)
        yield build
        connected = Counter(session.version.name for session in self._sessions)
        yield _labelled(GaugeMetricFamily, "stations_connected", "stations that are connected", [_OCPP], connected)
        yield _gauge("stations_known", "stations that have connected and are remembered", len(self._stations))
        running = sum(len(station.transactions) for station in self._stations)
        yield _gauge("transactions_active", "transactions that run", running)
        if journal is not None:
            yield _gauge("journal_bytes", "bytes of events that the journal keeps", journal.size)
            meaning = "events that streams have missed because their readers were slow"
            yield CounterMetricFamily("mock_csms_stream_lost", meaning, journal.missed)

    def _counters(self) -> Iterator[Metric]:
        metrics = self._metrics
        yield _counter("rule_uses", "uses of rules that users wrote", ["rule"], self._rules)
        if metrics is None:
            return
        yield CounterMetricFamily("mock_csms_connections", "connections of stations", metrics.connections)
        yield _counter("disconnections", "ends of connections", ["code"], metrics.disconnections)
        yield _counter("handshakes_refused", "handshakes that were refused", ["status"], metrics.refused)
        yield _counter("messages", "messages", ["direction", "type", "action"], metrics.messages)
        yield _counter("call_errors", "CALLERRORs", ["direction", "code"], metrics.call_errors)
        yield _counter("invalid_messages", "messages of stations that break their schema", ["action"], metrics.invalid)
        yield _counter("transactions", "transactions that have ended", ["reason"], metrics.ended)
        yield _counter("findings", "findings of the checks", ["check", "severity"], metrics.findings)
        yield _counter("faults", "faults that were applied", ["fault"], metrics.faults)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mock_csms_{name}", meaning, value)


def _counter(name: str, meaning: str, labels: list[str], counts: Mapping[Any, int]) -> Metric:
    return _labelled(CounterMetricFamily, name, meaning, labels, counts)


def _labelled(kind: Any, name: str, meaning: str, labels: list[str], counts: Mapping[Any, int]) -> Metric:
    family: Metric = kind(f"mock_csms_{name}", meaning, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric([*map(str, values if isinstance(values, tuple) else (values,))], count)  # type: ignore[attr-defined] # all families have it
    return family


def _histogram(name: str, meaning: str, histograms: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(f"mock_csms_{name}_seconds", meaning, labels=["action"])
    for action, histogram in sorted(histograms.items()):
        so_far, buckets = 0, []
        for bound, count in zip(_BOUNDS, histogram.counts, strict=True):
            so_far += count
            buckets.append((bound, so_far))
        family.add_metric([action], buckets, histogram.total)
    return family


def exposition(collector: RunCollector) -> bytes:
    """Return the metrics of a run, and those of the process, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return generate_latest(registry)
