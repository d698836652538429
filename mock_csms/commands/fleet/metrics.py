"""Serves the figures of a load test to Prometheus while it runs. Only a start with --metrics loads this module."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from mock_csms.control.api.plain import serving_text
from mock_csms.settings.control import Address
from mock_csms.station.figures import BOOT, FIRST, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.times import Times
from mock_csms.watch import families
from mock_csms.watch.families import MEDIA, VERSION_LABEL, Metric
from mock_csms.watch.metrics import BUCKETS

_TIMED = {
    CONNECT: ("connect", "seconds from the beginning of a connection to its open WebSocket"),
    BOOT: ("boot", "seconds from a BootNotification to its answer"),
    CLOSE: ("close", "seconds from the beginning of a close to its end"),
}


class FleetCollector(families.Collector):
    """Collects the figures of a load test."""

    def __init__(self, figures: Figures, wanted: float) -> None:
        self._figures, self._wanted = figures, wanted

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its current value."""
        figures = self._figures
        yield families.gauge("ocpp_stations_wanted", "stations that are to run", [], {(): self._wanted})
        yield families.gauge(
            "ocpp_stations_connected", "stations that are connected", [VERSION_LABEL], figures.connected
        )
        sessions = {version: times.count for (version, name), times in figures.times.items() if name == CONNECT}
        yield families.counter("ocpp_sessions", "connections that were opened", [VERSION_LABEL], sessions)
        yield families.counter("ocpp_messages", "messages sent and received", [VERSION_LABEL], figures.messages)
        errors: Counter[tuple[str, str]] = Counter()
        for (version, kind, _), count in figures.errors.items():
            errors[version, kind] += count
        yield families.counter("ocpp_errors", "problems", [VERSION_LABEL, "kind"], errors)
        for what, (name, meaning) in _TIMED.items():
            rows = {version: times for (version, each), times in figures.times.items() if each == what}
            yield _histogram(f"ocpp_{name}_seconds", meaning, VERSION_LABEL, rows)
        calls = {name: figures.took(name) for name in figures.names() if name not in FIRST}
        yield _histogram("ocpp_call_seconds", "seconds from another call to its answer", "action", calls)


@asynccontextmanager
async def serving_figures(address: Address, figures: Figures, wanted: Callable[[], float]) -> AsyncIterator[str]:
    """Serve the figures until the block ends, and yield the URL. Raises OSError for a wrong address."""

    async def read() -> tuple[bytes, str]:
        return families.written(FleetCollector(figures, wanted())), MEDIA

    async with serving_text(address, read) as server:
        yield f"{server.url}/metrics"


def _histogram(name: str, meaning: str, label: str, rows: dict[str, Times]) -> Metric:
    counts = {value: ([*times.up_to(BUCKETS), times.count], times.total) for value, times in rows.items()}
    return families.histogram(name, meaning, label, BUCKETS, counts)
