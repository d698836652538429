"""An event loop with virtual time: sockets on the loopback are real, and hours take no time.

Time moves only when nothing is left to do: no callback is ready, no socket has data to read, and no bytes are between
two sockets. Then time jumps to the next timer. So nothing depends on the speed of the machine, and each run is the
same.
"""

import asyncio
import selectors
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

from mock_csms.runtime import clock

PATIENCE = 20.0
"""How long the kernel may take to deliver bytes, in real seconds."""

NOW = 1_700_000_000.0
"""When the tests of `in_virtual_time` begin, in seconds since 1970."""

P = ParamSpec("P")


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time is `now`, in virtual seconds since it was made."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ends: dict[Any, _End] = {}
        """All connected sockets, by their own address and that of the other end, and by the number of their file."""
        self.has_written = False
        """Whether bytes may be in transit between sockets."""
        self.idle: asyncio.Future[None] | None = None
        """The tasks that wait until nothing is left to do at this moment."""
        super().__init__(_Selector(self))

    def time(self) -> float:
        """Return the virtual time, which timers use."""
        return self.now

    async def settle(self) -> None:
        """Wait until nothing is left to do at the current virtual time."""
        self.idle = self.create_future()
        await self.idle

    def _make_socket_transport(self, sock: socket.socket, *args: Any, **more: Any) -> asyncio.Transport:
        """Let asyncio use a socket that counts its bytes."""
        counted = _End(sock.family, sock.type, sock.proto, sock.detach())
        counted.join(self)
        made: asyncio.Transport = super()._make_socket_transport(counted, *args, **more)  # type: ignore[misc] # asyncio's own
        return made

    def _make_ssl_transport(self, sock: socket.socket, *args: Any, **more: Any) -> asyncio.Transport:
        """The same, for a client with TLS."""
        counted = _End(sock.family, sock.type, sock.proto, sock.detach())
        counted.join(self)
        made: asyncio.Transport = super()._make_ssl_transport(counted, *args, **more)  # type: ignore[misc] # as above
        return made


class _End(socket.socket):
    """One end of a connection, which counts its bytes."""

    sent = received = 0
    is_ended = has_seen_end = False

    def join(self, loop: Loop) -> None:
        """Register, so that the other end finds it."""
        self.setblocking(False)
        self._loop, self._name = loop, (self.getsockname(), self.getpeername())
        loop.ends[self._name] = loop.ends[self.fileno()] = self

    def is_waiting(self) -> bool:
        """Whether bytes are on their way to this end."""
        other = self._loop.ends.get(self._name[::-1])
        if other is None:  # the other end is not accepted yet, or closed
            return not self.has_seen_end
        return other.sent > self.received or (other.is_ended and not self.has_seen_end)

    def send(self, data: Any, *args: Any) -> int:
        """Count the bytes sent."""
        return self._wrote(super().send(data, *args))

    def sendmsg(self, *args: Any) -> int:
        """Count the bytes sent."""
        return self._wrote(super().sendmsg(*args))

    def _wrote(self, size: int) -> int:
        self._loop.has_written = True
        self.sent += size
        return size

    def recv(self, *args: Any) -> bytes:
        """Count the bytes received."""
        data = super().recv(*args)
        self._count(len(data))
        return data

    def recv_into(self, *args: Any) -> int:
        """Count the bytes received."""
        size = super().recv_into(*args)
        self._count(size)
        return size

    def _count(self, size: int) -> None:
        self.received += size
        self.has_seen_end |= not size

    def shutdown(self, how: int) -> None:
        """Record that this end sends no more."""
        self._loop.has_written = self.is_ended = True
        super().shutdown(how)

    def close(self) -> None:
        """Unregister."""
        if self._loop.ends.pop(self.fileno(), None) is not None:
            self._loop.has_written = True
            del self._loop.ends[self._name]
        super().close()


class _Selector(selectors.DefaultSelector):
    """Checks the sockets, and lets virtual time jump when none has data."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return the files that can be read or written; waits in real time only for the kernel."""
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self._loop.has_written:
            self._loop.has_written = any(map(self._is_under_way, self.get_map().values()))
            if self._loop.has_written and (found := super().select(PATIENCE)):
                return found
        if self._loop.idle is not None:
            idle, self._loop.idle = self._loop.idle, None
            idle.set_result(None)
        elif timeout is None:
            raise RuntimeError("nobody will ever do anything again")
        else:
            self._loop.now += timeout
        return []

    def register(self, *args: Any) -> selectors.SelectorKey:
        """Record that a client may be connecting."""
        self._loop.has_written = True
        return super().register(*args)

    def _is_under_way(self, key: selectors.SelectorKey) -> bool:
        """Whether the kernel has not yet delivered bytes to a socket, or connected it."""
        end = self._loop.ends.get(key.fd)
        if end is None:
            return bool(key.events & selectors.EVENT_WRITE)
        return bool(key.events & selectors.EVENT_READ) and end.is_waiting()


@contextmanager
def virtual_time(loop: Loop, begin: float) -> Iterator[None]:
    """Let `clock.now()` return the virtual time of the loop, beginning at this time."""
    real, clock.now = clock.now, lambda: begin + loop.now
    try:
        yield
    finally:
        clock.now = real


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Return the test as a function that runs it in a loop with virtual time."""

    @wraps(test)
    def run(*args: P.args, **more: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=Loop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, Loop)
            with virtual_time(loop, NOW):
                runner.run(test(*args, **more))

    return run
