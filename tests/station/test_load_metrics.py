"""What `mock-station --metrics` writes for Prometheus."""

import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from mock_csms.commands.fleet.metrics import FleetCollector
from mock_csms.station.figures import BOOT, FAILED, INVALID, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.watch.families import written
from mock_csms.watch.metrics import BUCKETS
from tests.wire import PATIENCE


def samples(figures: Figures, wanted: float) -> dict[str, float]:
    """Return the value of each sample, by its name and labels as `name label=value`."""
    families = text_string_to_metric_families(written(FleetCollector(figures, wanted)).decode())
    return {
        " ".join([each.name, *(f"{label}={value}" for label, value in sorted(each.labels.items()))]): each.value
        for family in families
        for each in family.samples
    }


def test_every_figure_has_its_metric() -> None:
    """Counts, gauges and histograms have the figures, by version of OCPP, kind of error and action."""
    figures = Figures()
    for version, seconds in (("1.6", 0.001), ("1.6", 0.0011), ("2.0.1", 40.0)):
        for what in (CONNECT, BOOT, CLOSE, "Heartbeat"):
            figures.note(version, what, seconds)
    figures.messages["1.6"] = 9
    figures.connected["2.0.1"] = 3
    for kind in (FAILED, FAILED, INVALID):
        figures.note_problem("1.6", kind, f"problem {figures.errors.total()}")
    found = samples(figures, 7.5)
    assert (found["ocpp_stations_wanted"], found["ocpp_stations_connected ocpp=2.0.1"]) == (7.5, 3)
    assert (found["ocpp_sessions_total ocpp=1.6"], found["ocpp_sessions_total ocpp=2.0.1"]) == (2, 1)
    assert found["ocpp_messages_total ocpp=1.6"] == 9
    assert [found[f"ocpp_errors_total kind={kind} ocpp=1.6"] for kind in (FAILED, INVALID)] == [2, 1]
    for name in ("connect", "boot", "close"):
        metric = f"ocpp_{name}_seconds"
        assert [found[f"{metric}_bucket le={bound} ocpp=1.6"] for bound in BUCKETS[:3]] == [1, 2, 2]
        assert [found[f"{metric}_bucket le={bound} ocpp=2.0.1"] for bound in ("30.0", "+Inf")] == [0, 1]
        assert (found[f"{metric}_count ocpp=1.6"], found[f"{metric}_sum ocpp=2.0.1"]) == (2, 40.0)
    assert found["ocpp_call_seconds_count action=Heartbeat"] == 3
    assert found["process_open_fds"] > 0


def test_a_run_without_figures() -> None:
    """Before the first connection every metric is announced, and has no sample that would be wrong."""
    text = written(FleetCollector(Figures(), 0.0)).decode()
    assert "# TYPE ocpp_connect_seconds histogram" in text
    assert "# TYPE ocpp_errors_total counter" in text
    found = samples(Figures(), 0.0)
    assert {name: value for name, value in found.items() if name.startswith("ocpp")} == {"ocpp_stations_wanted": 0.0}


def test_libraries_are_loaded_when_wanted() -> None:
    """A load test without --metrics loads neither the library of Prometheus nor a web server."""
    libraries = ("prometheus_client", "starlette", "uvicorn", "h11")
    loads = "from mock_csms.commands import station; from mock_csms.commands.fleet import running"
    code = f"{loads}; import sys; print([name for name in {libraries} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
