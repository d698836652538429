"""What waits for its time on one connection, for a delay that the settings ask for: not more than has room."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

_MOST, _LEAST_COST = 1024 * 1024, 4096
"""How many bytes of messages may wait, and how many each one counts at least."""


class Readable(Protocol):
    """A connection that need not be read."""

    def pause_reading(self) -> None:
        """Read no more."""

    def resume_reading(self) -> None:
        """Read on."""


class Delays:
    """Counts what waits; while it is too much, the connection that it came from is not read."""

    def __init__(self, connection: Readable) -> None:
        self._connection = connection
        self._waiting = 0

    def later(self, size: int, do: Callable[[], None]) -> Callable[[], None]:
        """Return a function that calls `do`; until it is called, `size` bytes count as waiting."""
        cost = max(size, _LEAST_COST)
        self._waiting += cost
        if self._waiting > _MOST:
            self._connection.pause_reading()
        return partial(self._do, cost, do)

    def _do(self, cost: int, do: Callable[[], None]) -> None:
        self._waiting -= cost
        if self._waiting <= _MOST:
            self._connection.resume_reading()
        do()
