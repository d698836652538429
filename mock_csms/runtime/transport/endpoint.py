"""What all connections of one listener share, and their end."""

import asyncio
from contextlib import suppress

from websockets.extensions.permessage_deflate import enable_server_permessage_deflate

from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.gate import Gate, Limits

HANDSHAKE_TIMEOUT = 10.0
CLOSE_TIMEOUT = 1.0
"""How long a peer may take to answer our close frame, and to close its side of the connection, in seconds."""
STOP_TIMEOUT = 0.5
"""How long all peers together may take for that when the endpoint closes."""

_READ_SIZE = 256 * 1024
"""How much is read at once, in bytes; into one buffer, because a fresh one for every read costs as much as the rest."""


class Endpoint:
    """What all connections of one listener share; call it for the transport of the next one."""

    def __init__(self, gate: Gate, limits: Limits) -> None:
        self.gate = gate
        self.limits = limits
        self.extensions = enable_server_permessage_deflate(None) if limits.compression else None
        self.buffer = memoryview(bytearray(_READ_SIZE))
        self.transports: set[Transport] = set()
        self._emptied: asyncio.Event | None = None
        self.handshakes = Deadlines(HANDSHAKE_TIMEOUT, Transport.abort)
        self.closing = Deadlines(CLOSE_TIMEOUT, Transport.abort)
        self.pings = Deadlines(limits.ping_interval, Transport.ping)
        self.pongs = Deadlines(limits.ping_timeout, Transport.miss_pong)

    def __call__(self) -> Transport:
        return Transport(self)

    def forget(self, transport: Transport) -> None:
        """Hold nothing any more of a transport whose connection is gone."""
        self.transports.discard(transport)
        for deadlines in (self.handshakes, self.closing, self.pings, self.pongs):
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
