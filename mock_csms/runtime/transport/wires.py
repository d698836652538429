"""Reads the sockets of all connections of a listener with one epoll in the loop of asyncio, at half the cost.

asyncio makes a handle and runs a context for each socket that can be read. Here it only learns that some sockets can be
read, and one call reads all of them. `Wire` is a transport like that of asyncio: it calls the same methods of its
protocol in the same order and at the same moments, except that it calls `connection_made` at once. All protocols here
share one buffer. On systems without epoll, the transports of asyncio are used (`acceptor.py`).
"""

import asyncio
import select
import socket
from collections.abc import Callable
from typing import Any, Protocol

_IN, _OUT = select.EPOLLIN, select.EPOLLOUT
_MOST_READY = 1024
"""How many sockets are handled in one turn of the loop; the others are reported again in the next one."""
_HIGH, _LOW = 64 * 1024, 16 * 1024
"""The protocol pauses at more unsent bytes than the first number, and continues at the second number or fewer."""


class Turn(Protocol):
    """Called before and after all reads of one turn of the loop."""

    def begin_turn(self) -> None:
        """Collect the bytes to send from now on."""

    def end_turn(self) -> None:
        """Write the collected bytes."""


class Wires:
    """The open connections; received bytes are read into `buffer`."""

    def __init__(self, buffer: memoryview, turn: Turn) -> None:
        self.loop = asyncio.get_running_loop()
        self.poll = select.epoll()
        self.by_descriptor: dict[int, Wire] = {}
        """The connections that epoll may report."""
        self._buffer = buffer
        self._turn = turn
        self._is_closed = False
        self.loop.add_reader(self.poll.fileno(), self._read_all)

    def add(self, connection: socket.socket, factory: Callable[[], asyncio.BaseProtocol]) -> None:
        """Take over a non-blocking socket of a new connection."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Wire(self, connection).open(factory())

    def close(self) -> None:
        """Add no more connections; open ones stay until they end."""
        self._is_closed = True
        self.forget()

    def forget(self) -> None:
        """Close the epoll when no connection is left."""
        if self._is_closed and not self.by_descriptor and not self.poll.closed:
            self.loop.remove_reader(self.poll.fileno())
            self.poll.close()

    def _read_all(self) -> None:
        """Read and write what can be read and written now."""
        find, buffer = self.by_descriptor.get, self._buffer
        self._turn.begin_turn()
        try:
            for descriptor, events in self.poll.poll(0, _MOST_READY):
                wire = find(descriptor)
                if wire is None:  # an earlier event of this turn has closed it
                    continue
                try:
                    if events != _IN:
                        wire.take(events, buffer)
                    elif size := wire.receive_into(buffer):
                        wire.updated(size)
                    else:
                        wire.end_reading()
                except (BlockingIOError, InterruptedError):
                    continue
                except Exception as error:
                    wire.fail(error)
        finally:
            self._turn.end_turn()


class Wire(asyncio.Transport):
    """One connection."""

    __slots__ = (
        *("_descriptor", "_has_ended", "_is_closing", "_is_lost", "_is_paused", "_is_pausing_protocol", "_mask"),
        *("_protocol", "_send", "_socket", "_unsent", "_wires", "receive_into", "updated"),
    )

    def __init__(self, wires: Wires, connection: socket.socket) -> None:
        # The base class is not initialized: it only keeps what `get_extra_info` returns here.
        self._wires = wires
        self._socket = connection
        self._descriptor = connection.fileno()
        self._unsent = bytearray()
        self._mask = 0
        """The events that epoll watches; 0 if it does not watch the socket."""
        self._is_paused = False
        self._is_closing = False
        """Whether the connection ends once everything is sent."""
        self._has_ended = False
        """Whether our direction has ended, or will end, before the connection does."""
        self._is_lost = False
        self._is_pausing_protocol = False
        self.receive_into = connection.recv_into
        self._send = connection.send

    def open(self, protocol: asyncio.BaseProtocol) -> None:
        """Read for a protocol from now on."""
        self.set_protocol(protocol)
        protocol.connection_made(self)
        self._watch()

    def set_protocol(self, protocol: Any) -> None:
        """Let another protocol (a BufferedProtocol) handle the received bytes."""
        self._protocol = protocol
        self.updated: Callable[[int], None] = protocol.buffer_updated

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that handles the received bytes."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return the socket as `socket`, and the address of the peer as `peername`."""
        if name == "socket":
            return self._socket
        return self._socket.getpeername() if name == "peername" else default

    def _watch(self) -> None:
        """Let epoll watch the events that are needed now; if none are, the socket is not watched at all."""
        reads = not (self._is_paused or self._is_closing or self._is_lost)
        mask = (_IN if reads else 0) | (_OUT if self._unsent else 0)
        if mask == self._mask:
            return
        poll, wires = self._wires.poll, self._wires
        if not self._mask:
            wires.by_descriptor[self._descriptor] = self
            poll.register(self._descriptor, mask)
        elif mask:
            poll.modify(self._descriptor, mask)
        else:
            del wires.by_descriptor[self._descriptor]
            poll.unregister(self._descriptor)
            wires.forget()
        self._mask = mask

    # Reading.

    def take(self, events: int, buffer: memoryview) -> None:
        """Handle several events at once, or an unusual one. After an error, epoll also reports _OUT."""
        if events & _OUT:
            self._send_more()
        if events & ~_OUT and self._mask & _IN:
            size = self.receive_into(buffer)
            if size:
                self.updated(size)
            else:
                self.end_reading()

    def end_reading(self) -> None:
        """Handle that the peer sends no more bytes."""
        if self._protocol.eof_received():
            self.pause_reading()
        else:
            self.close()

    def pause_reading(self) -> None:
        """Stop reading until `resume_reading` is called."""
        self._is_paused = True
        self._watch()

    def resume_reading(self) -> None:
        """Read again."""
        self._is_paused = False
        self._watch()

    def is_reading(self) -> bool:
        """Whether the socket is read."""
        return bool(self._mask & _IN)

    # Writing.

    def write(self, data: Any) -> None:
        """Send as many bytes as possible now, and the others as soon as the peer takes them."""
        if self._has_ended:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._is_lost or not data:
            return
        if not self._unsent:
            try:
                sent = self._send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                self.lose(error)
                return
            if sent == len(data):
                return
            data = memoryview(data)[sent:]
        self._unsent += data
        self._watch()
        if len(self._unsent) > _HIGH and not self._is_pausing_protocol:
            self._is_pausing_protocol = True
            self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait for the peer."""
        return len(self._unsent)

    def _send_more(self) -> None:
        try:
            del self._unsent[: self._send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self.lose(error)
            return
        if self._is_pausing_protocol and len(self._unsent) <= _LOW:
            self._is_pausing_protocol = False
            self._protocol.resume_writing()
        if not self._unsent and not self._is_lost:
            self._watch()
            if self._is_closing:
                self._lose_soon(None)
            elif self._has_ended:
                self._socket.shutdown(socket.SHUT_WR)

    def can_write_eof(self) -> bool:
        """Return True, because our direction can end alone."""
        return True

    def write_eof(self) -> None:
        """End our direction once everything is sent."""
        if self._is_closing or self._has_ended:
            return
        self._has_ended = True
        if not self._unsent:
            self._socket.shutdown(socket.SHUT_WR)

    # Ending.

    def is_closing(self) -> bool:
        """Whether the connection is ending."""
        return self._is_closing

    def close(self) -> None:
        """Send the waiting bytes, then end the connection; read nothing more."""
        if not self._is_closing:
            self._is_closing = True
            self._watch()
            if not self._unsent:
                self._lose_soon(None)

    def abort(self) -> None:
        """End the connection at once."""
        self.lose(None)

    def fail(self, error: Exception) -> None:
        """End the connection at once because reading or handling what was read has failed."""
        if not isinstance(error, OSError):
            message = "Fatal error: protocol.buffer_updated() call failed."
            self._wires.loop.call_exception_handler({"message": message, "exception": error})
        self.lose(error)

    def lose(self, error: Exception | None) -> None:
        """End the connection at once, because of an error or without one."""
        if not self._is_lost:
            self._is_closing = True
            self._unsent.clear()
            self._lose_soon(error)

    def _lose_soon(self, error: Exception | None) -> None:
        """Report the end of the connection to the protocol in the next turn of the loop."""
        if not self._is_lost:
            self._is_lost = True
            self._watch()
            self._wires.loop.call_soon(self._end, error)

    def _end(self, error: Exception | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._socket.close()
