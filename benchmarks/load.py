"""The load generator: compiles `load.c`, and runs it on the core that the server does not use."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

from benchmarks.lab import Lab, NotRun, on_core
from benchmarks.messages import OCPP_201, Version
from benchmarks.servers import Running

Report: TypeAlias = dict[str, float]
"""The output of the load generator: numbers of messages, stations and errors, and times in seconds."""

_SOURCE = Path(__file__).parent / "load.c"
_LONGEST = 200.0
"""After this many seconds the load generator is killed; it should end much earlier by itself."""


def build(folder: Path) -> Path | None:
    """Compile the load generator into `folder`, and return its path; None without a C compiler or Linux."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return None
    program = folder / "load"
    subprocess.run([compiler, "-O3", "-o", str(program), str(_SOURCE)], check=True)
    return program


def call(
    lab: Lab, running: Running, stations: int, message: str, seconds: float, version: Version = OCPP_201
) -> Report:
    """Let each of `stations` send `message` repeatedly for `seconds`."""
    with _load(lab, running, "loop", stations, message, lab.scale.warm_up, seconds, version=version) as output:
        return _read(output)


def churn(lab: Lab, running: Running, stations: int) -> Report:
    """Let each of `stations` connect, boot, wait a little and close, several times."""
    with _load(lab, running, "churn", stations) as output:
        return _read(output)


@contextmanager
def hold(lab: Lab, running: Running, stations: int) -> Iterator[None]:
    """Keep `stations` idle connections open during the block. The server must close them before the block ends."""
    with _load(lab, running, "idle", stations) as output:
        ready = _read(output)["ready"]
        if ready != stations:
            raise NotRun(f"only {ready:g} of {stations} stations got in")
        yield
        _read(output)


@contextmanager
def _load(
    lab: Lab, running: Running, mode: str, stations: int, *more: object, version: Version = OCPP_201
) -> Iterator[IO[bytes]]:
    """Run the load generator, whose arguments `load.c` explains, and yield its output."""
    if lab.load_program is None:
        raise NotRun("no C compiler")
    words = (mode, running.port, stations, running.process.pid, running.server.answer, version.subprotocol)
    with on_core(1):
        process = subprocess.Popen(
            [str(word) for word in (lab.load_program, *words, version.boot, *more)], stdout=subprocess.PIPE
        )
    assert process.stdout is not None
    try:
        yield process.stdout
        process.wait(_LONGEST)
    finally:
        process.kill()
        process.communicate()


def _read(output: IO[bytes]) -> Report:
    """Return the next report of the load generator. Raises NotRun after a wrong answer or a lost connection."""
    line = output.readline()
    if not line:
        raise NotRun("the load generator failed")
    report: dict[str, Any] = json.loads(line)
    if report.get("wrong") or report.get("failed"):
        raise NotRun(f"{report['wrong']} wrong answers, {report['failed']} lost connections")
    return report
