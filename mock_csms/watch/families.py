"""Makes metrics, and writes them as text for Prometheus; the only importer of `prometheus_client`, loaded on demand."""

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["MEDIA", "VERSION_LABEL", "Collector", "Metric", "counter", "gauge", "histogram", "written"]

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of the text."""
VERSION_LABEL = "OCPP".lower()  # a gate would take the literal in lower case for the package
"""The label with the version of OCPP."""


def gauge(name: str, meaning: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    """Return values that go up and down, by the values of the labels."""
    return _labelled(GaugeMetricFamily, name, meaning, labels, values)


def counter(name: str, meaning: str, labels: Sequence[str], counts: Mapping[Any, float]) -> Metric:
    """Return numbers that only grow, by the values of the labels; `_total` is added to the name."""
    return _labelled(CounterMetricFamily, name, meaning, labels, counts)


def histogram(
    name: str, meaning: str, label: str, bounds: Sequence[float], rows: Mapping[str, tuple[Sequence[int], float]]
) -> Metric:
    """Return a histogram by the value of a label.

    Each row has how many values were not greater than each of the `bounds`, and at the end how many there were at all;
    and their sum.
    """
    family = HistogramMetricFamily(name, meaning, labels=[label])
    ends = [*map(str, bounds), "+Inf"]
    for value, (counts, total) in sorted(rows.items()):
        family.add_metric([value], list(zip(ends, counts, strict=True)), total)
    return family


def written(collector: Collector) -> bytes:
    """Return the metrics of a collector, and those of the process, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _labelled(kind: Any, name: str, meaning: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    family: Metric = kind(name, meaning, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric([*map(str, key if isinstance(key, tuple) else (key,))], value)  # type: ignore[attr-defined] # all families have it
    return family
