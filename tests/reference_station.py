"""`mock-station` as a process: it runs to its end, or gets control lines from a test that waits for its output."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

from mock_csms.protocol.records import Record
from tests import warm
from tests.wire import PATIENCE, written

STATION = [sys.executable, "-m", "mock_csms.station"]
ROOT = Path(__file__).resolve().parents[1]


class Ended(Record):
    """The result of a run."""

    status: int
    out: str
    err: str


def run(*arguments: str, lines: str | bytes = "") -> Ended:
    """Run mock-station with these lines on stdin, to its end; a traceback fails the test."""
    data = lines.encode() if isinstance(lines, str) else lines
    command = [*STATION, *arguments]
    done = warm.run(command, data=data, timeout=3 * PATIENCE, cwd=ROOT)
    ended = Ended(done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in ended.err + ended.out, ended.err
    return ended


class Running:
    """A running mock-station; `out` has its output so far."""

    def __init__(self, *arguments: str) -> None:
        self._err = tempfile.TemporaryFile("a+b")
        self.process = warm.start(
            [*STATION, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._err, cwd=ROOT
        )
        self.out = ""

    def type(self, *lines: str) -> None:
        """Type lines."""
        assert self.process.stdin
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.process.stdin.flush()

    def see(self, *texts: str) -> str:
        """Wait for lines that contain these texts, in order; return the last one."""
        assert self.process.stdout
        line = ""
        watchdog = Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            for text in texts:
                while text not in line:
                    line = self.process.stdout.readline().decode()
                    assert line, f"{text!r} did not come:\n{self.out}"
                    self.out += line
                found, line = line, ""
        finally:
            watchdog.cancel()
        return found

    def end(self) -> tuple[int, str]:
        """End the input; return the exit status and stderr."""
        self.out += self.process.communicate(timeout=PATIENCE)[0].decode()
        return self.process.returncode, self._complaints()

    def stop(self, signal_: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(signal_)
        return self.process.wait(PATIENCE)

    def finish(self) -> None:
        """End the process; it must not have printed a traceback."""
        self.process.kill()
        with suppress(ValueError):  # `subprocess` raises this if all output was read before
            self.out += self.process.communicate()[0].decode()
        err = self._complaints()
        self._err.close()
        assert "Traceback" not in err, err

    def _complaints(self) -> str:
        return written(self._err).decode(errors="replace")


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    """Run mock-station until the block ends."""
    station = Running(*arguments)
    try:
        yield station
    finally:
        station.finish()
