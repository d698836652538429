"""The server side of a connection: its request, the decision about it, and its unmasked frames."""

import asyncio
import select
from typing import TYPE_CHECKING, Protocol, cast

from websockets.extensions.permessage_deflate import enable_server_permessage_deflate
from websockets.frames import apply_mask  # type: ignore[attr-defined] # in C where it can be
from websockets.http11 import Response
from websockets.protocol import OPEN

from mock_csms.behavior.admission import Hang, SendAway, SlamDoor, Verdict
from mock_csms.protocol.tls import HANDSHAKE, Agreement
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.transport import frames, heads
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.deadlines import Deadlines
from mock_csms.runtime.transport.gate import Gate
from mock_csms.runtime.transport.handshake import Handshake
from mock_csms.runtime.transport.limits import Limits
from mock_csms.runtime.transport.pool import Member, Pool
from mock_csms.runtime.transport.receiver import Receiver

if TYPE_CHECKING:
    from mock_csms.runtime.transport.wires import Wires

HANDSHAKE_TIMEOUT = 10.0
"""How many seconds a client may take to send the head of its request."""

_SHORTEST = 6
"""The least length of a masked frame in bytes (RFC 6455, 5.2)."""
_FEW = range(4)
"""The number of short texts, read in one piece, that are handled before the clock is read."""

_LONGEST_PATH = 1000
"""The longest path from which an identity is taken, if nothing else in a request is valid."""


class Layer(Protocol):
    """The TLS layer of one connection; `tls/layer.py` implements it."""

    @property
    def socket(self) -> asyncio.Transport:
        """The transport to which the connection writes."""

    def begin(self, data: bytes) -> None:
        """Take over the socket; `data` was received already."""

    def give_up(self, seconds: float) -> None:
        """End the handshake, because it took longer than `seconds`."""


class TlsSide(Protocol):
    """The TLS side of the port; exists only with a flag for TLS."""

    def between(self, above: "Incoming", socket: asyncio.Transport, buffer: memoryview) -> Layer:
        """Return the layer between a connection and its socket."""


class Incoming(Transport):
    """A connection that a client has opened."""

    __slots__ = ("_layer",)

    _pool: "Endpoint"
    _protocol: Handshake
    _receiver: Receiver
    peer_masks = True

    def __init__(self, endpoint: "Endpoint") -> None:
        self._layer: Layer | None = None
        super().__init__(endpoint, Handshake(endpoint.gate, endpoint.extensions, endpoint.limits.max_message_size))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._pool.handshakes.start(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Report a connection that ends before it was decided about."""
        if self in self._pool.handshakes:
            self._tell_end("the connection ended before the request was complete")
        super().connection_lost(exc)

    def give_up(self) -> None:
        """End the wait for a complete request."""
        if self._layer is not None and self._protocol.tls is None:
            self._layer.give_up(HANDSHAKE_TIMEOUT)
        elif self._pending:
            problem = f"the request was not complete after {HANDSHAKE_TIMEOUT:g} s: {bytes(self._pending[:60])!r}"
            self._turn_away(heads.Oddity(problem, 408))
        else:
            self._tell_end("")
            self.abort()

    def _tell_end(self, reason: str) -> None:
        visitor = _visitor_of(bytes(self._pending))
        self._pool.gate.lost(reason if self._pending else "a client connected and sent nothing", visitor)

    # TLS.

    def _secure(self, tls: "TlsSide", data: bytes) -> bytes:
        """Put TLS between the socket and this connection; TLS takes all of `data`."""
        self._layer = tls.between(self, self._socket, self._pool.buffer)
        self._socket = self._layer.socket
        self._layer.begin(data)
        return b""

    def secured(self, agreement: Agreement | None) -> None:
        """Read the HTTP request next; end the connection if the handshake failed."""
        self._protocol.tls = agreement
        if agreement is None:
            self._pool.handshakes.stop(self)
            self._pool.closing.start(self)

    def await_tls(self, *, is_limited: bool) -> None:
        """Set a time limit for the TLS handshake, or remove it."""
        if is_limited:
            self._pool.handshakes.start(self)
        else:
            self._pool.handshakes.stop(self)

    # HTTP.

    def _read_head(self, data: bytes) -> bytes:
        """Decide about a complete head, or about bytes that are not one; return the bytes after it."""
        if self not in self._pool.handshakes:  # it gets no answer, whatever it sends
            return b""
        if self._pool.tls is not None and self._layer is None and data[0] == HANDSHAKE and not self._pending:
            return self._secure(self._pool.tls, data)
        tail = len(self._pending)
        self._pending += data
        end = heads.end_of(bytes(self._pending), max(0, tail - 3))
        head = bytes(self._pending[:end] if end else self._pending)
        oddity = heads.oddity_of(head)
        if oddity is not None:
            self._turn_away(oddity)
            return b""
        if not end:
            return b""
        rest, self._pending = bytes(self._pending[end:]), bytearray()
        judgement = self._protocol.judge(head)
        if judgement is not None:
            self._answer(*judgement)
        return rest

    def _turn_away(self, oddity: heads.Oddity) -> None:
        """Refuse something that is not a request; if it is HTTP, it gets an answer."""
        visitor, verdict, response = self._protocol.turn_away(_visitor_of(bytes(self._pending)), oddity)
        self._pending = bytearray()
        if oddity.status:
            self._answer(visitor, verdict, response)
        else:
            self._pool.handshakes.stop(self)
            self._hang_up()

    def _answer(self, visitor: Visitor, verdict: Verdict, response: Response) -> None:
        """Perform a verdict."""
        self._pool.handshakes.stop(self)
        if isinstance(verdict, SlamDoor):
            self.reset()
        elif isinstance(verdict, Hang):
            return
        elif response.status_code != 101:
            self._write(response.serialize())
            self._hang_up()
        else:
            self._protocol.send_response(response)
            self._flush()
            self._protocol.read_frames()
            self._open(visitor, verdict)

    def _hang_up(self) -> None:
        """End our direction, even if the library has not read everything."""
        self._protocol.fail(1002)
        self._flush()

    def _open(self, visitor: Visitor, verdict: Verdict) -> None:
        if isinstance(verdict, SendAway):
            self.close(1002, "no common subprotocol")
        elif self._protocol.state is OPEN:
            self._begin(self._pool.gate.welcome(self, visitor, cast(str, self._protocol.subprotocol)))

    # Text messages, by far the most common frames.

    def _read_at_once(self, size: int) -> int:
        """Handle the first few text messages in the `size` bytes that were read, and return where they end.

        The result is the same as with `_read_frame`. Anything else is left for it, from its first byte on.
        """
        if not self._has_short_way or self._protocol.current_size is not None:
            return super()._read_at_once(size)
        data, start, most = self._pool.raw, 0, self._pool.limits.max_message_size
        for _ in _FEW:
            if size - start < _SHORTEST or data[start] != frames.FIN_TEXT:
                break
            length, key = data[start + 1] - frames.MASKED, start + 2
            if length == 126:
                length, key = data[key] << 8 | data[key + 1], key + 2
            elif length == 127:
                break
            end = key + 4 + length
            if end > size or not 0 <= length <= most:
                break
            text = apply_mask(data[key + 4 : end], data[key : key + 4])
            if text.isascii():
                self._receiver.receive(text, binary=False)
            else:
                self._deliver(text, binary=False)
            start = end
            if start == size or not self._has_short_way or self._pauses:
                break
        return start

    def send_text(self, text: bytes) -> bool:
        """Send a text in one frame; the result is that of `send`. In the ordinary case it needs few calls."""
        if not self._has_short_way or self._pauses:
            return self.send(text)
        size = len(text)
        header = frames.SHORT[size] if size < 126 else frames.text_header(size)
        self._pool.write_buffer.add(self._socket, header + text)
        return True

    def _frame_text(self, text: bytes) -> bytes:
        """Return the bytes of a text message in one frame."""
        return frames.text_header(len(text)) + text


class Endpoint(Pool):
    """The resources that all connections of one listener share.

    Calling it returns the transport for a new connection.
    """

    def __init__(self, gate: Gate, limits: Limits, backpressure: Backpressure | None = None) -> None:
        super().__init__(limits, backpressure)
        self.gate = gate
        self.extensions = enable_server_permessage_deflate(None) if limits.compression else None
        self.handshakes = Deadlines(HANDSHAKE_TIMEOUT, Incoming.give_up)
        self.tls: TlsSide | None = None
        """The TLS side of the port; None if the port accepts only ws://."""

        self._wires: Wires | None = None

    def __call__(self) -> Transport:
        return Incoming(self)

    def wires(self) -> "Wires | None":
        """Return what reads and writes the sockets; None where asyncio does that.

        A loop of another kind may do more with its sockets, such as count their bytes, and so keeps them.
        """
        is_usual = hasattr(select, "epoll") and type(asyncio.get_running_loop()) is asyncio.SelectorEventLoop
        if self._wires is None and self.limits.has_shortcuts and is_usual:
            from mock_csms.runtime.transport.wires import Wires  # noqa: PLC0415 - Linux only

            self._wires = Wires(self.buffer, self.write_buffer)
        return self._wires

    async def close(self, code: int, reason: str) -> None:
        """Close every connection; those that do not take part in the closing handshake are dropped."""
        await super().close(code, reason)
        if self._wires is not None:
            self._wires.close()
            self._wires = None

    def forget(self, transport: Member) -> None:
        """Drop everything about a transport whose connection has ended."""
        self.handshakes.stop(cast(Incoming, transport))
        super().forget(transport)


def _visitor_of(data: bytes) -> Visitor:
    """Return the sender of an incomplete request, as far as its first line shows it."""
    head = heads.read(data)
    is_path = head is not None and head.target.startswith("/") and len(head.target) <= _LONGEST_PATH
    return Visitor(head.target if head and is_path else "", (), wants_websocket=False)
