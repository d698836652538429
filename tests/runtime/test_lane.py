"""Delayed actions: their order, and how many run in one turn of the loop."""

import asyncio
import time
from functools import partial

from mock_csms.runtime.lane import Lane
from mock_csms.runtime.transport.turns import Turns

LONG = 0.01
"""A duration longer than one turn of the loop may take, in seconds."""


async def test_actions_of_many_lanes_do_not_run_in_one_turn_of_the_loop() -> None:
    """If long actions of twenty stations are due at the same time, each runs in its own turn of the loop."""
    turns, done = Turns(lambda: None), [0]

    def act() -> None:
        time.sleep(LONG)
        done[-1] += 1

    for _ in range(20):
        Lane(turns).put(0.0, act)
    while sum(done) < 20:
        await asyncio.sleep(0)
        done.append(0)
    assert max(done) == 1


async def test_actions_keep_their_order() -> None:
    """Actions run in the order in which they were put, even if a later one is due earlier or one of them fails."""
    lane, done = Lane(Turns(lambda: None)), list[int]()
    asyncio.get_running_loop().set_exception_handler(lambda *_: done.append(-1))
    for number in range(300):
        lane.put(0.001 if number < 100 else 0.0, partial(done.append, number))
    lane.put(0.0, lambda: 1 / 0)  # type: ignore[arg-type] # it never returns
    lane.put(0.0, partial(done.append, 301))
    while lane:
        await asyncio.sleep(0.001)
    assert done == [*range(300), -1, 301]
