"""Turns: a connection that has sent more than one turn allows gets its next turn after the others."""

import asyncio
from collections.abc import Callable
from typing import Protocol

MESSAGES, BYTES, SECONDS = 64, 64 * 1024, 0.002
"""How much of one connection is handled in one turn of the loop: so many frames, bytes or seconds."""

_SECONDS_OF_ALL = 0.005
"""How long those that send much may be handled in one turn of the loop: then the sockets are looked at again."""
_LONG, _LEFT_OUT = 0.02, 5
"""After more than so many seconds, so many turns of the loop are left to the others: an answer may take several."""
LITTLE = 0.001
"""What takes not even so many seconds is not counted."""


class Waiting(Protocol):
    """A connection with a rest of what it has read."""

    def take_turn(self) -> None:
        """Handle a part of the rest."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Turns:
    """The connections that wait for their next turn, in the order in which they began to wait.

    Those that have not used up a turn yet come before the others; `write` writes what was answered before them.
    """

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._light: dict[Waiting, None] = {}
        self._heavy: dict[Waiting, None] = {}
        self._is_called = False
        self._spent = 0.0
        """For how many seconds connections were handled in this turn of the loop."""

    def must_wait(self, *, is_heavy: bool) -> bool:
        """Whether it is not the turn of a connection that has something to be handled."""
        return self._spent > _SECONDS_OF_ALL or (is_heavy and bool(self._light or self._heavy))

    def add(self, connection: Waiting, *, is_heavy: bool) -> None:
        """Let a connection have a turn after those that wait already."""
        (self._heavy if is_heavy else self._light).setdefault(connection)
        self._call()

    def discard(self, connection: Waiting) -> None:
        """Let a connection wait no longer."""
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
        """Give each connection one turn at most, until the time is over; go on in the next turn of the loop."""
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
