"""One WebSocket of either side, from its first byte to its last; `endpoint` and `outgoing` open it.

Received bytes are split into whole frames here (`flow` decides when). The most common frame, an unfragmented text, goes
directly to the receiver. All other frames go through the library, which implements RFC 6455 completely. Texts are sent
by the same shortcut if no compression was agreed.
"""

import asyncio
import socket
import struct
from abc import abstractmethod
from typing import ClassVar, cast

from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode, apply_mask  # type: ignore[attr-defined] # in C where it can be
from websockets.protocol import CONNECTING, OPEN, Protocol

from mock_csms.runtime.transport import frames
from mock_csms.runtime.transport.breaches import NOT_UTF8, TOO_MANY_EMPTY, Breach, breach_of, grown_too_much
from mock_csms.runtime.transport.flow import Flow
from mock_csms.runtime.transport.limits import ALWAYS_ALLOWED
from mock_csms.runtime.transport.pool import Pool
from mock_csms.runtime.transport.receiver import Receiver

_MOST_EMPTY = 1000
"""How many frames of a message may be empty."""


class Transport(Flow):
    """One WebSocket, from its first byte to its last."""

    __slots__ = ("_binary", "_compressed", "_empty", "_fragments", "_receiver")

    peer_masks: ClassVar[bool]
    """Whether the peer masks its frames, as clients do and servers must not (RFC 6455, 5.1)."""

    _pool: Pool

    def __init__(self, pool: Pool, protocol: Protocol) -> None:
        super().__init__(pool, protocol)
        self._receiver: Receiver | None = None
        self._fragments = bytearray()
        self._empty = 0
        """The number of empty frames in the message that has begun."""
        self._compressed = 0
        """The number of bytes received for the message that has begun."""

    # Called by the mock.

    def send(self, text: bytes, *, binary: bool = False, parts: int = 1) -> bool:
        """Send a message in `parts` frames; return False if the connection is not open."""
        if self._protocol.state is not OPEN or (self._pauses and not self._can_write()):
            return False
        if self._protocol.extensions or binary or parts > 1:
            send = self._protocol.send_binary if binary else self._protocol.send_text
            size = -(-len(text) // parts)
            send(text[:size], fin=parts == 1)
            for part in range(1, parts):
                self._protocol.send_continuation(text[part * size : (part + 1) * size], fin=part == parts - 1)
            self._flush()
        else:
            self._write(self._frame_text(text))
        return True

    def send_text(self, text: bytes) -> bool:
        """Send a text in one frame; the result is that of `send`."""
        return self.send(text)

    def close(self, code: int, reason: str = "") -> None:
        """Start the closing handshake. If the peer does not finish it in time, drop the connection."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        elif self._protocol.state is CONNECTING:
            self.abort()

    def abort(self) -> None:
        """Drop the connection at once."""
        self._has_short_way = False
        self._drop_rest()
        self._send_out()
        self._socket.abort()

    def reset(self) -> None:
        """Drop the connection at once with a TCP RST."""
        self._has_short_way = False
        self._drop_rest()
        self._send_out()
        raw = self._socket.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.abort()

    def stall(self, seconds: float) -> None:
        """Stop reading and writing for so many seconds; messages sent meanwhile are written afterwards."""
        if self._freeze(seconds):
            self._pool.pongs.stop(self)

    def ping(self) -> None:
        """Send a ping, and wait for its pong with a time limit."""
        if self._protocol.state is OPEN:
            self._pool.pings.start(self)
            if self._held is None and self._can_write():
                self._protocol.send_ping(b"")
                self._flush()
                if self._pool.limits.ping_timeout:
                    self._pool.pongs.start(self)

    def miss_pong(self) -> None:
        """Close the connection of a peer that did not answer a ping (code 1011, as the `websockets` library does)."""
        seconds = self._pool.limits.ping_timeout
        if self._is_behind:  # the pong may be among the bytes that are not handled yet
            self._pool.pongs.start(self)
            return
        self._tell(Breach("RFC 6455 5.5.2", f"no pong came within {seconds:g} s", seconds))
        self._fail(1011, "no pong in time")

    def _leave(self, unread: int, seconds: float) -> None:
        """End the connection of a peer that reads nothing; `unread` bytes have waited for `seconds`."""
        problem = f"nothing that was sent was read for {seconds:.0f} s, and {unread} bytes wait"
        self._tell(Breach("RFC 6455 5.5.2", problem, seconds))
        self._fail(1011, "nothing is read")

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the pool."""
        self._socket = cast(asyncio.Transport, transport)
        self._pool.transports.add(self)

    def _finish(self, exc: Exception | None) -> None:
        """Report the end of the connection to the receiver, and leave the pool."""
        protocol = self._protocol
        protocol.receive_eof()
        self._has_short_way = False
        self._pool.forget(self)
        if self._receiver is not None:
            received, sent = protocol.close_rcvd, protocol.close_sent
            if received is not None:
                self._receiver.closed(received.code, received.reason)
            elif sent is not None:
                self._receiver.closed(1006, f"closed by the mock with {sent.code:d} {sent.reason}".rstrip())
            else:
                self._receiver.closed(1006, str(exc) if exc else "the connection ended without a close frame")

    # Different on the two sides.

    @abstractmethod
    def _frame_text(self, text: bytes) -> bytes:
        """Return the bytes of a text message in one frame."""

    # Reading.

    def _begin(self, receiver: Receiver) -> None:
        """Begin to read, because the connection is open now."""
        self._receiver = receiver
        is_uncompressed = not self._protocol.extensions and self._protocol.state is OPEN
        self._has_short_way = is_uncompressed and self._pool.limits.has_shortcuts
        self._pool.begin(self)

    def _read_opening(self, data: bytes) -> bytes:
        """Continue the opening handshake, and return the bytes after it when the connection is open."""
        while data and self._protocol.state is CONNECTING and not self._protocol.eof_sent:
            data = self._read_head(data)
        return b"" if self._protocol.state is CONNECTING else data

    @abstractmethod
    def _read_head(self, data: bytes) -> bytes:
        """Continue the opening handshake, and return the bytes after it."""

    def _read_frame(self, data: bytes | bytearray, start: int) -> int:
        """Read the frame at `start` of `data`, and return where it ends; 0 if it is not complete."""
        frame = frames.span(data, start)
        if frame is None:
            return 0
        if frame.end - frame.payload > self._pool.limits.max_message_size:
            self._protocol.max_message_size = self._pool.limits.max_message_size
            self._feed(data[start:])  # refused because of its header
            return len(data)
        if frame.end > len(data):
            return 0
        is_masked = frame.mask > 0
        if data[start] == frames.FIN_TEXT and is_masked is self.peer_masks and self._protocol.current_size is None:
            payload = data[frame.payload : frame.end]
            text = apply_mask(payload, data[frame.mask : frame.payload]) if is_masked else bytes(payload)
            self._deliver(text, binary=False)
        elif self._protocol.state is OPEN:
            if self._protocol.extensions and self._pool.limits.most_growth:
                self._limit_growth(data[start] & 0x0F, frame.end - frame.payload)
            self._feed(data[start : frame.end])
        elif data[start] & 0x0F == Opcode.CLOSE and self._protocol.close_rcvd is None:
            self._feed(data[start : frame.end])  # after our close frame, only that of the peer matters
        return frame.end

    def _deliver(self, data: bytes, *, binary: bool) -> None:
        """Give a whole message to the receiver, unless we are closing or its text is not UTF-8 (RFC 6455, 8.1)."""
        if self._receiver is None or self._protocol.state is not OPEN:
            return
        if binary or data.isascii() or frames.is_utf8(data):
            self._receiver.receive(data, binary=binary)
        else:
            self._tell(Breach(*NOT_UTF8))
            self._fail(1007, "the text is not UTF-8")

    def _feed(self, data: bytes | bytearray) -> None:
        """Give bytes to the library, and handle its frames; while the connection is open, `data` is one frame."""
        protocol = self._protocol
        was_open = protocol.state is OPEN
        if data[0] & 0x0F == Opcode.CLOSE:
            protocol.current_size = None  # a message may be incomplete at the end (5.4)
        protocol.receive_data(data)
        if was_open and protocol.parser_exc is not None:
            self._tell(self._breach(protocol.parser_exc, bytes(data[:2])))
        self._flush()
        for event in protocol.events_received():
            self._take(cast(Frame, event))

    def _limit_growth(self, opcode: int, size: int) -> None:
        """Let the library refuse a compressed message that becomes too long; a few bytes can expand to very many."""
        if opcode <= Opcode.BINARY:
            self._compressed = size if opcode else self._compressed + size
            most = max(ALWAYS_ALLOWED, self._pool.limits.most_growth * self._compressed)
            self._protocol.max_message_size = min(self._pool.limits.max_message_size, most)

    def _breach(self, error: Exception, frame: bytes) -> Breach | None:
        """Return how the peer has broken the protocol, if the library has failed the connection because of that."""
        most = self._protocol.max_message_size
        if isinstance(error, PayloadTooBig) and most is not None and most < self._pool.limits.max_message_size:
            return grown_too_much(self._compressed, most)
        return breach_of(error, frame)

    def _flush(self) -> None:
        """Do what the library asks for: write, and end our direction; then wait for the peer with a time limit."""
        if self._protocol.state is not OPEN:
            self._has_short_way = False
        for data in self._protocol.data_to_send():
            if data:
                self._write(data)
            else:
                self._end()
        if self._protocol.close_expected():
            self._pool.closing.start(self)

    def _tell(self, breach: Breach | None) -> None:
        """Report how the peer has broken the protocol, which ends the connection."""
        if breach is not None and self._receiver is not None and self._protocol.state is not CONNECTING:
            self._receiver.broke(breach)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG:
            self._pool.pongs.stop(self)
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._binary = frame.opcode is Opcode.BINARY
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._fragments += frame.data
            self._empty = 0 if frame.fin else self._empty + (not frame.data)
            if frame.fin:
                message, self._fragments = bytes(self._fragments), bytearray()
                self._deliver(message, binary=self._binary)
            elif self._empty > _MOST_EMPTY:
                self._tell(TOO_MANY_EMPTY)
                self._fail(1009, "too many empty frames")

    # Ending.

    def _fail(self, code: int, reason: str) -> None:
        """Fail the connection (RFC 6455, 7.1.7): send a close frame, and do not wait for that of the peer."""
        if self._protocol.state is OPEN:
            self._protocol.fail(code, reason)
            self._flush()

    def _end(self) -> None:
        """End our direction. If the peer has not sent a close frame, it may still read."""
        self._send_out()
        if self._protocol.close_rcvd is not None or not self._socket.can_write_eof():
            self._socket.close()
        elif not self._socket.is_closing():
            try:
                self._socket.write_eof()
            except OSError:  # the peer has closed it already
                self._socket.abort()
