"""What connections share, whichever side opened them, and their end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.limits import Limits

CLOSE_TIMEOUT = 1.0
"""How long a peer may take to answer our close frame, and to close its side of the connection, in seconds."""
STOP_TIMEOUT = 0.5
"""How long all peers together may take for that when the endpoint closes."""

_READ_SIZE = 256 * 1024
"""How much is read at once, in bytes; into one buffer, because a fresh one for every read costs as much as the rest."""


class WriteBuffer:
    """What connections send in one turn of the loop: it is written at the end of the turn, after `write_ahead`.

    So all messages of a turn are handled before the peers that get the answers wake up and compete for the processor,
    and what must be on the disk before a peer sees its answer is written once for all answers of a turn.
    """

    def __init__(self, write_ahead: Callable[[], None] | None) -> None:
        self._write_ahead = write_ahead
        self._waiting: list[tuple[asyncio.WriteTransport, bytes]] = []

    def add(self, connection: asyncio.WriteTransport, data: bytes) -> None:
        """Write `data` at the end of this turn."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.empty)
        self._waiting.append((connection, data))

    def empty(self) -> None:
        """Write now what waits."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            if self._write_ahead is not None:
                self._write_ahead()
            for connection, data in waiting:
                if not connection.is_closing():
                    connection.write(data)


class Member(Protocol):
    """A connection, as far as those that share something with it need to know it; `connection` has the class."""

    def close(self, code: int, reason: str = "") -> None:
        """Start the closing handshake."""

    def abort(self) -> None:
        """Drop the connection at once."""

    def ping(self) -> None:
        """Send a ping."""

    def miss_pong(self) -> None:
        """Give up a peer that did not answer a ping."""


class Pool:
    """What connections share, and their end; where something must be written before they send, `write_ahead` does."""

    def __init__(self, limits: Limits, write_ahead: Callable[[], None] | None = None) -> None:
        self.limits = limits
        self.write_buffer = WriteBuffer(write_ahead)
        self.buffer = memoryview(bytearray(_READ_SIZE))
        self.transports: set[Member] = set()
        self._emptied: asyncio.Event | None = None
        self.closing = Deadlines[Member](CLOSE_TIMEOUT, lambda member: member.abort())
        self.pings = Deadlines[Member](limits.ping_interval, lambda member: member.ping())
        self.pongs = Deadlines[Member](limits.ping_timeout, lambda member: member.miss_pong())

    def forget(self, transport: Member) -> None:
        """Hold nothing any more of a transport whose connection is gone."""
        self.transports.discard(transport)
        for deadlines in (self.closing, self.pings, self.pongs):
            deadlines.stop(transport)
        if self._emptied is not None and not self.transports:
            self._emptied.set()

    async def close(self, code: int, reason: str) -> None:
        """Close every connection; those that do not take part in the closing handshake are dropped."""
        self._emptied = asyncio.Event()
        for transport in list(self.transports):
            transport.close(code, reason)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT if self.transports else 0):
                await self._emptied.wait()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0)  # asyncio tells of an abort in the next turn of the loop
