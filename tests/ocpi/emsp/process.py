"""A mock eMSP as a process, and what talks to it over real HTTP."""

import atexit
import io
import json
import select
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import httpx

from mock_csms.commands.cli import main
from tests import warm
from tests.wire import PATIENCE, SERVER, Mock

PRESET = "test_token_c_123"


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; return whether it does."""
    for _ in range(int(PATIENCE * 20)):
        if holds():
            return True
        time.sleep(0.05)
    return False


class Emsp(Mock):
    """`mock-csms emsp 0` as a process, with an event log."""

    def __init__(self, *flags: str, address: str = "0") -> None:
        self._log = tempfile.TemporaryFile("a+b")
        self.http = httpx.Client(trust_env=False, timeout=PATIENCE)
        self.events = Path(tempfile.mkdtemp()) / "events.jsonl"
        command = [*SERVER, "emsp", address, "--events", str(self.events), *flags]
        self.process = warm.start(command, stdout=subprocess.PIPE, stderr=self._log)
        atexit.register(self.end)
        assert self.process.stdout
        readable = select.select([self.process.stdout], [], [], PATIENCE)[0]
        self.first_line = self.process.stdout.readline().decode() if readable else ""
        if not self.first_line:
            self.finish()
        self.versions = self.first_line.removeprefix("Listening on ").strip()
        self.base = self.versions.removesuffix("/ocpi/versions")
        self.numbers = 0

    def end(self) -> None:
        """End the process if a failed test has left it."""
        if self.process.poll() is None:
            self.process.kill()

    def finish(self) -> None:
        """Stop the eMSP, which must end normally."""
        self.http.close()
        self.last_log = self.log
        super().finish()

    def path(self, path: str) -> str:
        """Return the URL of a module."""
        return (
            path if "://" in path else f"{self.base}{path}" if path[0] == "/" else f"{self.base}/ocpi/emsp/2.2.1/{path}"
        )

    def ask(self, method: str, path: str, body: Any = None, token: str = PRESET, **headers: str) -> httpx.Response:
        """Send a request with everything that belongs to it; a body of bytes is sent as it is."""
        self.numbers += 1
        usual = {
            "authorization": f"Token {b64encode(token.encode()).decode()}",
            "x-request-id": f"r-{self.numbers}",
            "x-correlation-id": f"c-{self.numbers}",
            "content-type": "application/json",
        }
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, self.path(path), content=content, headers=given)

    def outcome(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, int]:
        """Send a request, and return the HTTP status and the code of OCPI; the envelope must be right."""
        answer = self.ask(method, path, body, **more)
        envelope = answer.json()
        assert answer.headers["content-type"] == "application/json"
        assert {"status_code", "timestamp"} <= envelope.keys() <= {"status_code", "timestamp", "status_message", "data"}
        return answer.status_code, envelope["status_code"]

    def hand(self, name: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask an endpoint for `mock-csms ocpi`."""
        return self.http.post(f"{self.base}/hand/v1/{name}", json=body or {}, headers=headers)

    def logged(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind so far."""
        lines = self.events.read_text(encoding="utf-8").splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def until(self, kind: str, count: int = 1, **fields: Any) -> list[dict[str, Any]]:
        """Wait until so many events of a kind with these fields were written; return them."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = [each for each in self.logged(kind) if fields.items() <= each.items()]
            return len(found) >= count

        assert until(look), f"{kind} {fields} did not come: {self.log}"
        return found


def by_process(emsp: Emsp | str, *words: str) -> tuple[int, str, str]:
    """Run `mock-csms ocpi` as a process; return the exit status, stdout and stderr."""
    ended = warm.run([*SERVER, "ocpi", "--emsp", _url(emsp), *words], timeout=PATIENCE)
    return ended.returncode, ended.stdout, ended.stderr


def by_hand(emsp: Emsp | str, *words: str) -> tuple[int, str, str]:
    """Do the same in this process, which is much faster."""
    return run_here("ocpi", "--emsp", _url(emsp), *words)


def run_here(*words: str) -> tuple[int, str, str]:
    """Run `mock-csms` in this process; return the exit status, stdout and stderr."""
    out, error = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with redirect_stdout(out), redirect_stderr(error):
        try:
            status = main(words)
        except SystemExit as end:
            status = int(str(end.code))
    out.seek(0)
    return int(status), out.read(), error.getvalue()


def _url(emsp: Emsp | str) -> str:
    return emsp if isinstance(emsp, str) else emsp.base
