"""The manifests of deploy/kubernetes: valid, in agreement with each other, with the image, and with the mock."""

import re
import shutil
import subprocess
import tomllib
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from mock_csms.commands.cli import SUBCOMMANDS
from tests.house import ROOT
from tests.raw import run
from tests.wire import PATIENCE

KUBERNETES = ROOT / "deploy" / "kubernetes"
MANIFESTS = sorted(path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml")
HAPROXY = (KUBERNETES / "replicas" / "haproxy.cfg").read_text(encoding="utf-8")
_FOLDERS = ("mock", "replicas")
_NEEDS_KUBECTL = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


def manifests() -> dict[str, Any]:
    """Return the objects of all manifests, by kind and name."""
    every = [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    return {f"{each['kind']} {each['metadata']['name']}": each for each in every}


def kustomization(folder: str) -> Any:
    """Return the kustomization of a folder."""
    return yaml.safe_load((KUBERNETES / folder / "kustomization.yaml").read_text(encoding="utf-8"))


@cache
def built(folder: str) -> dict[str, Any]:
    """Return the objects that kustomize makes of a folder, by kind and name without the hash of the content."""
    words = ["kubectl", "kustomize", str(KUBERNETES / folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    every = list(yaml.safe_load_all(done.stdout))
    return {f"{each['kind']} {re.sub('-[a-z0-9]{10}$', '', each['metadata']['name'])}": each for each in every}


def pods() -> list[Any]:
    """Return the templates of all pods."""
    return [each["spec"]["template"] for each in manifests().values() if "template" in each["spec"]]


@pytest.mark.parametrize("name", manifests())
def test_each_manifest_is_valid(name: str) -> None:
    """Each manifest has only fields of its kind, with values of the right type."""
    kubernetes_validate.validate(manifests()[name], kubernetes_validate.latest_version(), strict=True)


@_NEEDS_KUBECTL
@pytest.mark.parametrize("folder", _FOLDERS)
def test_kustomize_builds_valid_objects(folder: str) -> None:
    """What kustomize makes is valid too. The only image of ours is the one that the user names."""
    for made in built(folder).values():
        kubernetes_validate.validate(made, kubernetes_validate.latest_version(), strict=True)
    (container,) = built(folder)["StatefulSet mock-csms"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "localhost/mock-csms:latest"


@_NEEDS_KUBECTL
def test_the_number_of_replicas() -> None:
    """One replica unless HAProxy is there, which knows the name of each."""
    assert built("mock")["StatefulSet mock-csms"]["spec"]["replicas"] == 1
    assert {*built("replicas")} - {*built("mock")} == {"ConfigMap haproxy", "Deployment haproxy", "Service stations"}
    count = built("replicas")["StatefulSet mock-csms"]["spec"]["replicas"]
    assert re.findall(r"^ +server \S+ (\S+)$", HAPROXY, re.MULTILINE) == [
        f"mock-csms-{number}.mock-csms:9000" for number in range(count)
    ]


def test_every_file_is_used() -> None:
    """Each file of the folders is in the kustomization of its folder, which names no other file."""
    for folder in _FOLDERS:
        found = kustomization(folder)
        files = [file for each in found["configMapGenerator"] for file in each["files"]]
        used = [name for name in found["resources"] if not name.startswith("..")] + files
        there = {path.name for path in (KUBERNETES / folder).iterdir()}
        assert there == {"kustomization.yaml", *used}
    assert {path.name for path in KUBERNETES.iterdir()} == {*_FOLDERS}


def test_the_names_agree() -> None:
    """Services select pods and ports that exist; volumes are config maps that are made."""
    every = manifests()
    labels = [template["metadata"]["labels"] for template in pods()]
    ports = {port["name"]: port["containerPort"] for each in pods() for port in each["spec"]["containers"][0]["ports"]}
    for service in (each for name, each in every.items() if name.startswith("Service ")):
        assert service["spec"]["selector"] in labels
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"]
    for workload in (every["StatefulSet mock-csms"], every["Deployment haproxy"]):
        assert workload["spec"]["selector"]["matchLabels"] == workload["spec"]["template"]["metadata"]["labels"]
    assert f"Service {every['StatefulSet mock-csms']['spec']['serviceName']}" in every
    generated = {each["name"] for folder in _FOLDERS for each in kustomization(folder)["configMapGenerator"]}
    volumes = [volume for template in pods() for volume in template["spec"]["volumes"]]
    assert {volume["configMap"]["name"] for volume in volumes if "configMap" in volume} == generated


def test_the_pods_have_few_rights() -> None:
    """No container runs as root, has capabilities, writes into its image, or holds a token of the cluster."""
    for template in pods():
        spec = template["spec"]
        assert (spec["automountServiceAccountToken"], spec["securityContext"]["runAsNonRoot"]) == (False, True)
        for container in spec["containers"]:
            context = container["securityContext"]
            assert (context["readOnlyRootFilesystem"], context["capabilities"]) == (True, {"drop": ["ALL"]})
    (user,) = {*re.findall(r"^USER (\d+):", (ROOT / "deploy" / "Containerfile").read_text(), re.MULTILINE)}
    assert manifests()["StatefulSet mock-csms"]["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == int(user)


def test_the_mock_accepts_its_settings() -> None:
    """The mock accepts the file of the config map; its ports are those of the container; its API stays in the pod."""
    (container,) = manifests()["StatefulSet mock-csms"]["spec"]["template"]["spec"]["containers"]
    (config,) = (KUBERNETES / "mock").glob("*.toml")
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert container["args"] == [f"--config={mounts['config']}/{config.name}"]
    ended = run("--config", str(config), "--print-config")
    assert (ended.returncode, ended.stderr) == (0, "")
    settings = tomllib.loads(ended.stdout)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"ocpp": settings["port"], "metrics": int(settings["metrics"].rpartition(":")[2])}
    assert settings["api"].startswith("127.0.0.1:")
    probe = container["readinessProbe"]["exec"]["command"]
    assert (probe[0], probe[1] in SUBCOMMANDS) == ("mock-csms", True)


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed")
def test_haproxy_accepts_its_configuration() -> None:
    """HAProxy of the cluster accepts its configuration."""
    words = ["haproxy", "-c", "-f", str(KUBERNETES / "replicas" / "haproxy.cfg")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


def test_haproxy_hashes_as_outside_the_cluster() -> None:
    """HAProxy of the cluster treats stations as deploy/haproxy.cfg does, which another test runs."""
    outside = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8").splitlines()
    kept = ("balance ", "hash-type ", "option httpchk", "default-server check ", "timeout ", "http-request set-var")
    lines = [line.strip() for line in outside[: outside.index("frontend api")]]
    inside = [line.strip() for line in HAPROXY.splitlines()]
    assert [line for line in inside if line.startswith(kept)] == [line for line in lines if line.startswith(kept)]
