"""The mock and the servers that it is compared with: how to start, watch and stop them. Each run starts a process."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.lab import ROOT, Lab, NotRun, NotYet, held_up, on_core

_PATIENCE = 30.0
"""The time limit in seconds for a server to listen or to exit."""
_PEERS = Path(__file__).parent / "peers"
_OCPP_RPC = "ocpp-rpc@2.2.1"
_OCPP_GO = "github.com/lorenzodonini/ocpp-go"


@dataclass(frozen=True, slots=True)
class Server:
    """A program that prints a line with its port when it listens."""

    command: Sequence[str]
    answer: str = "3"
    """The message type of its answers."""
    prepare: Callable[[Path], None] = lambda _: None
    """Installs or builds the server in this folder. Raises NotRun if that fails."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """Flags of the mock with their values; `{folder}` in a value is the temporary folder of the run."""
    switches: Sequence[str] = ()
    """Flags of the mock that have no value."""


def _mock(*switches: str, **flags: str) -> Server:
    """Return the mock with these flags; without flags it is like `python server.py`."""
    command = (sys.executable, "server.py", "--port", "0")
    return Server(command, flags={f"--{name}": value for name, value in flags.items()}, switches=switches)


@cache
def _install(folder: Path) -> None:
    """Install the npm package ocpp-rpc into `folder`."""
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    _run([find("npm"), "install", *options, _OCPP_RPC], folder, "npm could not install ocpp-rpc")


@cache
def _build(folder: Path) -> None:
    """Build the CSMS of `peers/ocpp_go.go` in `folder`; its libraries come from GOPATH, or else from the network."""
    go, source = find("go"), folder / "ocpp_go.go"
    shutil.copy(_PEERS / source.name, source)
    gopath = [Path(path) / "src" / _OCPP_GO for path in os.environ.get("GOPATH", "").split(os.pathsep)]
    failure = "go could not build ocpp-go (benchmarks/README.md says what it needs)"
    if any(path.exists() for path in gopath):
        _run([go, "build", "-o", "ocpp_go", source.name], folder, failure, GO111MODULE="off")
        return
    _run([go, "mod", "init", "peer"], folder, failure)
    _run([go, "mod", "tidy"], folder, failure)
    _run([go, "build", "-o", "ocpp_go", source.name], folder, failure)


def _run(command: Sequence[str], folder: Path, failure: str, **environment: str) -> None:
    variables = os.environ | environment
    try:
        subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=True, timeout=300)
    except (subprocess.SubprocessError, OSError) as error:
        raise NotRun(failure) from error


def find(program: str) -> str:
    """Return the path of a program. Raises NotRun if it is not installed."""
    found = shutil.which(program)
    if found is None:
        raise NotRun(f"no {program}")
    return found


_FILES = {"trace": "{folder}/trace.jsonl", "events": "{folder}/events", "diagram": "{folder}/page"}

DEFAULT = _mock()
"""The mock as it starts by default: lines on stderr, all checks, requests and answers validated."""
SECURE = _mock(**{"tls": "auto", "state-dir": "{folder}/pki"})
"""The same, with ws:// and wss:// on its port."""
ONLY_201, ALL_VERSIONS = (_mock(ocpp=versions) for versions in ("2.0.1", "1.6,2.0.1,2.1"))
UNCHECKED = _mock(checks="none")
TRACED = _mock(trace=_FILES["trace"])
RECORDED = _mock(**_FILES)
REDACTED = _mock("--redact")
UNCHECKED_AND_RECORDED = _mock(checks="none", **_FILES)
ONE_TOKEN, TOKENS, ONE_RULE, RULES = (
    _mock(checks="none", config=f"{{folder}}/{name}.toml") for name in ("one_token", "tokens", "one_rule", "rules")
)
ECHO = Server((sys.executable, str(_PEERS / "echo.py")), answer="2")
OCPP_RPC = Server(("node", str(_PEERS / "ocpp_rpc.js")), prepare=_install)
OCPP_PACKAGE = Server((sys.executable, str(_PEERS / "ocpp_package.py")))
OCPP_GO = Server(("{folder}/ocpp_go",), prepare=_build)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens."""

    server: Server
    process: subprocess.Popen[bytes]
    port: int

    def memory(self, kind: str = "VmRSS") -> int:
        """Return its resident memory in kB, or another value of /proc/PID/status."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition(f"{kind}:")[2].split()[0])

    def cpu(self) -> float:
        """Return the CPU time that the server has used so far, in seconds (/proc would be some ms behind)."""
        return time.clock_gettime(
            ~self.process.pid << 3 | 2
        )  # the id of the CPU clock of a process, like clock_getcpuclockid()

    def stop(self) -> float:
        """Stop it, and return how many seconds it has waited for its core. Raises NotRun if it does not end."""
        self.process.terminate()
        return wait_for_exit(self.process)


@contextmanager
def started(server: Server, lab: Lab) -> Iterator[Running]:
    """Run `server` on core 0 during the block; its stderr goes to a file. Raises NotRun if it does not listen."""
    command, log = _command(server, lab), lab.folder / "server.log"
    with log.open("wb") as errors, on_core(0):
        process = subprocess.Popen(command, cwd=ROOT, env=environment(lab), stdout=subprocess.PIPE, stderr=errors)
    try:
        yield Running(server, process, _await_port(process, log))
    finally:
        process.kill()
        process.communicate()


def wait_for_exit(process: subprocess.Popen[bytes]) -> float:
    """Wait for the exit without polling, and return how many seconds the process waited for its core.

    Raises NotRun if it fails or takes too long.
    """
    if sys.platform == "linux":
        descriptor = os.pidfd_open(process.pid)
        try:
            if not select.select([descriptor], [], [], _PATIENCE)[0]:
                raise NotRun(f"did not exit within {_PATIENCE:g} s")
        finally:
            os.close(descriptor)
    delay = held_up(process.pid)
    if process.wait() not in (0, -signal.SIGTERM):
        raise NotRun(f"exit status {process.returncode}")
    return delay


def _await_port(process: subprocess.Popen[bytes], log: Path) -> int:
    """Return the last number of the first line that a server prints."""
    assert process.stdout is not None
    ready = select.select([process.stdout], [], [], _PATIENCE)[0]
    line = process.stdout.readline().decode() if ready else ""
    numbers = re.findall(r"\d+", line)
    if not numbers:
        raise NotRun(f"did not listen: {log.read_text(encoding='utf-8', errors='replace')[-200:]!r}")
    return int(numbers[-1])


def _command(server: Server, lab: Lab) -> list[str]:
    """Return the command line. Raises NotRun if a program, a package or a flag of the mock is missing."""
    server.prepare(lab.folder)
    program, *words = (word.format(folder=lab.folder) if "{folder}" in word else word for word in server.command)
    for flag in (*server.flags, *server.switches):
        if flag not in _mock_help():
            raise NotYet(f"the mock has no {flag}")
    words += [word for flag, value in server.flags.items() for word in (flag, value.format(folder=lab.folder))]
    return [find(program), *words, *server.switches]


def environment(lab: Lab) -> dict[str, str]:
    """Return the environment of a normal user: bytecode is cached, malloc has no options; node finds its packages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MALLOC_"))}
    return kept | {"NODE_PATH": str(lab.folder / "node_modules")}


@cache
def _mock_help() -> str:
    """Return the output of the mock's --help-all, which lists all flags."""
    return subprocess.run([*DEFAULT.command, "--help-all"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
