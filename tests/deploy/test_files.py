"""The files of compose, Prometheus and Grafana under deploy/: they agree with each other and with the mock."""

import re
import tomllib
from dataclasses import fields
from typing import Any

import httpx
import pytest
import yaml  # schemathesis, a dependency of the tests, needs it too

from mock_csms.settings.flags import option
from mock_csms.station.settings import StationSettings
from tests.house import ROOT
from tests.raw import run
from tests.wire import PATIENCE, Mock

DEPLOY = ROOT / "deploy"
_LABELS = {
    "mock_csms_findings": {"check", "severity"},
    "mock_csms_messages": {"direction", "type", "action"},
    "mock_csms_answer_seconds": {"action"},
    "mock_csms_command_seconds": {"action"},
    "mock_csms_disconnections": {"code"},
    "mock_csms_handshakes_refused": {"status"},
    "mock_csms_call_errors": {"direction", "code"},
    "mock_csms_invalid_messages": {"action"},
    "mock_csms_faults": {"fault"},
    "mock_csms_rule_uses": {"rule"},
    "mock_csms_transactions": {"reason"},
}
"""The labels of metrics; a metric without samples does not show them."""


def read(name: str) -> Any:
    """Return the content of a file under deploy/."""
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def services() -> dict[str, dict[str, Any]]:
    """Return the services of the compose file."""
    found: dict[str, dict[str, Any]] = read("compose.yaml")["services"]
    return found


def dashboard() -> Any:
    """Return the dashboard."""
    return read("grafana/dashboards/mock-csms.json")


def queries() -> list[str]:
    """Return the queries of all panels of the dashboard."""
    return [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


async def exposed() -> str:
    """Return the text that a mock exposes to Prometheus after a station has used it."""
    async with Mock("--metrics=0") as mock:
        assert mock.process.stdout
        url = mock.process.stdout.readline().decode().removeprefix("Metrics on ").strip()
        async with mock.station() as station, httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
            await station.ask("Heartbeat")
            return (await http.get(url)).text


def test_the_flags_of_the_mock_exist() -> None:
    """The mock of the compose file accepts its flags, and serves metrics at the port that Prometheus asks."""
    ended = run("--print-config", *services()["mock"]["command"])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert tomllib.loads(ended.stdout)["metrics"] == "0.0.0.0:9002"
    targets = [job["static_configs"] for job in read("prometheus.yml")["scrape_configs"]]
    assert targets == [[{"targets": ["mock:9002"]}]]


def test_the_flags_of_the_station_exist() -> None:
    """The station of the compose file connects to the mock's service, with flags that mock-station has."""
    url, *flags = services()["station"]["command"]
    assert url.startswith("ws://mock:9000/")
    known = {option(setting.name) for setting in fields(StationSettings)}
    assert [flag for flag in flags if flag.partition("=")[0] not in known] == []


def test_the_services_name_each_other() -> None:
    """Each service waits for services that exist, and mounts files that exist. Names of hosts are services."""
    found = services()
    assert {*found} == {"mock", "station", "prometheus", "grafana"}
    for service in found.values():
        assert {*service.get("depends_on", ())} <= {*found}
        for volume in service.get("volumes", ()):
            assert (DEPLOY / volume.partition(":")[0]).exists(), volume
    assert (DEPLOY / found["mock"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / found["mock"]["build"]["dockerfile"]).exists()
    (source,) = read("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"


def test_our_services_have_few_rights() -> None:
    """Mock and station run with a read-only root, without capabilities, and only the ports of stations are public."""
    for name in ("mock", "station"):
        service = services()[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
    public = [port for service in services().values() for port in service.get("ports", ()) if "127.0.0.1" not in port]
    assert public == ["9000:9000"]


def test_the_dashboard_is_provisioned() -> None:
    """Grafana finds the dashboard where the compose file mounts it, and its panels use the data source there is."""
    (provider,) = read("grafana/provisioning/dashboards/files.yaml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in services()["grafana"]["volumes"])
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    (source,) = read("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    panels = dashboard()["panels"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def test_the_panels_do_not_overlap() -> None:
    """Each place of the dashboard, which is 24 columns wide, has at most one panel."""
    taken: list[tuple[int, int]] = []
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        taken += [(at["x"] + column, at["y"] + row) for column in range(at["w"]) for row in range(at["h"])]
    assert len({*taken}) == len(taken)


async def test_each_query_names_metrics_that_exist() -> None:
    """A running mock exposes each metric of the dashboard, and nearly every metric has a panel."""
    typed = dict(re.findall(r"^# TYPE (\S+) (\w+)$", await exposed(), re.MULTILINE))
    known = {f"{name}_bucket" if kind == "histogram" else name for name, kind in typed.items()}
    used = {name for query in queries() for name in re.findall(r"\b(?:mock_csms|process)_\w+", query)}
    assert used - known == set()
    without_a_panel = {"mock_csms_build_info", "mock_csms_journal_bytes", "mock_csms_stream_lost_total"}
    assert {name for name in known - used - without_a_panel if name.startswith("mock_csms_")} == set()


@pytest.mark.parametrize("query", queries())
def test_each_query_has_labels_that_exist(query: str) -> None:
    """The labels of a query, and its brackets, are right."""
    assert query.count("(") == query.count(")")
    labels = {word for group in re.findall(r"by \(([^)]*)\)", query) for word in group.split(", ")} - {"le"}
    labels |= {*re.findall(r"(\w+)=", query)}
    metric = re.findall(r"\b(?:mock_csms|process)_\w+", query)[0]
    assert labels <= _LABELS.get(metric.removesuffix("_bucket").removesuffix("_total"), set())


def test_no_image_and_no_file_is_forgotten() -> None:
    """Every file under deploy/ is read by a test: those here, and the others by the tests beside this one."""
    read_here = {
        "compose.yaml",
        "prometheus.yml",
        "grafana/dashboards/mock-csms.json",
        "grafana/provisioning/dashboards/files.yaml",
        "grafana/provisioning/datasources/prometheus.yaml",
    }
    paths = [path.relative_to(DEPLOY) for path in DEPLOY.rglob("*") if path.is_file()]
    files = {path.as_posix() for path in paths if path.parts[0] != "kubernetes"}
    assert files == read_here | {"Containerfile", "haproxy.cfg", "nginx.conf"}


def test_the_context_of_the_build_is_small() -> None:
    """The context has what the Containerfile copies, and nothing else."""
    kept = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copies = re.findall(r"^COPY --chown=\S+ (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert sorted(kept) == sorted(name for line in copies for name in line.split())


def test_no_instruction_runs_as_root() -> None:
    """In each stage of the Containerfile the user is set before anything else."""
    text = (DEPLOY / "Containerfile").read_text()
    first = re.findall(r"^FROM .*\n(.*)$", text, re.MULTILINE)
    assert first == ["USER 10001:10001"] * 2
    assert len(re.findall(r"^USER ", text, re.MULTILINE)) == 2
