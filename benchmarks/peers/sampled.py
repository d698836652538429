"""The mock with a sampling profiler: it records the running function after each millisecond of CPU time.

`sampled.py FILE ARGUMENT…` runs the mock with these arguments. After every 100 samples it writes to FILE how often each
function was seen. Python handles a signal only between bytecodes, so the time of system calls and C code counts for
the function that called them.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

PERIOD = 0.001
"""Seconds of CPU time between two samples."""

counts: Counter[str] = Counter()


def sample(_: int, frame: FrameType | None) -> None:
    """Count the function that runs."""
    if frame is not None:
        counts[f"{frame.f_code.co_filename}:{frame.f_code.co_name}"] += 1
    if counts.total() % 100 == 0:
        Path(sys.argv[1]).write_text(json.dumps(counts), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    from mock_csms.commands.cli import main

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, PERIOD, PERIOD)
    raise SystemExit(main(sys.argv[2:]))
