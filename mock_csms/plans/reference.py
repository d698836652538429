"""The reference station as the station under test: a separate process, driven by control lines."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mock_csms.plans.profile import Profile, Timeouts
from mock_csms.plans.v2.firmware import BROKEN, FILE
from mock_csms.protocol.records import replace
from mock_csms.station.v2.device import FEATURES, USUAL_FEATURES

_TIMEOUTS = Timeouts(message=5, boot=20, operator=20, case=120, silence=1, settle=0.1, interval=1, tolerance=0.3)
REFERENCE = Profile(
    "CS-1",
    (1, 1),
    features=frozenset({*USUAL_FEATURES, "C-20", "C-29.3", "C-29.4", "C-47", "C-57", "HFS-1"}),
    timeouts=_TIMEOUTS,
    firmware="https://firmware.invalid/2.0.bin",
    logs="https://logs.invalid/upload",
)
"""The profile of the reference station."""

_FLAGS = (
    *("--evses", f"{len(REFERENCE.connectors)}", "--connectors", f"{REFERENCE.connectors[0]}", "--quiet"),
    *("--variable", "OCPPCommCtrlr.RetryBackOffWaitMinimum=1", "--variable", "OCPPCommCtrlr.RetryBackOffRandomRange=0"),
)
"""Two EVSEs with a connector each, and a short back-off, so that it reconnects soon."""


def reference_for(profile: Profile, needs: Sequence[str]) -> Profile:
    """Return its profile for a case: it has or lacks the features that the case needs, if flags can change them."""
    lacked = {need.removeprefix("not ") for need in needs if need.startswith("not ")}
    return replace(profile, features=(profile.features | ({*FEATURES} & {*needs})) - ({*FEATURES} & lacked))


@contextmanager
def reference_files() -> Iterator[Mapping[str, Any]]:
    """Return the settings of a mock that serves firmware for it, good and broken, from a temporary directory."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / FILE).write_bytes(b"firmware 2.0 of the reference station\n" * 25)
        (Path(directory) / BROKEN).touch()
        yield {"files": directory}


class Reference:
    """One `mock-station`, from `start` to `stop`; for other features it is restarted with a new identity."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        self._flags = flags
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - it lives as long as the process
        self._process: asyncio.subprocess.Process | None = None
        self._features: frozenset[str] | None = None
        self._starts = 0

    @property
    def identity(self) -> str:
        """Its identity: a new one after each restart, so that facts about the old station are not applied to it."""
        return REFERENCE.identity if self._starts < 2 else f"{REFERENCE.identity}-{self._starts}"

    async def start(self, url: str, features: frozenset[str] = REFERENCE.features) -> None:
        """Start it with these features and let it connect to the CSMS at `url`, unless it already runs with them."""
        if self._features == features:
            return
        await self._end()
        self._features, self._starts = features, self._starts + 1
        own = ",".join(features & {*FEATURES})
        await self._launch(f"{url}/{self.identity}", (*_FLAGS, "--features", own, *self._flags))

    async def _launch(self, url: str, flags: Sequence[str]) -> None:
        words = [sys.executable, "-m", "mock_csms.station", url, *flags]
        self._process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=self._errors
        )

    def type(self, line: str) -> None:
        """Send a control line."""
        if self._process and self._process.stdin:
            self._process.stdin.write(f"{line}\n".encode())

    def problem(self) -> str:
        """Return its exit status and error output if it has ended, else ""."""
        if self._process is None or self._process.returncode is None:
            return ""
        self._errors.seek(0)
        return f"mock-station ended with {self._process.returncode}: {self._errors.read().strip()}"

    async def stop(self) -> None:
        """Stop it."""
        await self._end()
        self._errors.close()

    async def _end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
