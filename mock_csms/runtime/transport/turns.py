"""Shares the time between connections: one that sends more than a turn allows gets its next turn after the others."""

import asyncio
from collections.abc import Callable
from typing import Protocol

MESSAGES, BYTES, SECONDS = 64, 64 * 1024, 0.002
"""The most frames, bytes and seconds of one connection that are handled in one turn of the loop."""

_SECONDS_OF_ALL = 0.005
"""How many seconds all connections that wait may use in one turn of the loop; then the sockets are read again."""
_LONG, _LEFT_OUT = 0.02, 5
"""If a turn took more seconds than the first number, the next turns, as many as the second one, go to other tasks."""
LITTLE = 0.001
"""Turns with fewer seconds than this are not counted."""


class Waiting(Protocol):
    """A connection with received bytes that are not handled yet."""

    def take_turn(self) -> None:
        """Handle a part of these bytes."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Turns:
    """The connections that wait for their next turn, in the order in which they began to wait.

    Connections that have not used up a turn come before the others. `write` sends the answers of the turn before.
    """

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._light: dict[Waiting, None] = {}
        self._heavy: dict[Waiting, None] = {}
        self._is_called = False
        self._spent = 0.0
        """The seconds for which connections were handled in this turn of the loop."""

    def must_wait(self, *, is_heavy: bool) -> bool:
        """Whether a connection with received bytes must wait for its turn."""
        return self._spent > _SECONDS_OF_ALL or (is_heavy and bool(self._light or self._heavy))

    def add(self, connection: Waiting, *, is_heavy: bool) -> None:
        """Put a connection behind those that wait already."""
        (self._heavy if is_heavy else self._light).setdefault(connection)
        self._call()

    def discard(self, connection: Waiting) -> None:
        """Remove a connection from those that wait."""
        self._light.pop(connection, None)
        self._heavy.pop(connection, None)

    def spend(self, seconds: float, least: float = LITTLE) -> None:
        """Count how long a connection was handled."""
        if seconds > least:
            self._spent += seconds
            self._call()

    def _call(self) -> None:
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._go, _LEFT_OUT if self._spent > _LONG else 0)

    def _go(self, left_out: int) -> None:
        """Give each connection at most one turn; when the time is used up, continue in the next turn of the loop."""
        if left_out:
            asyncio.get_running_loop().call_soon(self._go, left_out - 1)
            return
        self._is_called, self._spent = False, 0.0
        self._write()
        for _ in range(len(self._light) + len(self._heavy)):
            waiting = self._light or self._heavy
            if not waiting or self._spent > _SECONDS_OF_ALL:
                break
            connection = next(iter(waiting))
            del waiting[connection]
            self._let(connection)
        if self._light or self._heavy:
            self._call()

    def _let(self, connection: Waiting) -> None:
        try:
            connection.take_turn()
        except Exception as error:
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a connection could not be read", "exception": error})
            connection.abort()
