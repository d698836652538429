"""The client's side of a connection: what it asks for, what the server says to that, and its masked frames."""

import asyncio
import os
from collections.abc import Callable
from typing import TypeAlias

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import apply_mask  # type: ignore[attr-defined] # in C where it can be
from websockets.http11 import Request
from websockets.protocol import OPEN

from mock_csms.runtime.transport import frames
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.pool import Pool
from mock_csms.runtime.transport.receiver import Receiver

Welcome: TypeAlias = Callable[[Transport, str], Receiver]
"""Returns who gets what comes over a connection that has just opened with that subprotocol."""


class CannotConnect(Exception):
    """There is no connection. The text gives the reason in one line, `status` is the HTTP status of the server's

    answer.
    `refused` says which part of the server's TLS was refused (`trust.refusal_of`); empty for another reason.
    """

    def __init__(self, reason: str, status: int | None = None, refused: str = "") -> None:
        super().__init__(" ".join(reason.split()))
        self.status = status
        self.refused = refused


class Outgoing(Transport):
    """A connection that we ask for; `opened` is done when it is open, or raises CannotConnect or OSError."""

    __slots__ = ("_request", "_welcome", "opened")

    _protocol: ClientProtocol
    peer_masks = False

    def __init__(self, pool: Pool, protocol: ClientProtocol, request: Request, welcome: Welcome) -> None:
        super().__init__(pool, protocol)
        self._request = request
        self._welcome = welcome
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        super().connection_made(transport)
        self._protocol.send_request(self._request)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report that there is no connection, if the handshake was not complete."""
        super().connection_lost(exc)
        self._give_up(exc or self._protocol.handshake_exc)

    def _read_head(self, data: bytes) -> bytes:
        """Give the head of the handshake to the library, and return the bytes after it."""
        tail = len(self._pending)
        self._pending += data
        found = self._pending.find(b"\r\n\r\n")
        head = len(data) if found < 0 else found + 4 - tail
        self._pending = bytearray() if found >= 0 else self._pending[-3:]
        self._protocol.receive_data(data[:head])
        self._protocol.events_received()
        self._answer()
        self._flush()
        return data[head:]

    def _answer(self) -> None:
        """Begin if the server has agreed to the handshake and a subprotocol; otherwise report the reason."""
        protocol = self._protocol
        if protocol.handshake_exc is not None:
            self._give_up(protocol.handshake_exc)
        elif protocol.state is OPEN:
            if protocol.subprotocol is None:
                self._settle(CannotConnect("the server selected no subprotocol"))
                self.close(1002, "no common subprotocol")
            else:
                self._start(protocol.subprotocol)

    def _start(self, subprotocol: str) -> None:
        """Begin to read; an error of the receiver goes to the caller that waits for the connection."""
        try:
            self._begin(self._welcome(self, subprotocol))
        except Exception as error:
            self._settle(error)
        else:
            self._settle(None)

    def _give_up(self, error: Exception | None) -> None:
        """Say why there is no connection; what the network says (an OSError) is the dialer's to put into words."""
        cause = error and error.__cause__
        if isinstance(error, InvalidStatus):
            status = error.response.status_code
            self._settle(CannotConnect(f"{status} {error.response.reason_phrase}", status))
        elif isinstance(error, OSError):
            self._settle(error)
        else:
            self._settle(CannotConnect(f"{error}: {cause}" if cause else str(error)))

    def _settle(self, error: Exception | None) -> None:
        if self.opened.done():
            return
        if error is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(error)

    def _frame_text(self, text: bytes) -> bytes:
        """Return the bytes of a text message in one frame, with a fresh mask (RFC 6455, 5.3)."""
        key = os.urandom(4)
        return frames.text_header(len(text), frames.MASKED) + key + apply_mask(text, key)
