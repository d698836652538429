"""The server's side of a connection: who asks for it, what is decided, and its unmasked frames."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from websockets.http11 import Request
from websockets.protocol import OPEN, Event

from mock_csms.behavior.admission import Hang, SendAway, SlamDoor, Verdict, Visitor
from mock_csms.runtime.transport import frames
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.handshake import Handshake

if TYPE_CHECKING:
    from mock_csms.runtime.transport.endpoint import Endpoint


class Incoming(Transport):
    """A connection that a peer asks for."""

    __slots__ = ()

    _pool: "Endpoint"
    _protocol: Handshake
    peer_masks = True

    def __init__(self, endpoint: "Endpoint") -> None:
        super().__init__(endpoint, Handshake(endpoint.gate, endpoint.extensions, endpoint.limits.max_message_size))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._pool.handshakes.start(self)

    def _answer(self, heads: Sequence[Event]) -> None:
        """Decide about a request that has come, and tell of one that is none."""
        for request in heads:
            self._decide(cast(Request, request))
        if self._protocol.handshake_exc is not None and not heads:
            self._pool.gate.refused(str(self._protocol.handshake_exc))

    def _decide(self, request: Request) -> None:
        """Do what is decided about a request."""
        visitor, verdict, response = self._protocol.judge(request)
        if isinstance(verdict, SlamDoor):
            self.reset()
        elif isinstance(verdict, Hang):
            self._pool.handshakes.stop(self)
        else:
            self._protocol.send_response(response)
            self._flush()
            if self._protocol.state is OPEN:
                self._open(visitor, verdict)

    def _open(self, visitor: Visitor, verdict: Verdict) -> None:
        self._pool.handshakes.stop(self)
        if isinstance(verdict, SendAway):
            self.close(1002, "no common subprotocol")
        else:
            self._begin(self._pool.gate.welcome(self, visitor, cast(str, self._protocol.subprotocol)))

    def _frame_text(self, text: bytes) -> bytes:
        """Return the bytes of a text message in one frame."""
        return frames.text_header(len(text)) + text
