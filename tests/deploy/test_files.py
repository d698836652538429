"""The files of compose, Prometheus and Grafana under deploy/: they agree with each other and with the programs."""

import re
import tomllib
from typing import Any

import pytest

from tests.deploy.exposed import DEPLOY, dashboards, read
from tests.house import ROOT
from tests.raw import run
from tests.test_station_uses import settings_of


def services() -> dict[str, dict[str, Any]]:
    """Return the services of the compose file."""
    found: dict[str, dict[str, Any]] = read("compose.yaml")["services"]
    return found


def test_the_flags_of_the_mock_exist() -> None:
    """The mock of the compose file accepts its flags, and serves metrics at the port that Prometheus asks."""
    ended = run("--print-config", *services()["mock"]["command"])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert tomllib.loads(ended.stdout)["metrics"] == "0.0.0.0:9002"


def test_the_jobs_of_prometheus() -> None:
    """Prometheus asks the services of the compose file at the ports at which they serve metrics."""
    jobs = read("prometheus.yml")["scrape_configs"]
    targets = {job["job_name"]: target for job in jobs for row in job["static_configs"] for target in row["targets"]}
    ports = [flag for name in ("mock", "load") for flag in services()[name]["command"] if flag.startswith("--metrics=")]
    assert [*targets] == ["mock-csms", "mock-station"]
    assert ports == [f"--metrics=0.0.0.0:{target.partition(':')[2]}" for target in targets.values()]
    assert [target.partition(":")[0] for target in targets.values()] == ["mock", "load"]


@pytest.mark.parametrize("name", ["station", "load"])
def test_the_flags_of_the_stations_exist(name: str) -> None:
    """The stations of the compose file connect to the mock's service, with flags that mock-station accepts."""
    url, *flags = services()[name]["command"]
    assert url.startswith("ws://mock:9000")
    settings = settings_of(" ".join(flags))
    assert (settings.charge, settings.is_fleet) == ((None, True) if name == "load" else (30.0, False))


def test_the_services_name_each_other() -> None:
    """Each service waits for services that exist, and mounts files that exist. Names of hosts are services."""
    found = services()
    assert {*found} == {"mock", "station", "load", "prometheus", "grafana"}
    for service in found.values():
        assert {*service.get("depends_on", ())} <= {*found}
        for volume in service.get("volumes", ()):
            assert (DEPLOY / volume.partition(":")[0]).exists(), volume
    assert (DEPLOY / found["mock"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / found["mock"]["build"]["dockerfile"]).exists()
    (source,) = read("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"


def test_our_services_have_few_rights() -> None:
    """Mock and stations run with a read-only root, without capabilities, and only the ports of stations are public."""
    for name in ("mock", "station", "load"):
        service = services()[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
    public = [port for service in services().values() for port in service.get("ports", ()) if "127.0.0.1" not in port]
    assert public == ["9000:9000"]


def test_the_dashboards_are_provisioned() -> None:
    """Grafana finds the dashboards where the compose file mounts them, and their panels use the data source."""
    (provider,) = read("grafana/provisioning/dashboards/files.yaml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in services()["grafana"]["volumes"])
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    (source,) = read("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    contents = [read(f"grafana/dashboards/{name}") for name in dashboards()]
    assert {panel["datasource"]["uid"] for each in contents for panel in each["panels"]} == {source["uid"]}
    assert len({each["uid"] for each in contents}) == len({each["title"] for each in contents}) == len(contents)


def test_no_image_and_no_file_is_forgotten() -> None:
    """Every file under deploy/ is read by a test: those here, and the others by the tests beside this one."""
    read_here = {
        "compose.yaml",
        "prometheus.yml",
        *(f"grafana/dashboards/{name}" for name in dashboards()),
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
