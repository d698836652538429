"""TLS between a socket and a WebSocket: asyncio sees a protocol, and the WebSocket sees a transport.

The WebSocket gets data in portions of the same size as without TLS, so that turns, back-pressure and limits work alike.
"""

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from mock_csms.protocol.tls import Agreement
from mock_csms.runtime.transport.tls.handling import Handling, TlsGate
from mock_csms.runtime.transport.tls.opening import Above, Opening
from mock_csms.runtime.transport.tls.reasons import failure_of

_RECORD = 2**14 + 2048
"""The greatest length of a record in bytes (RFC 5246, 6.2.3)."""


class Secured(asyncio.Transport, asyncio.BufferedProtocol):
    """One connection with TLS."""

    __slots__ = (
        *("_above", "_buffer", "_gate", "_handling", "_has_ended", "_incoming", "_is_over", "_is_paused", "_opening"),
        *("_outgoing", "_read", "_socket", "_tls", "_write"),
    )

    def __init__(self, above: Above, socket: asyncio.Transport, buffer: memoryview, gate: TlsGate) -> None:
        super().__init__()
        self._above, self._socket, self._buffer, self._gate = above, socket, buffer, gate
        self._opening: Opening | None = Opening(above, socket, gate, self._open)
        """The handshake; None after it has succeeded."""
        self._incoming: Any = None
        self._outgoing: Any = None
        self._handling: Handling | None = None
        self._tls: Any = None
        self._read: Any = None
        self._write: Any = None
        """The methods of the object of OpenSSL, without those of the `ssl` module around them."""
        self._is_paused = False
        """Whether the WebSocket has paused reading."""
        self._has_ended = False
        """Whether the peer has sent close_notify, or TLS has failed."""
        self._is_over = False
        """Whether the end was reported to the WebSocket, which gets no more data."""

    @property
    def socket(self) -> asyncio.Transport:
        """The transport to which the WebSocket writes."""
        return self

    # Called by asyncio.

    def begin(self, data: bytes) -> None:
        """Take over the socket; `data` was received already."""
        self._socket.set_protocol(self)
        if self._opening is not None:
            self._opening.take(data)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return the buffer that all connections share."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Handle received bytes."""
        if self._opening is not None:
            self._opening.take(bytes(self._buffer[:nbytes]))
        else:
            self._incoming.write(self._buffer[:nbytes])
            self._deliver()

    def eof_received(self) -> None:
        """Handle the end of TCP; the peer may not have sent close_notify."""
        if self._opening is None and not self._is_over:
            self._is_over = True
            self._above.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        if self._opening is not None:
            self._opening.lost()
        self._is_over = True
        self._above.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tell the WebSocket that the peer does not read."""
        self._above.pause_writing()

    def resume_writing(self) -> None:
        """Tell the WebSocket that the peer reads again."""
        self._above.resume_writing()

    # The handshake.

    def _open(self, tls: Any, agreement: Agreement) -> None:
        """Give the connection to the WebSocket after the handshake."""
        if self._opening is not None:
            self._handling = self._opening.handling
            self._incoming, self._outgoing = self._opening.incoming, self._opening.outgoing
        self._tls, self._opening = tls, None
        inner = getattr(tls, "_sslobj", tls)
        self._read, self._write = inner.read, inner.write
        self._above.secured(agreement)
        self._deliver()

    def give_up(self, seconds: float) -> None:
        """End a handshake that takes too long."""
        if self._opening is not None:
            self._opening.give_up(seconds)

    # Reading.

    def _deliver(self) -> None:
        """Decrypt the received bytes and give them to the WebSocket, until it pauses reading."""
        while not self._is_paused and not self._is_over:
            size = self._decrypt()
            if size:
                self._above.buffer_updated(size)
            if not self._incoming.pending:
                break
        if self._has_ended and not self._is_paused and not self._is_over:
            self._is_over = True
            self._above.eof_received()
            self.close()

    def _decrypt(self) -> int:
        """Decrypt into the shared buffer until it is full; return the number of bytes."""
        buffer, filled, most = self._buffer, 0, len(self._buffer) - _RECORD
        try:
            filled = size = self._read(most, buffer)
            while size and self._incoming.pending and filled < most:
                size = self._read(most, buffer[filled:])
                filled += size
        except ssl.SSLWantReadError:
            self._flush()  # OpenSSL itself answers some messages, such as a key update
            return filled
        except ssl.SSLZeroReturnError:
            size = 0
        except ssl.SSLError as error:
            self._break_off(error)
            return filled
        if not size:
            self._has_ended = True
            self._incoming.read()
        return filled

    def _break_off(self, error: ssl.SSLError) -> None:
        """End an open connection, because TLS has failed or the station has sent an alert."""
        self._gate.failed(failure_of(error, self._tls), self._handling)
        self._has_ended = True
        self._incoming.read()

    def pause_reading(self) -> None:
        """Give no data to the WebSocket until `resume_reading` is called."""
        self._is_paused = True
        self._socket.pause_reading()

    def resume_reading(self) -> None:
        """Give the received data to the WebSocket, and continue to read."""
        self._is_paused = False
        self._socket.resume_reading()
        if self._incoming.pending or self._has_ended:
            asyncio.get_running_loop().call_soon(self._deliver)

    # Writing.

    def write(self, data: Any) -> None:
        """Encrypt and send."""
        try:
            sent = self._write(data)
            while sent < len(data):
                sent += self._write(data[sent:])
        except ssl.SSLError:  # TLS has failed, and the connection is about to end
            self._socket.abort()
        else:
            self._socket.write(self._outgoing.read())

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._socket.write(self._outgoing.read())

    def _say_goodbye(self) -> None:
        """Send close_notify, without waiting for that of the peer."""
        if self._tls is not None:
            with suppress(ssl.SSLError):
                self._tls.unwrap()
            self._flush()

    def close(self) -> None:
        """Send the waiting data, then end the connection."""
        if not self._socket.is_closing():
            self._say_goodbye()
            self._socket.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._socket.abort()

    def can_write_eof(self) -> bool:
        """Whether this side can end its direction alone."""
        return True

    def write_eof(self) -> None:
        """End this direction: send close_notify, then end TCP."""
        self._say_goodbye()
        self._socket.write_eof()

    def is_closing(self) -> bool:
        """Whether the connection is ending."""
        return self._socket.is_closing()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait for the peer."""
        return self._socket.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return a property of the socket, as asyncio defines it."""
        return self._socket.get_extra_info(name, default)
