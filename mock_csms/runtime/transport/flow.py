"""When a connection is read, handled and written, so that no peer keeps the mock from the others, or fills its memory.

What was read is handled in turns (`turns`). While a connection waits for anything, it is not read; the kernel then
stops the peer. So what waits here for one connection is at most one buffer of input and what that is answered with.
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
"""Why a connection is not read: a rest waits for its turn, the peer does not read, a fault, the receiver is busy, too
many records wait."""

_QUICK = 4096
"""If at most so many bytes were read, and they are one or a few frames, they are handled before the clock is read."""

_MOST_UNWRITTEN = 64 * 1024
"""How many bytes may wait for the end of a turn of the loop."""

MOST_UNREAD = 1024 * 1024
"""How many bytes may wait for a peer that reads nothing."""
PATIENCE = 30.0
"""How long such a peer may read nothing, in seconds, before its connection is given up."""


class _Clog(Mutable):
    """How many bytes waited for the peer when they were last looked at, and since when it has taken none of them."""

    size: int
    since: float


class Shared(Protocol):
    """What connections share."""

    raw: bytearray
    """What is read at once, of whichever connection."""
    buffer: memoryview
    """The same memory, in the type that asyncio wants."""
    turns: Turns
    write_buffer: WriteBuffer


class Flow(asyncio.BufferedProtocol, ABC):
    """When one connection is read, handled and written."""

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
        """Whether its last turn was not enough: what it sends next waits behind the others that wait."""
        self._has_short_way = False
        """Whether text messages may take the shortcut: the connection is open, without compression."""
        self._clog: _Clog | None = None
        self._held: list[bytes] | None = None
        self._lost: tuple[Exception | None] | None = None
        """Why the connection was lost, while a rest that came before is still to be handled."""

    # What the kinds of connections do.

    @abstractmethod
    def _read_frame(self, data: bytes | bytearray, start: int) -> int:
        """Handle the frame at `start` of `data` and return where it ends; 0 when it has not come whole yet."""

    @abstractmethod
    def _read_opening(self, data: bytes) -> bytes:
        """Go on with the opening handshake, and return what came behind it once the connection is open."""

    @abstractmethod
    def _finish(self, exc: Exception | None) -> None:
        """Tell that the connection is gone, now that all that came is handled."""

    @abstractmethod
    def abort(self) -> None:
        """Drop the connection at once."""

    @abstractmethod
    def _leave(self, unread: int, seconds: float) -> None:
        """End the connection of a peer that has read nothing for so long, with so many bytes waiting for it."""

    # Reading.

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Lend asyncio the buffer that all connections share: what it holds is taken before the next one reads."""
        return self._pool.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came: handle it at once, or let it wait where this connection sends more than its share."""
        try:
            is_quick = nbytes <= _QUICK and not (self._pending or self._is_heavy or self._pauses)
            end = self._read_at_once(nbytes) if is_quick else 0
            if end < nbytes:
                self._take_rest(bytes(self._pool.buffer[end:nbytes]))
        except OSError as error:  # asyncio takes one for the end of the connection, and tells nobody
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
        """Handle the first part of what waits, unless it is the turn of others."""
        if self._pool.turns.must_wait(is_heavy=self._is_heavy):
            self._pause(_REST)
            self._await_turn()
        else:
            self.take_turn()

    def take_turn(self) -> None:
        """Handle what waits, as far as one turn allows; read on when nothing is left but half a frame."""
        time = asyncio.get_running_loop().time
        end = (begin := time()) + SECONDS
        position = frames = 0
        is_done = False
        while not (self._pauses & ~_REST or is_done or frames == MESSAGES or position > BYTES or time() > end):
            frame_end = self._read_frame(self._pending, position)
            if self._pool.write_buffer.size > _MOST_UNWRITTEN:
                self._send_out()  # and learn whether the peer reads it
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
        """Learn that the peer sends no more; asyncio closes the connection."""
        if not self._pauses & _REST:  # over TLS this comes although reading is paused
            self._protocol.receive_eof()
            self._flush()

    @abstractmethod
    def _flush(self) -> None:
        """Do what the library wants: write, and end our side."""

    def connection_lost(self, exc: Exception | None) -> None:
        """End, after what came before the end is handled; nothing can be answered any more."""
        if self._pauses & _REST and self._protocol.state is OPEN:
            self._lost, self._pauses = (exc,), _REST
            self._await_turn()
        else:
            self._finish(exc)

    def _drop_rest(self) -> None:
        """Forget what came and is not handled yet: the connection is to end at once."""
        if self._protocol.state is not CONNECTING:
            self._pending.clear()
            self._pauses &= ~_REST
            self._pool.turns.discard(self)

    @property
    def _is_behind(self) -> bool:
        """Whether the peer may have sent something long ago that is not handled yet, which is not its fault."""
        return bool(self._pauses & (_REST | _BUSY | _UNRECORDED)) and not self._pauses & _CLOGGED

    # Pausing.

    def _pause(self, reason: int) -> None:
        """Read no more, for one more reason."""
        if not self._pauses:
            self._socket.pause_reading()
        self._pauses |= reason

    def _resume(self, reason: int) -> None:
        """Read on, unless there is another reason not to; first comes the rest of what was read."""
        if not self._pauses & reason:
            return
        self._pauses &= ~reason
        if self._pauses == _REST:
            self._await_turn()
        elif not self._pauses:
            self._socket.resume_reading()

    def pause_reading(self) -> None:
        """Read no more until `resume_reading` is called: the receiver has enough to do."""
        self._pause(_BUSY)

    def resume_reading(self) -> None:
        """Read on."""
        self._resume(_BUSY)

    def hold(self) -> None:
        """Read no more messages until `go_on` is called: too many records wait for their reader."""
        if self._protocol.state is OPEN:
            self._pause(_UNRECORDED)

    def go_on(self) -> None:
        """Read on."""
        self._resume(_UNRECORDED)

    def pause_writing(self) -> None:
        """Read no more from a peer that does not read our answers, so that they do not pile up."""
        self._clog = _Clog(self._socket.get_write_buffer_size(), asyncio.get_running_loop().time())
        self._pause(_CLOGGED)

    def resume_writing(self) -> None:
        """Read on."""
        self._clog = None
        self._resume(_CLOGGED)

    def _freeze(self, seconds: float) -> bool:
        """Neither read nor write for so many seconds; False where that cannot begin now."""
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
        """What is written at the end of this turn, or has to wait for the trace."""
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
        """Write now what waits for the end of the turn."""
        self._pool.write_buffer.empty()

    def _can_write(self) -> bool:
        """Whether more may be written to a connection that is not read now; a peer that takes nothing is given up."""
        if self._lost is not None:
            return False
        if self._clog is None:
            return True
        self._send_out()
        size, now = self._socket.get_write_buffer_size(), asyncio.get_running_loop().time()
        clog = self._clog or _Clog(size, now)  # what waited may have gone out now
        if size < clog.size:
            clog.size, clog.since = size, now
        if size <= MOST_UNREAD or now - clog.since <= PATIENCE:
            return True
        self._leave(size, now - clog.since)
        return False
