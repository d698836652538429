"""The line about a load test that goes on, with the percentiles of the last seconds."""

import asyncio
import sys
from collections.abc import Callable

from mock_csms.runtime.sink import Sink
from mock_csms.station.figures import CALLS, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.times import Times

_WIDTH = 79
_EVERY = 1.0
"""How often the figures are sampled, in seconds, and the line is written to a terminal."""
_ELSEWHERE = 10
"""After how many samples a line is written to anything but a terminal."""
_LATELY = 10.0
"""Over how many seconds the percentiles are computed."""


async def show_progress(figures: Figures, wanted: Callable[[float], float], total: float | None) -> None:
    """Sample the figures every second, and write the line to stderr, until this is cancelled.

    `wanted` returns how many stations are to run at a time; `total` is how long the run is to take, if that is known.
    """
    loop, is_terminal = asyncio.get_running_loop(), sys.stderr.isatty()
    began, sink, number = loop.time(), Sink(sys.stderr.fileno()), 0
    try:
        while True:
            await asyncio.sleep(_EVERY)
            at, number = loop.time() - began, number + 1
            figures.sample(at, wanted(at))
            if is_terminal or number % _ELSEWHERE == 0:
                line = progress_line(figures, at, total)
                sink.write(f"\r{line:{_WIDTH}}".encode() if is_terminal else f"{line}\n".encode())
                sink.flush()
    finally:
        if is_terminal and number:
            sink.write(b"\r" + b" " * _WIDTH + b"\r")
            sink.flush()
        sink.close()


def progress_line(figures: Figures, at: float, total: float | None) -> str:
    """Return the line about the run so far, with at most 79 characters; percentiles are those of the last seconds."""
    last = figures.samples[-1] if figures.samples else None
    before = figures.samples[-2].at if len(figures.samples) > 1 else 0.0
    rate = last.messages / max(last.at - before, 1e-9) if last else 0.0
    parts = (
        _clock(at) + (f"/{_clock(total)}" if total is not None else ""),
        f"{figures.connected.total()} up",
        f"{rate:.0f} msg/s",
        f"{figures.errors.total()} errors",
        f"p95 connect {_p95(figures.lately(CONNECT, _LATELY))}"
        f" answer {_p95(figures.lately(CALLS, _LATELY))} close {_p95(figures.lately(CLOSE, _LATELY))} ms",
    )
    line = "  ".join(parts)
    return line if len(line) <= _WIDTH else line.removesuffix(" ms")[:_WIDTH]


def _p95(times: Times) -> str:
    found = times.percentile(95)
    return "-" if found is None else f"{found:.1f}" if found < 10 else f"{found:.0f}"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02d}"
