"""The server's side of a connection: who asks for it, what is decided, and its unmasked frames; what all share."""

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
"""How long the head of a request may take, in seconds."""

_SHORTEST = 6
"""How many bytes a masked frame has at least (RFC 6455, 5.2)."""
_FEW = range(4)
"""How many texts are handled without a look at the time where they were read at once and are short."""

_LONGEST_PATH = 1000
"""How long a path may be of which an identity is taken where nothing else of a request is sound."""


class Layer(Protocol):
    """TLS below one connection; `tls/layer.py` has it."""

    @property
    def socket(self) -> asyncio.Transport:
        """What the connection writes to."""

    def begin(self, data: bytes) -> None:
        """Take over the socket, and what came already."""

    def give_up(self, seconds: float) -> None:
        """End a handshake that took longer than so many seconds."""


class TlsSide(Protocol):
    """What speaks TLS; only a flag makes one."""

    def between(self, above: "Incoming", socket: asyncio.Transport, buffer: memoryview) -> Layer:
        """Return the layer between a connection and its socket."""


class Incoming(Transport):
    """A connection that a peer asks for."""

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
        """Tell of one that ends before it was decided about."""
        if self in self._pool.handshakes:
            self._tell_end("the connection ended before the request was complete")
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Wait no longer for the end of a request."""
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
        """Put TLS between the socket and this connection."""
        self._layer = tls.between(self, self._socket, self._pool.buffer)
        self._socket = self._layer.socket
        self._layer.begin(data)
        return b""

    def secured(self, agreement: Agreement | None) -> None:
        """Read the request next, or end where there is no TLS."""
        self._protocol.tls = agreement
        if agreement is None:
            self._pool.handshakes.stop(self)
            self._pool.closing.start(self)

    def await_tls(self, *, is_limited: bool) -> None:
        """Give up the TLS handshake if it takes too long, or let it take as long as it likes."""
        if is_limited:
            self._pool.handshakes.start(self)
        else:
            self._pool.handshakes.stop(self)

    # HTTP.

    def _read_head(self, data: bytes) -> bytes:
        """Decide about a head that has come whole, or is none; return what came behind it."""
        if self not in self._pool.handshakes:  # it is left without an answer, whatever it sends
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
        """Refuse what is no request; it is answered where it is HTTP."""
        visitor, verdict, response = self._protocol.turn_away(_visitor_of(bytes(self._pending)), oddity)
        self._pending = bytearray()
        if oddity.status:
            self._answer(visitor, verdict, response)
        else:
            self._pool.handshakes.stop(self)
            self._hang_up()

    def _answer(self, visitor: Visitor, verdict: Verdict, response: Response) -> None:
        """Do what was decided."""
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
        """End our side, whatever the library has read so far."""
        self._protocol.fail(1002)
        self._flush()

    def _open(self, visitor: Visitor, verdict: Verdict) -> None:
        if isinstance(verdict, SendAway):
            self.close(1002, "no common subprotocol")
        elif self._protocol.state is OPEN:
            self._begin(self._pool.gate.welcome(self, visitor, cast(str, self._protocol.subprotocol)))

    # Texts, the commonest frames by far.

    def _read_at_once(self, size: int) -> int:
        """Handle the first few texts of the `size` bytes that were read, as `_read_frame` does; return where they end.

        All else is left, from its first byte on.
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
        """Send a text in one frame, as `send` does; where nothing is in the way, with few calls."""
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
    """What all connections of one listener share; call it for the transport of the next one."""

    def __init__(self, gate: Gate, limits: Limits, backpressure: Backpressure | None = None) -> None:
        super().__init__(limits, backpressure)
        self.gate = gate
        self.extensions = enable_server_permessage_deflate(None) if limits.compression else None
        self.handshakes = Deadlines(HANDSHAKE_TIMEOUT, Incoming.give_up)
        self.tls: TlsSide | None = None
        """What speaks TLS with those who begin with it; None where the port serves only ws://."""

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
        """Hold nothing any more of a transport whose connection is gone."""
        self.handshakes.stop(cast(Incoming, transport))
        super().forget(transport)


def _visitor_of(data: bytes) -> Visitor:
    """Return who sent what is no whole request, as far as its first line tells."""
    head = heads.read(data)
    is_path = head is not None and head.target.startswith("/") and len(head.target) <= _LONGEST_PATH
    return Visitor(head.target if head and is_path else "", (), wants_websocket=False)
