"""Waiting for something that a subscriber of the bus recognizes: the one place that registers futures for it."""

import asyncio
from collections.abc import MutableMapping
from typing import TypeVar

T = TypeVar("T")
Condition = TypeVar("Condition")


async def wait_for(
    waiting: "MutableMapping[asyncio.Future[T], Condition]", condition: Condition, within: float
) -> T | None:
    """Return what somebody sets as the result of a future, or None if nobody does within so many seconds.

    While it waits the future is a key of `waiting`, with `condition` as its value: whoever sees the events looks there
    for the conditions that an event fulfills.
    """
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    waiting[future] = condition
    try:
        await asyncio.wait([future], timeout=within)
    finally:
        del waiting[future]
    return future.result() if future.done() else None
