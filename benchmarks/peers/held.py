"""Runs the mock, and measures how long each turn of a callback holds its event loop: CPU time of the loop's thread.

On SIGUSR2 it writes the longest one since the last time to stderr, as milliseconds, with what it was.
"""

import asyncio.events
import signal
import sys
import time
from types import FrameType
from typing import Any

sys.path.insert(0, ".")

_longest: tuple[int, str] = (0, "")
_run = asyncio.events.Handle._run


def _timed(handle: Any) -> None:
    global _longest  # noqa: PLW0603 - one number for the process
    before = time.thread_time_ns()
    _run(handle)
    took = time.thread_time_ns() - before
    if took > _longest[0]:
        _longest = took, repr(handle)[:300]


def _tell(_: int, __: FrameType | None) -> None:
    global _longest
    told, _longest = _longest, (0, "")
    sys.stderr.write(f"held {told[0] / 1e6:.3f} {told[1]}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    from mock_csms.__main__ import main

    asyncio.events.Handle._run = _timed  # type: ignore[method-assign, assignment] # see above
    signal.signal(signal.SIGUSR2, _tell)
    raise SystemExit(main())
