"""Delays actions without changing their order."""

import asyncio
from collections import deque
from collections.abc import Callable

from mock_csms.runtime.transport.turns import MESSAGES, SECONDS, Turns


class Lane:
    """A queue of delayed actions, which run in the order in which they were put.

    Actions that are due wait for a turn of their station in `turns`, so that one station cannot hold up the others.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._is_called = False
        """Whether a timer is set, or a turn was requested, for the first action."""
        self._is_heavy = False
        """Whether the last turn took longer than allowed."""

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

    def take_turn(self) -> None:
        """Run the actions that are due, until the turn is used up."""
        self._is_called = False
        time = asyncio.get_running_loop().time
        begin = now = time()
        for _ in range(MESSAGES):
            if not self._waiting or self._waiting[0][0] > now or now > begin + SECONDS:
                break
            self._waiting.popleft()[1]()
            now = time()
        self._turns.spend(now - begin)
        self._is_heavy = now > begin + SECONDS
        self._wait()

    def abort(self) -> None:
        """Continue with the next action after one has failed."""
        self._wait()

    def _wait(self) -> None:
        if not self._is_called and self._waiting:
            self._is_called = True
            asyncio.get_running_loop().call_at(self._waiting[0][0], self._go)

    def _go(self) -> None:
        self._turns.add(self, is_heavy=self._is_heavy)
