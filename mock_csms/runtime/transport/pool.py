"""What connections share, whichever side opened them, and their end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.gate import Limits

CLOSE_TIMEOUT = 1.0
"""How long a peer may take to answer our close frame, and to close its side of the connection, in seconds."""
STOP_TIMEOUT = 0.5
"""How long all peers together may take for that when the endpoint closes."""

_READ_SIZE = 256 * 1024
"""How much is read at once, in bytes; into one buffer, because a fresh one for every read costs as much as the rest."""

_GOODBYE = 0x88
_PASSING = frozenset((*b"H", _GOODBYE, 0x89, 0x8A))
"""The first bytes of what goes out while messages wait: HTTP and control frames, which may overtake (RFC 6455, 5.4)."""

_Written: TypeAlias = tuple[asyncio.WriteTransport, bytes]


class WriteBuffer:
    """What connections send in one turn of the loop: it is written at the end of the turn, after `write_ahead`.

    So all messages of a turn are handled before the peers that get the answers wake up and compete for the processor,
    and what must be on the disk before a peer sees its answer is written once for all answers of a turn. While that
    cannot be written, messages wait, and all else goes out: handshakes, plain HTTP, pongs and goodbyes.
    """

    def __init__(self, write_ahead: Callable[[], bool] | None) -> None:
        self._write_ahead = write_ahead
        self._waiting: list[_Written] = []
        self._kept: list[_Written] = []
        """The messages of earlier turns that wait for `write_ahead`."""
        self._cleared: asyncio.Event | None = None
        self.stops = 0
        """How often messages had to wait so far."""

    def add(self, connection: asyncio.WriteTransport, data: bytes) -> None:
        """Write `data` at the end of this turn."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.empty)
        self._waiting.append((connection, data))

    def empty(self) -> None:
        """Write now what waits."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            if self._write_ahead is not None and (not self._write_ahead() or self._kept):
                waiting = self._sorted_out(waiting)
            for connection, data in waiting:
                if not connection.is_closing():
                    connection.write(data)

    def go_on(self) -> None:
        """Write now also what was kept back."""
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
        """Keep messages back, and return the rest; what waits for a connection that says goodbye will not be sent."""
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


class Pool:
    """What connections share, and their end; `backpressure` says when they have to wait for the records of a run."""

    def __init__(self, limits: Limits, backpressure: Backpressure | None = None) -> None:
        self.limits = limits
        self.write_buffer = WriteBuffer(backpressure.write_ahead if backpressure else None)
        self.is_stopped = False
        """Whether no connection is read."""
        if backpressure is not None:
            backpressure.stop, backpressure.go_on = self._stop, self._go_on
        self.buffer = memoryview(bytearray(_READ_SIZE))
        self.transports: set[Transport] = set()
        self._emptied: asyncio.Event | None = None
        self.closing = Deadlines(CLOSE_TIMEOUT, Transport.abort)
        self.pings = Deadlines(limits.ping_interval, Transport.ping)
        self.pongs = Deadlines(limits.ping_timeout, Transport.miss_pong)

    def begin(self, transport: Transport) -> None:
        """Take up work with a connection that is open now."""
        if self.limits.ping_interval:
            self.pings.start(transport)
        if self.is_stopped:
            transport.hold()

    def _stop(self) -> None:
        """Read no more from any connection."""
        self.is_stopped = True
        for transport in self.transports:
            transport.hold()

    def _go_on(self) -> None:
        """Write what was kept back, and read on."""
        self.write_buffer.go_on()
        if self.is_stopped:
            self.is_stopped = False
            for transport in list(self.transports):
                transport.go_on()

    def forget(self, transport: Transport) -> None:
        """Hold nothing any more of a transport whose connection is gone."""
        self.transports.discard(transport)
        for deadlines in (self.closing, self.pings, self.pongs):
            deadlines.stop(transport)
        if self._emptied is not None and not self.transports:
            self._emptied.set()

    async def close(self, code: int, reason: str) -> None:
        """Close every connection; those that do not take part in the closing handshake are dropped."""
        self._emptied = asyncio.Event()
        if self.is_stopped:  # or nobody would hear of the end
            self._go_on()
        for transport in list(self.transports):
            transport.close(code, reason)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT if self.transports else 0):
                await self._emptied.wait()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0)  # asyncio tells of an abort in the next turn of the loop
