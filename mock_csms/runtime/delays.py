"""Limits the delayed messages of one connection, which wait because the settings ask for a delay."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

_MOST, _LEAST_COST = 1024 * 1024, 4096
"""How many bytes of messages may wait, and how many each message counts at least."""


class Readable(Protocol):
    """A connection that can stop reading."""

    def pause_reading(self) -> None:
        """Stop reading."""

    def resume_reading(self) -> None:
        """Read again."""


class Delays:
    """Counts the bytes that wait; while there are too many, their connection is not read."""

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
