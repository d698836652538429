"""The resources that connections share, on either side; and how all connections end."""

import asyncio
from contextlib import suppress
from typing import Protocol

from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.limits import Limits
from mock_csms.runtime.transport.turns import Turns, Waiting
from mock_csms.runtime.transport.write_buffer import WriteBuffer

CLOSE_TIMEOUT = 1.0
"""How many seconds a peer may take to answer our close frame, and to close its side of the connection."""
STOP_TIMEOUT = 0.5
"""How many seconds all peers together may take for this when the endpoint closes."""

_READ_SIZE = 256 * 1024
"""The most bytes of one read. All reads use one buffer, because a new one for each would take as long as the rest."""


class Member(Waiting, Protocol):
    """The parts of a connection that the pool uses; the class is in `connection`."""

    def close(self, code: int, reason: str = "") -> None:
        """Start the closing handshake."""

    def ping(self) -> None:
        """Send a ping."""

    def miss_pong(self) -> None:
        """Close the connection of a peer that did not answer a ping."""

    def hold(self) -> None:
        """Stop reading until `go_on` is called."""

    def go_on(self) -> None:
        """Read again."""


class Pool:
    """The resources that connections share. `backpressure` decides when they have to wait for the records of a run."""

    def __init__(self, limits: Limits, backpressure: Backpressure | None = None) -> None:
        self.limits = limits
        self.write_buffer = WriteBuffer(backpressure.write_ahead if backpressure else None)
        self.turns = Turns(self.write_buffer.empty)
        self.is_stopped = False
        """Whether no connection is read."""
        if backpressure is not None:
            backpressure.stop, backpressure.go_on = self._stop, self._go_on
        self.raw = bytearray(_READ_SIZE)
        self.buffer = memoryview(self.raw)
        self.transports: set[Member] = set()
        self._emptied: asyncio.Event | None = None
        self.closing = Deadlines[Member](CLOSE_TIMEOUT, lambda member: member.abort())
        self.pings = Deadlines[Member](limits.ping_interval, lambda member: member.ping())
        self.pongs = Deadlines[Member](limits.ping_timeout, lambda member: member.miss_pong())

    def begin(self, transport: Member) -> None:
        """Add a connection that is open now."""
        if self.limits.ping_interval:
            self.pings.start(transport)
        if self.is_stopped:
            transport.hold()

    def _stop(self) -> None:
        """Stop reading from all connections."""
        self.is_stopped = True
        for transport in self.transports:
            transport.hold()

    def _go_on(self) -> None:
        """Write the waiting bytes, and read again."""
        self.write_buffer.go_on()
        if self.is_stopped:
            self.is_stopped = False
            for transport in list(self.transports):
                transport.go_on()

    def forget(self, transport: Member) -> None:
        """Drop everything about a transport whose connection has ended."""
        self.transports.discard(transport)
        self.turns.discard(transport)
        for deadlines in (self.closing, self.pings, self.pongs):
            deadlines.stop(transport)
        if self._emptied is not None and not self.transports:
            self._emptied.set()

    async def close(self, code: int, reason: str) -> None:
        """Close every connection. Those that do not take part in the closing handshake are dropped."""
        self._emptied = asyncio.Event()
        if self.is_stopped:  # otherwise nothing reports the end
            self._go_on()
        for transport in list(self.transports):
            transport.close(code, reason)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT if self.transports else 0):
                await self._emptied.wait()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0)  # asyncio reports an abort in the next turn of the loop
