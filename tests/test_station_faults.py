"""An exception in the code of `mock-station` is reported and ends it, wherever it is raised."""

import subprocess
import sys

import pytest

from tests.reference_station import ROOT
from tests.wire import PATIENCE, Mock


@pytest.mark.parametrize(
    ("cue", "flags"),
    [
        ("Opened", []),
        ("Opened", ["--count=2"]),
        ("Rang", ["--variable=OCPPCommCtrlr.HeartbeatInterval=1"]),
        ("FailedCall", []),
        ("FailedCall", ["--count=2"]),
    ],
    ids=["while it connects", "while many connect", "at an alarm", "in a task", "in a task of one of many"],
)
def test_an_exception_ends_the_station(cue: str, flags: list[str]) -> None:
    """One line on stderr has the exception, without a traceback, and the exit status is 1."""
    mock = Mock("--error", "StatusNotification", "InternalError", "--boot-interval=1")
    url = mock.url if "--count=2" in flags else f"{mock.url}/CS-1"
    command = [sys.executable, "-m", "tests.station.broken_station", cue, url, *flags]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, cwd=ROOT, check=False, text=True
        )
    finally:
        mock.finish()
    lines = [line for line in done.stderr.splitlines() if line.startswith("mock-station: error: ")]
    assert lines == ["mock-station: error: internal error: KeyError('a fault of the station')"], done.stderr
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
