"""Delays actions without changing their order."""

import asyncio
from collections import deque
from collections.abc import Callable


class Lane:
    """A queue of delayed actions; each runs after the one that was put before it."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def put(self, after: float, do: Callable[[], None]) -> None:
        """Call `do` after so many seconds, but not before the actions that were put earlier."""
        due = asyncio.get_running_loop().time() + after
        self._waiting.append((max(due, self._waiting[-1][0]) if self._waiting else due, do))
        self._wait()

    def __bool__(self) -> bool:
        """Whether any action waits."""
        return bool(self._waiting)

    def empty(self) -> None:
        """Run all waiting actions now."""
        while self._waiting:
            self._waiting.popleft()[1]()

    def _wait(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = asyncio.get_running_loop().call_at(self._waiting[0][0], self._go)

    def _go(self) -> None:
        self._timer = None
        if self._waiting:
            _, do = self._waiting.popleft()
            self._wait()
            do()
