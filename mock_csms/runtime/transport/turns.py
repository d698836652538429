"""Turns: a connection that has sent more than one turn allows gets its next turn after the others."""

import asyncio
from typing import Protocol

MESSAGES, BYTES, SECONDS = 64, 64 * 1024, 0.002
"""How much of one connection is handled in one turn of the loop: so many frames, bytes or seconds."""

_SECONDS_OF_ALL = 0.01
"""How long the connections that wait may be handled in one turn of the loop: then the sockets are looked at again."""


class Waiting(Protocol):
    """A connection with a rest of what it has read."""

    def take_turn(self) -> None:
        """Handle a part of the rest."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Turns:
    """The connections that wait for their next turn, in the order in which they began to wait."""

    def __init__(self) -> None:
        self._waiting: dict[Waiting, None] = {}
        self._is_called = False

    def __bool__(self) -> bool:
        """Whether any connection waits."""
        return bool(self._waiting)

    def add(self, connection: Waiting) -> None:
        """Let a connection have a turn after those that wait already."""
        self._waiting.setdefault(connection)
        self._call()

    def discard(self, connection: Waiting) -> None:
        """Let a connection wait no longer."""
        self._waiting.pop(connection, None)

    def _call(self) -> None:
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._go)

    def _go(self) -> None:
        """Give each connection one turn at most, until the time is over; go on in the next turn of the loop."""
        self._is_called = False
        loop = asyncio.get_running_loop()
        end = loop.time() + _SECONDS_OF_ALL
        for _ in range(len(self._waiting)):
            connection = next(iter(self._waiting), None)
            if connection is None or loop.time() > end:
                break
            del self._waiting[connection]
            try:
                connection.take_turn()
            except Exception as error:
                loop.call_exception_handler({"message": "a connection could not be read", "exception": error})
                connection.abort()
        if self._waiting:
            self._call()
