"""Accepts connections, a few in each turn of the loop, and waits while the system has no room for more."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_csms.runtime.transport.wires import Wires

_BACKLOG = 4096
"""How many connections the kernel keeps for us to accept."""
_AT_ONCE = 16
"""How many connections are accepted in one turn of the loop."""
_RETRY = 1.0
"""How many seconds to wait while the system has no room."""
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor:
    """Accepts connections at a bound socket; `factory` makes the protocol of each.

    `wires` reads and writes the sockets; if it is None, asyncio does. If no connection can be accepted, `failed` is
    called with the reason; it is called again only after a connection was accepted.
    """

    def __init__(
        self,
        listener: socket.socket,
        factory: Callable[[], asyncio.BaseProtocol],
        failed: Callable[[str], None],
        wires: "Wires | None" = None,
    ) -> None:
        self._wires = wires
        self._listener = listener
        self._factory = factory
        self._failed = failed
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._has_failed = False

    async def open(self) -> None:
        """Listen, and accept from now on."""
        self._listener.listen(_BACKLOG)
        self._listener.settimeout(0)
        try:
            self._begin()
        except NotImplementedError:  # Windows
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._factory, sock=self._listener, backlog=_BACKLOG)

    def close(self) -> None:
        """Stop listening."""
        for task in self._opening:
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._server is not None:
            self._server.close()
        else:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()

    def _begin(self) -> None:
        self._timer = None
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                self._wait(error)
                return
            self._has_failed = False
            connection.settimeout(0)
            if self._wires is not None:
                self._take(connection, self._wires)
                continue
            task = asyncio.get_running_loop().create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _take(self, connection: socket.socket, wires: "Wires") -> None:
        try:
            wires.add(connection, self._factory)
        except OSError:  # the client has left already
            connection.close()

    async def _open(self, connection: socket.socket) -> None:
        with suppress(OSError):  # the client has left already
            await asyncio.get_running_loop().connect_accepted_socket(self._factory, connection)

    def _wait(self, error: OSError) -> None:
        """Pause accepting for a while; otherwise the loop would report the same socket again and again."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._timer = loop.call_later(_RETRY, self._begin)
        if not self._has_failed:
            self._has_failed = True
            reason = os.strerror(error.errno or 0)
            self._failed(f"no more connections can be accepted: {reason}; trying again every {_RETRY:g} s")
