"""Hostile stations of further kinds: what they do costs others nothing, and shows no fault of the mock."""

import asyncio
import signal
import socket
import struct

from tests.raw import logged, until
from tests.wire import Mock


async def test_who_is_gone_before_its_connection_is_ended_shows_no_fault_of_the_mock() -> None:
    """A client that sends what is no HTTP and resets the connection at once is told of, without an internal error."""
    async with Mock() as mock:
        async with mock.tcp() as client:
            await client.write(b"\x16")
            await asyncio.sleep(0)
        await until(logged(mock, "a TLS client hello"))
        async with mock.tcp() as client:
            mock.process.send_signal(signal.SIGSTOP)
            raw = client.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await client.write(b"SSH-2.0\r\n")
            client.writer.transport.abort()
            await asyncio.sleep(0.05)  # for the kernel
            mock.process.send_signal(signal.SIGCONT)
            await until(logged(mock, "an SSH client"))
        async with mock.station() as station:
            await station.call("Heartbeat")
        assert "internal error" not in mock.log
