"""Accepts connections with and without TLS on the same sockets: the first byte of the client decides."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from socket import MSG_PEEK, socket

_TLS = b"\x16"
"""The content type of a TLS handshake (RFC 8446, 5.1)."""
_PATIENCE = 10.0
"""How many seconds a client may take until it has sent its first byte and completed its handshake."""
_RETRY = 0.5
"""How many seconds to wait while the process has no more file descriptors."""
_BACKLOG = 100
_MOST_WAITING = 256
"""How many clients may be in their handshake at the same time."""


class FirstByteAcceptor:
    """Accepts clients until it is closed; `make` makes the protocol of each, `failed` gets errors of handshakes."""

    def __init__(
        self,
        sockets: Sequence[socket],
        make: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext,
        failed: Callable[[Exception], None],
    ) -> None:
        self._make, self._tls, self._failed = make, tls, failed
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        for each in sockets:
            each.settimeout(0)
            each.listen(_BACKLOG)
        self._accepting = [self._loop.create_task(self._accept(each)) for each in sockets]

    async def close(self) -> None:
        """Accept no more clients, and drop those whose handshake is not complete."""
        tasks = [*self._accepting, *self._opening]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, listener: socket) -> None:
        while True:
            try:
                client, _ = await self._loop.sock_accept(listener)
            except OSError:
                await asyncio.sleep(_RETRY)
                continue
            if len(self._opening) >= _MOST_WAITING:
                client.close()
                continue
            task = self._loop.create_task(self._open(client))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, client: socket) -> None:
        """Wait for the first byte of a client, and give it the protocol, with TLS under it if it begins with TLS."""
        tls: ssl.SSLContext | None = None
        try:
            client.settimeout(0)
            async with asyncio.timeout(_PATIENCE):
                first = await self._first_byte(client)
            tls = self._tls if first == _TLS else None
            limit = {"ssl_handshake_timeout": _PATIENCE} if tls else {}
            await self._loop.connect_accepted_socket(self._make, client, ssl=tls, **limit)
        except (OSError, TimeoutError) as error:
            client.close()
            if tls is not None:
                self._failed(error)
        except asyncio.CancelledError:
            client.close()
            raise

    async def _first_byte(self, client: socket) -> bytes:
        """Return the first byte that a client sends, without consuming it; empty if the client has left."""
        while True:
            with suppress(BlockingIOError, InterruptedError):
                return client.recv(1, MSG_PEEK)
            ready = self._loop.create_future()
            self._loop.add_reader(client, ready.set_result, None)
            try:
                await ready
            finally:
                self._loop.remove_reader(client)
