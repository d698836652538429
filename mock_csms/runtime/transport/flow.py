"""Decides when a connection is read, handled and written, so that no peer can block others or fill the memory.

Received bytes are handled in turns (`turns`). While a connection waits for anything, it is not read, and the kernel
stops the peer. So at most one buffer of input, and the answers to it, wait for one connection.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Protocol

from websockets.protocol import CONNECTING, OPEN
from websockets.protocol import Protocol as WebSocket

from mock_csms.protocol.records import Mutable
from mock_csms.runtime.transport.turns import BYTES, MESSAGES, SECONDS, Turns
from mock_csms.runtime.transport.write_buffer import WriteBuffer

_REST, _CLOGGED, _STALLED, _BUSY, _UNRECORDED = 1, 2, 4, 8, 16
"""Reasons not to read: bytes wait for a turn, the peer does not read, a fault, the receiver is busy, records wait."""

_QUICK = 4096
"""If at most so many bytes were read, and they are one or a few frames, they are handled before the clock is read."""

_MOST_UNWRITTEN = 64 * 1024
"""How many bytes may wait until the end of a turn of the loop."""

MOST_UNREAD = 1024 * 1024
"""How many bytes may wait for a peer that does not read."""
PATIENCE = 30.0
"""How many seconds a peer may read nothing before its connection is ended."""


class _Clog(Mutable):
    """The bytes that wait for a peer, and since when it has read none of them."""

    size: int
    since: float


class Shared(Protocol):
    """The resources that connections share."""

    raw: bytearray
    """The memory for the bytes of one read, whichever connection it is for."""
    buffer: memoryview
    """The same memory, in the type that asyncio wants."""
    turns: Turns
    write_buffer: WriteBuffer


class Flow(asyncio.BufferedProtocol, ABC):
    """Decides when one connection is read, handled and written."""

    __slots__ = (
        *("_clog", "_has_short_way", "_held", "_is_heavy", "_lost"),
        *("_pauses", "_pending", "_pool", "_protocol", "_socket"),
    )

    _socket: asyncio.Transport

    def __init__(self, pool: Shared, protocol: WebSocket) -> None:
        self._pool = pool
        self._protocol = protocol
        self._pending = bytearray()
        self._pauses = 0
        self._is_heavy = False
        """Whether its last turn was not enough; if so, its next bytes wait behind those of other connections."""
        self._has_short_way = False
        """Whether text messages may take the shortcut: the connection is open, without compression."""
        self._clog: _Clog | None = None
        self._held: list[bytes] | None = None
        self._lost: tuple[Exception | None] | None = None
        """Why the connection was lost, while earlier bytes are still to be handled; None otherwise."""

    # Different kinds of connections implement these.

    @abstractmethod
    def _read_frame(self, data: bytes | bytearray, start: int) -> int:
        """Handle the frame at `start` of `data`, and return where it ends; 0 if it is not complete."""

    @abstractmethod
    def _read_opening(self, data: bytes) -> bytes:
        """Continue the opening handshake, and return the bytes after it when the connection is open."""

    @abstractmethod
    def _finish(self, exc: Exception | None) -> None:
        """Report the end of the connection, after all received bytes were handled."""

    @abstractmethod
    def abort(self) -> None:
        """Drop the connection at once."""

    @abstractmethod
    def _leave(self, unread: int, seconds: float) -> None:
        """End the connection of a peer that reads nothing; `unread` bytes have waited for `seconds`."""

    # Reading.

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return the buffer that all connections share. Its bytes are handled before the next connection reads."""
        return self._pool.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Handle received bytes at once, or let them wait if this connection has used up its share."""
        try:
            is_quick = nbytes <= _QUICK and not (self._pending or self._is_heavy or self._pauses)
            end = self._read_at_once(nbytes) if is_quick else 0
            if end < nbytes:
                self._take_rest(bytes(self._pool.buffer[end:nbytes]))
        except OSError as error:  # asyncio reads an empty buffer as the end of the connection
            raise RuntimeError(f"what came could not be read: {error!r}") from error

    def _read_at_once(self, size: int) -> int:
        """Handle the first frame in the `size` bytes that were read, if it is complete; return where it ends."""
        if self._protocol.state is CONNECTING or self._protocol.extensions:
            return 0
        return self._read_frame(bytes(self._pool.buffer[:size]), 0)

    def _take_rest(self, data: bytes) -> None:
        """Handle the received bytes, or keep them until there is a turn."""
        if self._protocol.state is CONNECTING:
            data = self._read_opening(data)
        if data and not self._socket.is_closing():
            self._pending += data
            self._take_part()

    def _take_part(self) -> None:
        """Handle the first part of the waiting bytes, unless it is the turn of another connection."""
        if self._pool.turns.must_wait(is_heavy=self._is_heavy):
            self._pause(_REST)
            self._await_turn()
        else:
            self.take_turn()

    def take_turn(self) -> None:
        """Handle the waiting bytes until the turn is used up; read again when at most a part of a frame is left."""
        time = asyncio.get_running_loop().time
        end = (begin := time()) + SECONDS
        position = frames = 0
        is_done = False
        while not (self._pauses & ~_REST or is_done or frames == MESSAGES or position > BYTES or time() > end):
            frame_end = self._read_frame(self._pending, position)
            if self._pool.write_buffer.size > _MOST_UNWRITTEN:
                self._send_out()  # the write shows whether the peer reads
            is_done = not frame_end or frame_end >= len(self._pending)
            position, frames = frame_end or position, frames + 1
        del self._pending[:position]
        self._pool.turns.spend((now := time()) - begin)
        self._is_heavy = not is_done or now > end
        if is_done:
            self._resume(_REST)
            if self._lost is not None:
                self._finish(*self._lost)
        else:
            self._pause(_REST)
            if self._pauses == _REST:
                self._await_turn()

    def _await_turn(self) -> None:
        self._pool.turns.add(self, is_heavy=self._is_heavy)

    def eof_received(self) -> None:
        """Handle the end of the peer's data; asyncio then closes the connection."""
        if not self._pauses & _REST:  # with TLS this is called although reading is paused
            self._protocol.receive_eof()
            self._flush()

    @abstractmethod
    def _flush(self) -> None:
        """Do what the library asks for: write, and end our direction."""

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection, after earlier bytes were handled. Nothing can be answered any more."""
        if self._pauses & _REST and self._protocol.state is OPEN:
            self._lost, self._pauses = (exc,), _REST
            self._await_turn()
        else:
            self._finish(exc)

    def _drop_rest(self) -> None:
        """Drop the bytes that are not handled yet, because the connection ends at once."""
        if self._protocol.state is not CONNECTING:
            self._pending.clear()
            self._pauses &= ~_REST
            self._pool.turns.discard(self)

    @property
    def _is_behind(self) -> bool:
        """Whether bytes from the peer may have waited for long, which is not the fault of the peer."""
        return bool(self._pauses & (_REST | _BUSY | _UNRECORDED)) and not self._pauses & _CLOGGED

    # Pausing.

    def _pause(self, reason: int) -> None:
        """Stop reading, for one more reason."""
        if not self._pauses:
            self._socket.pause_reading()
        self._pauses |= reason

    def _resume(self, reason: int) -> None:
        """Read again, unless another reason forbids it. Waiting bytes are handled first."""
        if not self._pauses & reason:
            return
        self._pauses &= ~reason
        if self._pauses == _REST:
            self._await_turn()
        elif not self._pauses:
            self._socket.resume_reading()

    def pause_reading(self) -> None:
        """Stop reading until `resume_reading` is called, because the receiver is busy."""
        self._pause(_BUSY)

    def resume_reading(self) -> None:
        """Read again."""
        self._resume(_BUSY)

    def hold(self) -> None:
        """Stop reading until `go_on` is called, because too many records wait for their reader."""
        if self._protocol.state is OPEN:
            self._pause(_UNRECORDED)

    def go_on(self) -> None:
        """Read again."""
        self._resume(_UNRECORDED)

    def pause_writing(self) -> None:
        """Stop reading from a peer that does not read our answers, so that they do not pile up."""
        self._clog = _Clog(self._socket.get_write_buffer_size(), asyncio.get_running_loop().time())
        self._pause(_CLOGGED)

    def resume_writing(self) -> None:
        """Read again."""
        self._clog = None
        self._resume(_CLOGGED)

    def _freeze(self, seconds: float) -> bool:
        """Stop reading and writing for so many seconds; return False if that is not possible now."""
        if self._held is not None or self._protocol.state is not OPEN or self._lost is not None:
            return False
        self._held = []
        self._pause(_STALLED)
        asyncio.get_running_loop().call_later(seconds, self._thaw)
        return True

    def _thaw(self) -> None:
        held, self._held = self._held or [], None
        if not self._socket.is_closing():
            for data in held:
                self._write(data)
            self._resume(_STALLED)

    # Writing.

    @property
    def write_buffer(self) -> WriteBuffer:
        """The bytes that are written at the end of this turn of the loop, or after the trace was written."""
        return self._pool.write_buffer

    @property
    def turns(self) -> Turns:
        """The queue of connections that wait for a turn."""
        return self._pool.turns

    def _write(self, data: bytes) -> None:
        if self._held is not None:
            self._held.append(data)
            return
        if self._clog is not None:
            self._clog.size += len(data)
        self._pool.write_buffer.add(self._socket, data)

    def _send_out(self) -> None:
        """Write now the bytes that wait for the end of the turn."""
        self._pool.write_buffer.empty()

    def _can_write(self) -> bool:
        """Whether more bytes may be written although the connection is not read now.

        A peer that reads nothing is dropped.
        """
        if self._lost is not None:
            return False
        if self._clog is None:
            return True
        self._send_out()
        size, now = self._socket.get_write_buffer_size(), asyncio.get_running_loop().time()
        clog = self._clog or _Clog(size, now)  # waiting bytes may have been written now
        if size < clog.size:
            clog.size, clog.since = size, now
        if size <= MOST_UNREAD or now - clog.since <= PATIENCE:
            return True
        self._leave(size, now - clog.since)
        return False
