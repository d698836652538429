"""When a passed run ends: as soon as the stations are quiet, in virtual time."""

import asyncio
from collections.abc import Sequence

import pytest

from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Disconnected
from mock_csms.watch.linger import MOST, Linger
from tests.virtual import Loop, virtual_time


@pytest.mark.parametrize(
    ("seconds", "happenings", "begins", "ends"),
    [
        (0.0, [0.0], 0.0, 0.0),
        (1.0, [0.0], 0.0, 1.0),
        (1.0, [0.0, 0.5, 1.25, 3.0], 0.0, 2.25),
        (1.0, [0.0], 5.0, 5.0),
        (1.0, [0.0, 4.5], 5.0, 5.5),
        (1.0, [0.5 * n for n in range(60)], 2.0, 2.0 + MOST),
        (20.0, [0.0], 0.0, MOST),
    ],
)
def test_the_end(seconds: float, happenings: Sequence[float], begins: float, ends: float) -> None:
    """The run ends after a quiet time, at most 10 seconds after --linger, and only once."""
    loop, ended = Loop(), list[float]()

    async def live() -> None:
        bus = Bus()
        linger = Linger(bus, seconds, lambda: ended.append(loop.time()))
        for at in happenings:
            loop.call_at(at, lambda: bus.publish(Disconnected(clock.now(), "CS-1", 1000, "")))
        for again in (0.0, 0.125):
            loop.call_at(begins + again, linger.begin)
        await asyncio.sleep(100)

    with virtual_time(loop, 1000.0):
        loop.run_until_complete(live())
    loop.close()
    assert ended[0] == pytest.approx(ends)
