"""The mock and the servers that it is compared with: how to start, watch and stop them. Each run starts one anew."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.lab import ROOT, Lab, NotRun, NotYet, held_up, on_core

_PATIENCE = 30.0
"""How long a server may take to listen or to exit, in seconds."""
_PEERS = Path(__file__).parent / "peers"
_OCPP_RPC = "ocpp-rpc@2.2.1"

LISTEN = """
import asyncio
from websockets.asyncio.server import serve
async def main():
    async with serve(None, "127.0.0.1", 0) as server:
        print("Listening on", server.sockets[0].getsockname(), flush=True)
        await server.serve_forever()
asyncio.run(main())
"""
"""The smallest program that listens with `websockets`; nothing connects to it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A program that prints a line with its port once it listens."""

    command: Sequence[str]
    answer: str = "3"
    """The message type of its answers."""
    package: str = ""
    """The npm package that it needs."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """Flags of the mock with their values; `{folder}` in a value is the folder of the lab."""


MOCK = Server((sys.executable, "server.py", "--port", "0", "--checks", "none"))
TRACED = Server(MOCK.command, flags={"--trace": "{folder}/trace.jsonl"})
RECORDED = Server(MOCK.command, flags={**TRACED.flags, "--events": "{folder}/events", "--diagram": "{folder}/page"})
ONE_TOKEN, TOKENS, ONE_RULE, RULES = (
    Server(MOCK.command, flags={"--config": f"{{folder}}/{name}.toml"})
    for name in ("one_token", "tokens", "one_rule", "rules")
)
CHECKED = Server(MOCK.command, flags={"--checks": "all"})
CHECKED_AND_TRACED = Server(CHECKED.command, flags={**CHECKED.flags, **TRACED.flags})
CHECKED_AND_RECORDED = Server(CHECKED.command, flags={**CHECKED.flags, **RECORDED.flags})
ECHO = Server((sys.executable, str(_PEERS / "echo.py")), answer="2")
BARE = Server((sys.executable, "-c", LISTEN))
OCPP_RPC = Server(("node", str(_PEERS / "ocpp_rpc.js")), package=_OCPP_RPC)


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
        """Return the CPU time that it has used, in seconds."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9

    def stop(self) -> float:
        """Stop it, and return how many seconds it has waited for its core. Raises NotRun if it does not end."""
        self.process.terminate()
        return wait_for_exit(self.process)


@contextmanager
def started(server: Server, lab: Lab) -> Iterator[Running]:
    """Run `server` on core 0 during the block; its log goes to a file. Raises NotRun if it does not listen."""
    log = lab.folder / "server.log"
    with log.open("wb") as errors, on_core(0):
        process = subprocess.Popen(
            _command(server, lab), cwd=ROOT, env=environment(lab), stdout=subprocess.PIPE, stderr=errors
        )
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
    """Return the command line. Raises NotRun if a program, a package or a flag is missing."""
    program, *words = server.command
    if server.package:
        program = _find(program)
        _install(server.package, lab.folder)
    for flag, value in server.flags.items():
        if flag not in _mock_help():
            raise NotYet(f"the mock has no {flag}")
        words += [flag, value.format(folder=lab.folder)]
    return [program, *words]


def environment(lab: Lab) -> dict[str, str]:
    """Return the environment of a normal user: bytecode is cached, malloc has no options; node finds its packages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MALLOC_"))}
    return kept | {"NODE_PATH": str(lab.folder / "node_modules")}


@cache
def _mock_help() -> str:
    """Return the output of the mock's --help-all, which tells which flags exist."""
    return subprocess.run([*MOCK.command, "--help-all"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@cache
def _install(package: str, folder: Path) -> None:
    command = [_find("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), package]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    except (subprocess.SubprocessError, OSError) as error:
        raise NotRun(f"npm could not install {package}") from error


def _find(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise NotRun(f"no {program}")
    return found
