"""Deadlines: one timer for many waits, on a real loop with short times."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from mock_csms.runtime.transport.deadlines import Deadlines
from tests.virtual import Loop
from tests.wire import PATIENCE

SHORT = 0.05


class Rings:
    """Deadlines, and the items that have expired so far."""

    def __init__(self, seconds: float = SHORT) -> None:
        self.expired: list[str] = []
        self.times: list[float] = []
        self.deadlines = Deadlines[str](seconds, self.ring)

    def ring(self, item: str) -> None:
        """Record what expires, and when."""
        self.expired.append(item)
        self.times.append(time.monotonic())

    async def wait_for(self, number: int) -> list[str]:
        """Return the expired items once there are this many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.expired) < number:
                await asyncio.sleep(SHORT / 10)
        return self.expired


async def test_items_expire_in_the_order_of_their_start() -> None:
    """The item that started first expires first."""
    rings = Rings()
    for item in "abc":
        rings.deadlines.start(item)
    await asyncio.sleep(SHORT / 2)
    rings.deadlines.start("d")
    assert await rings.wait_for(4) == ["a", "b", "c", "d"]


async def test_an_item_expires_after_its_time() -> None:
    """No item expires before its time, or after a loop timer that is due a little later."""
    rings = Rings()
    began = time.monotonic()
    rings.deadlines.start("a")
    asyncio.get_running_loop().call_later(SHORT * 1.2, rings.ring, "the timer")
    assert await rings.wait_for(2) == ["a", "the timer"]
    assert rings.times[0] - began >= SHORT - 0.002


async def test_a_later_item_waits_its_own_time() -> None:
    """The expiry of one item does not expire one that started later."""
    rings = Rings()
    rings.deadlines.start("a")
    await asyncio.sleep(SHORT * 0.6)
    rings.deadlines.start("b")
    began = time.monotonic()
    assert await rings.wait_for(2) == ["a", "b"]
    assert rings.times[1] - began >= SHORT - 0.002


async def test_a_stopped_item_does_not_expire() -> None:
    """A stopped item never expires; the others do."""
    rings = Rings()
    for item in "abc":
        rings.deadlines.start(item)
    rings.deadlines.stop("a")
    rings.deadlines.stop("b")
    assert await rings.wait_for(1) == ["c"]
    await asyncio.sleep(SHORT)
    assert rings.expired == ["c"]


async def test_stopping_is_always_allowed() -> None:
    """Stopping an item that did not start, or has expired, does nothing."""
    rings = Rings()
    rings.deadlines.stop("a")
    rings.deadlines.start("a")
    await rings.wait_for(1)
    rings.deadlines.stop("a")
    assert rings.expired == ["a"]


async def test_starting_again_keeps_the_first_deadline() -> None:
    """A waiting item that is started again expires once, at its first deadline."""
    rings = Rings()
    rings.deadlines.start("a")
    time.sleep(SHORT / 2)  # no timer of the loop can run in between
    later = Deadlines[str](SHORT, rings.ring)
    later.start("one that started before the second start")
    rings.deadlines.start("a")
    assert (await rings.wait_for(2))[0] == "a"
    await asyncio.sleep(SHORT)
    assert rings.expired.count("a") == 1


async def test_a_restarted_item_waits_its_whole_time() -> None:
    """An item that is stopped and started again waits its whole time, and expires after items started before that."""
    rings = Rings()
    rings.deadlines.start("a")
    rings.deadlines.start("b")
    rings.deadlines.stop("a")
    rings.deadlines.start("a")
    assert await rings.wait_for(2) == ["b", "a"]


async def test_an_expired_item_can_start_again() -> None:
    """An item may be started again any number of times, also while it expires."""
    expired: list[float] = []

    def again(item: str) -> None:
        expired.append(time.monotonic())
        if len(expired) < 3:
            deadlines.start(item)

    deadlines = Deadlines[str](SHORT, again)
    deadlines.start("a")
    async with asyncio.timeout(PATIENCE):
        while len(expired) < 3:
            await asyncio.sleep(SHORT / 10)
    assert all(after - before >= SHORT - 0.002 for before, after in pairwise(expired))


async def test_there_is_a_next_time() -> None:
    """After all items have expired or were stopped, the next item waits and expires like the first one."""
    rings = Rings()
    rings.deadlines.start("a")
    await rings.wait_for(1)
    rings.deadlines.start("b")
    rings.deadlines.stop("b")
    await asyncio.sleep(SHORT * 1.5)
    rings.deadlines.start("c")
    assert await rings.wait_for(2) == ["a", "c"]


async def test_expiring_may_stop_others() -> None:
    """An item that expires may stop others that are due at the same time."""
    expired: list[str] = []

    def stop_next(item: str) -> None:
        expired.append(item)
        deadlines.stop("b")

    deadlines = Deadlines[str](SHORT, stop_next)
    for item in "abc":
        deadlines.start(item)
    async with asyncio.timeout(PATIENCE):
        while len(expired) < 2:
            await asyncio.sleep(SHORT / 10)
    assert expired == ["a", "c"]


@pytest.mark.parametrize("number", [1, 10_000])
async def test_many_items_expire_by_one_timer(number: int) -> None:
    """Any number of items all expire, in order."""
    rings = Rings()
    items = [str(item) for item in range(number)]
    for item in items:
        rings.deadlines.start(item)
    assert await rings.wait_for(number) == items


class CountingLoop(Loop):
    """A loop with virtual time that counts the timers that are set."""

    timers = 0

    def call_at(self, when: float, *args: Any, **more: Any) -> asyncio.TimerHandle:  # type: ignore[override] # shorter
        """Count the timer."""
        self.timers += 1
        return super().call_at(when, *args, **more)


@pytest.mark.parametrize("number", [1, 10])
def test_items_that_start_again_need_one_timer(number: int) -> None:
    """Items that start again while they expire, as pings do, need one timer for each round, however long it goes on."""

    async def rounds() -> None:
        def again(item: int) -> None:
            deadlines.start(item)

        deadlines = Deadlines[int](20.0, again)
        for item in range(number):
            deadlines.start(item)
        await asyncio.sleep(20.0 * 100 + 10)

    loop = CountingLoop()
    loop.run_until_complete(rounds())
    loop.close()
    assert loop.timers == 102  # the first, one for each of 100 rounds, and the sleep
