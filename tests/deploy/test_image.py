"""The container image: built from deploy/Containerfile, and run with a read-only root, where buildah and runc are."""

import json
import os
import select
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.exposed import read
from tests.deploy.image import Builder, execute, problem_of_runc, why_not
from tests.reference_station import running
from tests.wire import PATIENCE

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


class Container:
    """A container of the image, run by runc: read-only root, no capabilities, and the network of this machine."""

    def __init__(self, folder: Path, root: Path, config: dict[str, Any], *words: str) -> None:
        self.name = f"mock-{os.getpid()}-{folder.name}"  # all runs of the tests share the names of runc
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        execute("runc", "spec", cwd=folder)
        spec = json.loads((folder / "config.json").read_text())
        uid, gid = map(int, config["User"].split(":"))
        environment = [*config["Env"], f"MOCK_CSMS_PORT={self.port}"]
        spec["process"] |= {
            "terminal": False,
            "user": {"uid": uid, "gid": gid},
            "args": [*words],
            "env": environment,
            "cwd": config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        spec["root"] = {"path": str(root), "readonly": True}
        options = [f"uid={uid}", f"gid={gid}", "nosuid", "nodev"]
        spec["mounts"].append({"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": options})
        spec["linux"]["namespaces"] = [each for each in spec["linux"]["namespaces"] if each["type"] != "network"]
        (folder / "config.json").write_text(json.dumps(spec))
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            ["runc", "run", "--bundle", folder, self.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        assert self.process.stdout
        select.select([self.process.stdout], [], [], PATIENCE)
        self.first_line = self.process.stdout.readline().decode()

    def execute(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the container to its end."""
        command = ["runc", "exec", self.name, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def status_of_first_process(self) -> str:
        """Return what the kernel says about the first process of the container."""
        pid = json.loads(execute("runc", "state", self.name))["pid"]
        return Path(f"/proc/{pid}/status").read_text()

    def stop(self, patience: float) -> int:
        """Stop it as a container engine does, and return its exit status.

        The first process gets SIGTERM. If it goes on for `patience` seconds it is killed, and its status is 137.
        """
        execute("runc", "kill", self.name, "TERM")
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            execute("runc", "kill", self.name, "KILL")
            return self.process.wait(PATIENCE)

    def remove(self) -> None:
        """Kill what still runs."""
        subprocess.run(["runc", "delete", "--force", self.name], capture_output=True, timeout=PATIENCE, check=False)
        self.process.communicate(timeout=PATIENCE)
        self.log.close()


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """The builder, with the image."""
    folder = tmp_path_factory.mktemp("image")
    if problem := problem_of_runc(folder / "probe"):
        pytest.skip(f"no container can run here: {problem}")
    builder = Builder(folder)
    builder.make_base()
    builder.build()
    yield builder
    builder.remove()


@pytest.fixture
def container(builder: Builder, tmp_path: Path) -> Iterator[Container]:
    """A mock in a container."""
    config = builder.config()
    container = Container(tmp_path, builder.root, config, *config["Entrypoint"], "--state-dir=/data")
    yield container
    container.remove()


def test_the_configuration_of_the_image(builder: Builder) -> None:
    """The image has a numeric user that is not root, a health check without a shell, labels and one port."""
    config = builder.config()
    assert config["User"] == "10001:10001"
    assert (config["Entrypoint"], config["StopSignal"]) == (["mock-csms"], "SIGTERM")
    assert config["Healthcheck"]["Test"] == ["CMD", "mock-csms", "ready"]
    assert config["Labels"]["org.opencontainers.image.title"] == "mock-csms"
    assert [*config["ExposedPorts"]] == ["9000/tcp"]


def test_only_the_data_belong_to_the_program(builder: Builder) -> None:
    """The program cannot change its own files: only /data belongs to its user. No file of a build is left over."""
    root = builder.root
    assert [path.relative_to(root) for path in root.rglob("*") if path.lstat().st_uid == 10001] == [Path("data")]
    assert [*(root / "tmp").iterdir()] == []


def test_a_station_charges_at_a_container(container: Container) -> None:
    """The mock listens, is ready, answers a station that charges, and ends with status 0 on SIGTERM.

    Its process has neither root's rights nor a place to write, except /data.
    """
    assert container.first_line.endswith(f":{container.port}\n"), Path(container.log.name).read_text()
    for address in ([], [f"http://127.0.0.2:{container.port}"]):  # the other one shows that it listens on all addresses
        check = container.execute("mock-csms", "ready", *address)
        assert (check.returncode, check.stdout, check.stderr) == (0, "", "")
    status = container.status_of_first_process()
    assert "\nUid:\t10001\t10001\t10001\t10001\n" in status
    assert "\nCapEff:\t0000000000000000\n" in status
    written = container.execute("python3", "-c", "open('/data/file', 'w'); open('/opt/mock/file', 'w')")
    assert "Read-only file system: '/opt/mock/file'" in written.stderr
    charged = container.execute("mock-station", f"ws://127.0.0.1:{container.port}/CS-1", "--charge=0.1")
    assert charged.returncode == 0, charged.stderr
    assert "TransactionEvent" in Path(container.log.name).read_text()


def test_a_container_is_stopped(container: Container) -> None:
    """On SIGTERM the mock ends with status 0, although a station is connected, before the engine would kill it."""
    grace = float(read("compose.yaml")["services"]["mock"]["stop_grace_period"].removesuffix("s"))
    with running(f"ws://127.0.0.1:{container.port}/CS-1") as station:
        station.see("BootNotification.response")
        assert container.stop(grace) == 0


def test_a_process_that_ignores_the_stop_is_killed(builder: Builder, tmp_path: Path) -> None:
    """A first process that does nothing on SIGTERM is killed, with status 137: so would be a mock that does not end."""
    waits = "import time; print(':', flush=True); time.sleep(9999)"
    container = Container(tmp_path, builder.root, builder.config(), "python3", "-c", waits)
    try:
        assert container.stop(0.5) == 137
    finally:
        container.remove()


def test_a_container_that_is_not_ready(container: Container) -> None:
    """The health check fails if the mock does not listen at the port."""
    check = container.execute("mock-csms", "ready", "1")
    assert (check.returncode, check.stdout) == (1, "")
    assert check.stderr == "mock-csms ready: http://127.0.0.1:1: Connection refused\n"
