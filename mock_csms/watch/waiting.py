"""Waits for an event that a subscriber of the bus recognizes; all futures for such waits are registered here."""

import asyncio
from collections.abc import MutableMapping
from typing import TypeVar

T = TypeVar("T")
Condition = TypeVar("Condition")


async def wait_for(
    waiting: "MutableMapping[asyncio.Future[T], Condition]", condition: Condition, within: float
) -> T | None:
    """Return the result that somebody sets for a future; None if nobody does so within so many seconds.

    While it waits, the future is a key of `waiting`, with `condition` as its value. The subscriber that sees the events
    looks there for conditions that an event fulfils.
    """
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    waiting[future] = condition
    try:
        await asyncio.wait([future], timeout=within)
    finally:
        del waiting[future]
    return future.result() if future.done() else None
