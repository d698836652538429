"""One timer for thousands of connections that all wait equally long."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Deadlines(Generic[Item]):
    """Calls `expire(item)` so many `seconds` after the item was started, unless it was stopped before.

    Since all wait equally long, the one that was started first is due first: a dict in order of starting, and one timer
    for its head, replace a timer or a task for each.
    """

    def __init__(self, seconds: float, expire: Callable[[Item], None]) -> None:
        self._seconds = seconds
        self._expire = expire
        self._due: dict[Item, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self, item: Item) -> None:
        """Let `item` wait from now on; an item that waits already keeps its first deadline."""
        loop = asyncio.get_running_loop()
        self._due.setdefault(item, loop.time() + self._seconds)
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._ring)

    def stop(self, item: Item) -> None:
        """Let `item` wait no longer."""
        self._due.pop(item, None)

    def __contains__(self, item: Item) -> bool:
        """Whether `item` waits for its deadline."""
        return item in self._due

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._due:
                item, due = next(iter(self._due.items()))
                if due > loop.time():
                    break
                del self._due[item]
                self._expire(item)  # it may start the item again; `start` adds no timer, because this one is still set
        finally:
            first = next(iter(self._due.values()), None)
            self._timer = None if first is None else loop.call_at(first, self._ring)
