"""A server of our own and sockets that connect to it, with TLS or without, for the tests of turns, pauses and ends."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mock_csms.protocol.tls import Agreement, Offer
from mock_csms.runtime.transport.tls.contexts import Chain, TlsSettings, context_of
from mock_csms.runtime.transport.tls.handling import Failure, Handling
from mock_csms.runtime.transport.tls.layer import Secured
from mock_csms.runtime.transport.tls.opening import Above
from mock_csms.runtime.transport.tls.watched import WatchingContext
from mock_csms.runtime.transport.turns import MESSAGES
from tests.pki import TlsPeer, folder, strict
from tests.runtime.peers import Ear, Ours, ours
from tests.wire import HANDSHAKE, masked

MANY = MESSAGES * 20
TEXTS = [b"%d" % number for number in range(MANY)]
PLAIN, TLS, TLS_LARGE = "plain TCP", "TLS", "TLS with large records"
"""What carries the WebSocket: TCP, TLS with a record for each message, or TLS with many messages in one record."""
LAYERS = (PLAIN, TLS, TLS_LARGE)
EACH_LAYER = pytest.mark.parametrize("layer", LAYERS)


class Side:
    """The server side of TLS, with valid certificates; it records how each handshake went."""

    def __init__(self) -> None:
        chain = Chain(str(folder() / "server-ec.pem"), str(folder() / "server-ec.key"))
        self.handling = Handling(context=WatchingContext(context_of(TlsSettings(chains=[chain]))))
        self.went: list[Offer | Agreement | Failure] = []

    def between(self, above: Above, socket_: asyncio.Transport, buffer: memoryview) -> Secured:
        """Return the TLS layer of a new connection."""
        return Secured(above, socket_, buffer, self)

    def offered(self, offer: Offer) -> Handling:
        """Record a ClientHello."""
        self.went.append(offer)
        return self.handling

    def agreed(self, agreement: Agreement, handling: Handling) -> Agreement:  # noqa: ARG002 - the gate's signature
        """Record a handshake that succeeded."""
        self.went.append(agreement)
        return agreement

    def failed(self, failure: Failure, handling: Handling | None) -> None:  # noqa: ARG002 - as above
        """Record a handshake or a connection that failed."""
        self.went.append(failure)


class PlainPeer:
    """A socket without TLS, with the methods of a `TlsPeer`."""

    def __init__(self, peer: socket.socket) -> None:
        self.socket = peer

    def encrypted(self, data: bytes) -> bytes:
        """Return the data unchanged."""
        return data

    def decrypted(self, data: bytes) -> bytes:
        """Return the data unchanged."""
        return data


Peer = PlainPeer | TlsPeer


@asynccontextmanager
async def secure() -> AsyncIterator[tuple[Ours, Side]]:
    """Listen with TLS; yield the server, and its side of TLS."""
    side = Side()
    async with ours(own_tls=side) as server:
        yield server, side


@asynccontextmanager
async def listening(layer: str) -> AsyncIterator[Ours]:
    """Listen with TLS, or without."""
    async with ours(own_tls=None if layer == PLAIN else Side()) as server:
        yield server


async def agreed(plain: socket.socket) -> TlsPeer:
    """Do the TLS handshake on a connected socket."""
    loop = asyncio.get_running_loop()
    peer = TlsPeer(plain, strict())
    while True:
        try:
            peer.tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            await loop.sock_sendall(plain, peer.outgoing.read())
            peer.incoming.write(await loop.sock_recv(plain, 1 << 16))
    await loop.sock_sendall(plain, peer.outgoing.read())
    return peer


@asynccontextmanager
async def connected(server: Ours, layer: str = PLAIN) -> AsyncIterator[tuple[Peer, Ear]]:
    """Open a WebSocket; yield its socket, and the Ear of the server."""
    loop = asyncio.get_running_loop()
    with socket.socket() as plain:
        plain.setblocking(False)
        host, port = server.url.removeprefix("ws://").split(":")
        await loop.sock_connect(plain, (host, int(port)))
        peer = PlainPeer(plain) if layer == PLAIN else await agreed(plain)
        await loop.sock_sendall(plain, peer.encrypted(f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".encode()))
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.decrypted(await loop.sock_recv(plain, 1 << 16))
        yield peer, server.ears[-1]


@asynccontextmanager
async def connected_with_tls(server: Ours) -> AsyncIterator[tuple[TlsPeer, Ear]]:
    """Open a WebSocket over TLS; yield its socket, and the Ear of the server."""
    async with connected(server, TLS) as (peer, ear):
        assert isinstance(peer, TlsPeer)
        yield peer, ear


def heard(ear: Ear) -> list[bytes]:
    """Return all received texts that this function has not returned before."""
    return [ear.heard.get_nowait()[0] for _ in range(ear.heard.qsize())]


async def all_of(ear: Ear, count: int) -> list[bytes]:
    """Wait for this many texts, and return them."""
    return [await ear.text() for _ in range(count)]


def wire(peer: Peer, layer: str = TLS) -> bytes:
    """Return all texts as the bytes that the socket sends."""
    frames = [masked(text) for text in TEXTS]
    return peer.encrypted(b"".join(frames)) if layer == TLS_LARGE else b"".join(map(peer.encrypted, frames))
