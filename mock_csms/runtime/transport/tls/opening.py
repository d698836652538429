"""One TLS handshake of the mock, from the first byte of the station to success or failure.

The ClientHello is parsed before OpenSSL gets it, so that the mock can decide how to handle the client.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import ALERTS, Agreement, BadHello, Offer, hello_in
from mock_csms.runtime.transport.tls.handling import Failure, Handling, TlsGate
from mock_csms.runtime.transport.tls.reasons import BROKEN_OFF, LEFT, agreement_of, by_station, failure_of
from mock_csms.runtime.transport.turns import Turns

_PIECE = 64
"""The bytes in one piece of a slow handshake."""
_ALERT = 0x15
"""The content type of a record with an alert."""


class Above(Protocol):
    """The WebSocket above TLS. These methods are called by the handshake."""

    @property
    def turns(self) -> Turns:
        """The queue of connections that wait for their turn."""

    def buffer_updated(self, nbytes: int) -> None:
        """Handle `nbytes` bytes in the shared buffer."""

    def eof_received(self) -> None:
        """Handle the end of the peer's data."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""

    def pause_writing(self) -> None:
        """Handle that the peer does not read."""

    def resume_writing(self) -> None:
        """Handle that the peer reads again."""

    def reset(self) -> None:
        """Drop the connection with a TCP RST."""

    def secured(self, agreement: Agreement | None) -> None:
        """Continue after the handshake; if `agreement` is None, it failed and the connection must end."""

    def await_tls(self, *, is_limited: bool) -> None:
        """Set a time limit for the handshake, or remove it."""


class Opening:
    """One TLS handshake; `done` is called with the TLS object and the result."""

    def __init__(
        self, above: Above, socket: asyncio.Transport, gate: TlsGate, done: Callable[[Any, Agreement], None]
    ) -> None:
        self._above, self._socket, self._gate, self._done = above, socket, gate, done
        self.incoming: Any = None
        self.outgoing: Any = None
        self.is_over = False
        """Whether the handshake has failed; nothing more is read."""
        self.handling: Handling | None = None
        """How to handle the client; None before its ClientHello is complete."""
        self._waiting = bytearray()
        """What was received, and waits for its turn."""
        self._hello = bytearray()
        self._offer: Offer | None = None
        self._tls: Any = None
        self._slow = bytearray()
        """The rest of a slow handshake that is still to be sent."""

    def take(self, data: bytes) -> None:
        """Handle received bytes, after the messages of others that wait: a handshake costs as much as many of them."""
        self._waiting += data
        if self.is_over:
            return
        if self._above.turns.must_wait(is_heavy=True):
            self._socket.pause_reading()
            self._above.turns.add(self, is_heavy=True)
        else:
            self.take_turn()

    def take_turn(self) -> None:
        """Continue the handshake with the bytes that wait."""
        time = asyncio.get_running_loop().time
        begin, data = time(), bytes(self._waiting)
        self._waiting.clear()
        self._socket.resume_reading()
        self._go_on(data)
        self._above.turns.spend(time() - begin, least=0.0)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._socket.abort()

    def _go_on(self, data: bytes) -> None:
        if self.handling is None:
            self._read_hello(data)
        elif self._tls is not None:
            self.incoming.write(data)
            self._shake_hands()
        elif self.handling.server_hello and data[0] == _ALERT and len(data) >= 7:
            self._fail(by_station(ALERTS.get(data[6], f"alert {data[6]}")))
            self._leave()

    def lost(self) -> None:
        """Report that the connection was lost."""
        if not self.is_over:
            self._fail(Failure(reason=BROKEN_OFF if self._tls is None else LEFT))

    def give_up(self, seconds: float) -> None:
        """End the handshake, because it took longer than `seconds`."""
        if self.handling is not None and self.handling.server_hello:
            reason = f"the station did not refuse it within {seconds:g} s, and waits"
        elif self.handling is not None and self.handling.is_silent:
            reason = f"the station still waited after {seconds:g} s"
        else:
            reason = f"the TLS handshake was not complete after {seconds:g} s"
        self._fail(Failure(reason=reason))
        self._socket.abort()

    def _read_hello(self, data: bytes) -> None:
        """Decide how to handle the client, once its ClientHello is complete."""
        self._hello += data
        try:
            self._offer = hello_in(bytes(self._hello))
        except BadHello as error:
            self._fail(Failure(reason=str(error)))
            self._leave()
            return
        if self._offer is not None:
            self.handling = self._gate.offered(self._offer)
            self._handle(self.handling)

    def _handle(self, handling: Handling) -> None:
        """Start to handle the client as decided."""
        if handling.is_reset:
            self._fail(Failure(reason="the mock dropped the connection with a TCP RST"))
            self._above.reset()
        elif handling.server_hello:
            self._socket.write(handling.server_hello)
        elif handling.context is not None:
            if handling.pace:
                self._above.await_tls(is_limited=False)
            self.incoming, self.outgoing = handling.context.buffers()
            self._tls = handling.context.wrap(self.incoming, self.outgoing)
            self.incoming.write(self._hello)
            self._shake_hands()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send()
        except ssl.SSLError as error:
            self._send()
            self._fail(failure_of(error, self._tls))
            self._leave()
        else:
            self._finish()

    def _send(self) -> None:
        data = self.outgoing.read()
        if not self._pace:
            self._socket.write(data)
        else:
            self._slow += data
            if len(self._slow) == len(data):
                self._send_piece()

    @property
    def _pace(self) -> float:
        return self.handling.pace if self.handling else 0.0

    def _send_piece(self) -> None:
        """Send the next piece of a slow handshake, and plan the one after it."""
        self._socket.write(bytes(self._slow[:_PIECE]))
        del self._slow[:_PIECE]
        if self._slow and not self._socket.is_closing():
            asyncio.get_running_loop().call_later(self._pace, self._send_piece)

    def _finish(self) -> None:
        """Give the connection to the WebSocket. The rest of a slow handshake is sent at once."""
        assert self._offer is not None  # noqa: S101 - it was there before the handshake began
        assert self.handling is not None  # noqa: S101 - as above
        assert self.handling.context is not None  # noqa: S101 - as above
        self._socket.write(bytes(self._slow) + self.outgoing.read())
        self._slow.clear()
        agreement = agreement_of(self._tls, self._offer, self.handling.fault)
        self.handling.context.rest(self._tls)
        agreement = self._gate.agreed(agreement, self.handling)
        self._above.await_tls(is_limited=True)
        self._done(self._tls, agreement)

    def _fail(self, failure: Failure) -> None:
        """Report why the handshake failed."""
        self.is_over = True
        self._above.turns.discard(self)
        self._gate.failed(replace(failure, offer=self._offer), self.handling)
        self._above.secured(None)

    def _leave(self) -> None:
        """End this direction only, so that the peer can read the alert before it ends its own."""
        if not self._socket.is_closing():
            with suppress(OSError):
                self._socket.write_eof()
