"""Collects the bytes that all connections send in one turn of the loop, and writes them at its end."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

_GOODBYE = 0x88
_PASSING = frozenset((*b"H", _GOODBYE, 0x89, 0x8A))
"""The first bytes of HTTP and of control frames, which may overtake waiting messages (RFC 6455, 5.4)."""

_Written: TypeAlias = tuple[asyncio.WriteTransport, bytes]


class WriteBuffer:
    """The bytes that connections send in one turn of the loop. They are written at its end, after `write_ahead`.

    So all messages of a turn are handled before the peers wake up and compete for the processor. Records that must be
    on the disk before a peer sees its answer are written once for all answers of a turn. While they cannot be written,
    messages wait; handshakes, plain HTTP, pongs and close frames do not.
    """

    def __init__(self, write_ahead: Callable[[], bool] | None) -> None:
        self._write_ahead = write_ahead
        self._waiting: list[_Written] = []
        self._kept: list[_Written] = []
        """The messages of earlier turns that wait for `write_ahead`."""
        self._cleared: asyncio.Event | None = None
        self.size = 0
        """How many bytes will be written at the end of this turn."""
        self._is_in_turn = False
        """Whether `end_turn` will be called."""
        self.stops = 0
        """How often messages had to wait so far."""

    def add(self, connection: asyncio.WriteTransport, data: bytes) -> None:
        """Write `data` at the end of this turn."""
        if not self._waiting and not self._is_in_turn:
            asyncio.get_running_loop().call_soon(self.empty)
        self._waiting.append((connection, data))
        self.size += len(data)

    def begin_turn(self) -> None:
        """Collect all bytes until `end_turn` is called."""
        self._is_in_turn = True

    def end_turn(self) -> None:
        """Write the collected bytes."""
        self._is_in_turn = False
        self.empty()

    def empty(self) -> None:
        """Write the collected bytes now."""
        if self._waiting:
            waiting, self._waiting, self.size = self._waiting, [], 0
            if self._write_ahead is not None and (not self._write_ahead() or self._kept):
                waiting = self._sorted_out(waiting)
            for connection, data in waiting:
                if not connection.is_closing():
                    connection.write(data)

    def go_on(self) -> None:
        """Write also the messages that were kept back."""
        kept, self._kept = self._kept, []
        self._waiting[:0] = kept
        self.empty()
        if not self._kept and self._cleared is not None:
            self._cleared.set()
            self._cleared = None

    @property
    def keeps_any(self) -> bool:
        """Whether messages are kept back."""
        return bool(self._kept)

    async def clear(self) -> None:
        """Wait until no message is kept back."""
        while self._kept:
            self._cleared = self._cleared or asyncio.Event()
            await self._cleared.wait()

    def _sorted_out(self, waiting: list[_Written]) -> list[_Written]:
        """Keep messages back, and return the other bytes. A close frame drops the kept messages of its connection."""
        self.stops += not self._kept
        passing = []
        for connection, data in waiting:
            if data[0] not in _PASSING:
                self._kept.append((connection, data))
                continue
            passing.append((connection, data))
            if data[0] == _GOODBYE:
                self._kept = [each for each in self._kept if each[0] is not connection]
        return passing
