"""Turns, pauses and ends over TLS: the same as without it (test_flow.py)."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Opcode

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


class Side:
    """Our own TLS, with right certificates; it records how handshakes went."""

    def __init__(self) -> None:
        chain = Chain(str(folder() / "server-ec.pem"), str(folder() / "server-ec.key"))
        self.handling = Handling(context=WatchingContext(context_of(TlsSettings(chains=[chain]))))
        self.went: list[Offer | Agreement | Failure] = []

    def between(self, above: Above, socket_: asyncio.Transport, buffer: memoryview) -> Secured:
        """Return the layer of a connection."""
        return Secured(above, socket_, buffer, self)

    def offered(self, offer: Offer) -> Handling:
        """Record a ClientHello."""
        self.went.append(offer)
        return self.handling

    def agreed(self, agreement: Agreement, handling: Handling) -> Agreement:  # noqa: ARG002 - the gate's signature
        """Record a success."""
        self.went.append(agreement)
        return agreement

    def failed(self, failure: Failure, handling: Handling | None) -> None:  # noqa: ARG002 - as above
        """Record a failure."""
        self.went.append(failure)


@asynccontextmanager
async def secure() -> AsyncIterator[tuple[Ours, Side]]:
    """Listen with our own server side and TLS."""
    side = Side()
    async with ours(own_tls=side) as server:
        yield server, side


@asynccontextmanager
async def connected(server: Ours, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[TlsPeer, Ear]]:
    """Connect a socket with TLS, and return it and the ear at the server."""
    loop = asyncio.get_running_loop()
    with socket.socket() as plain:
        plain.setblocking(False)
        host, port = server.url.removeprefix("ws://").split(":")
        await loop.sock_connect(plain, (host, int(port)))
        peer = TlsPeer(plain, context or strict())
        while True:
            try:
                peer.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await loop.sock_sendall(plain, peer.outgoing.read())
                peer.incoming.write(await loop.sock_recv(plain, 1 << 16))
        hello = peer.outgoing.read() + peer.encrypted(f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        await loop.sock_sendall(plain, hello)
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.decrypted(await loop.sock_recv(plain, 1 << 16))
        yield peer, server.ears[-1]


def heard(ear: Ear) -> list[bytes]:
    """Return all that was heard so far and not asked for before."""
    return [ear.heard.get_nowait()[0] for _ in range(ear.heard.qsize())]


async def all_of(ear: Ear, count: int) -> list[bytes]:
    """Return so many texts."""
    return [await ear.text() for _ in range(count)]


def records(peer: TlsPeer, *, in_one: bool) -> bytes:
    """Return all texts in bytes of TLS: in few large records, or each in one of its own."""
    frames = [masked(text) for text in TEXTS]
    return peer.encrypted(b"".join(frames)) if in_one else b"".join(map(peer.encrypted, frames))


@pytest.mark.parametrize("in_one", [True, False])
async def test_turns_keep_the_order(in_one: bool) -> None:
    """Not all that came at once is heard at once, however it is cut into records, and all is heard as it was sent."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        peer.socket.sendall(records(peer, in_one=in_one))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first = heard(ear)
        assert len(first) <= MESSAGES
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


async def test_turns_go_round() -> None:
    """Of three that send much, none has more than two turns more than another."""
    async with secure() as (server, _), connected(server) as one, connected(server) as two, connected(server) as three:
        order: list[int] = []
        for number, (peer, ear) in enumerate((one, two, three)):
            ear.heard.put_nowait = lambda _, number=number: order.append(number)  # type: ignore[method-assign,misc] # notes
            peer.socket.sendall(records(peer, in_one=False))
        while len(order) < 3 * MANY:
            await asyncio.sleep(0)
            counts = [order.count(number) for number in range(3)]
            if max(counts) < MANY:
                assert max(counts) - min(counts) <= 2 * MESSAGES + 1


@pytest.mark.parametrize("how", ["FIN", "close_notify", "goodbye"])
async def test_the_end_comes_last(how: str) -> None:
    """What was read before the connection ended is heard before the end is told."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        data = records(peer, in_one=False)
        if how == "goodbye":
            data += peer.encrypted(masked((3001).to_bytes(2), Opcode.CLOSE))
        if how == "close_notify":
            with pytest.raises(ssl.SSLWantReadError):
                peer.tls.unwrap()
            data += peer.outgoing.read()
        peer.socket.sendall(data)
        await asyncio.sleep(0)
        if how == "FIN":
            peer.socket.close()
        assert await all_of(ear, MANY) == TEXTS
        assert (await ear.end())[0] == (3001 if how == "goodbye" else 1006)


async def test_a_rst_is_heard_of() -> None:
    """A TCP RST ends the connection, and nothing else is told about it."""
    async with secure() as (server, side), connected(server) as (peer, ear):
        peer.socket.sendall(peer.encrypted(masked(b"last")))
        assert await ear.text() == b"last"
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.socket.close()
        assert (await ear.end())[0] == 1006
        assert [type(each) for each in side.went] == [Offer, Agreement]


@pytest.mark.parametrize("how", ["close", "abort", "reset"])
async def test_our_end_comes_at_once(how: str) -> None:
    """What waits for its turn when we end the connection is not heard any more."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        peer.socket.sendall(records(peer, in_one=True) + peer.encrypted(masked((3001).to_bytes(2), Opcode.CLOSE)))
        while ear.heard.empty():
            await asyncio.sleep(0)
        assert len(heard(ear)) < MANY
        end = getattr(ear.transport, how)
        end(3001) if how == "close" else end()
        assert (await ear.end())[0] == (3001 if how == "close" else 1006)
        if how == "reset":
            with pytest.raises(ConnectionResetError):
                peer.socket.recv(1 << 16)


async def test_our_goodbye_is_one_of_tls_too() -> None:
    """Behind our close frame comes a close_notify: without one the peer could not tell an end from a cut."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        peer.socket.sendall(peer.encrypted(masked((1000).to_bytes(2), Opcode.CLOSE)))
        data = b""
        while part := await asyncio.get_running_loop().sock_recv(peer.socket, 1 << 16):
            data += part
        assert peer.decrypted(data) == b"\x88\x02\x03\xe8"
        assert peer.tls.read(1) == b""  # it would raise an error for a cut
        assert (await ear.end())[0] == 1000


async def test_a_stall_stops_what_was_read() -> None:
    """While a connection is stalled nothing of it is heard, not even what was read before; then all is."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        peer.socket.sendall(records(peer, in_one=False))
        while ear.heard.empty():
            await asyncio.sleep(0)
        ear.transport.stall(0.2)
        first = heard(ear)
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


async def test_the_receiver_may_be_busy() -> None:
    """While the receiver wants nothing, nothing is heard; then all is, in order."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        ear.transport.pause_reading()
        peer.socket.sendall(records(peer, in_one=False))
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        ear.transport.resume_reading()
        assert await all_of(ear, MANY) == TEXTS


async def test_what_is_not_read_stops_what_is_heard() -> None:
    """From a peer that reads no answers no more is heard; once it reads, all is, and each byte is right."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        big, count = b"x" * 50_000, 400
        ear.echoes = True
        data = b"".join(peer.encrypted(masked(big)) for _ in range(count))
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(peer.socket, data))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert 0 < ear.heard.qsize() < count * 0.8
        answers = bytearray()
        while len(answers) < count * (4 + len(big)):
            answers += peer.decrypted(await asyncio.get_running_loop().sock_recv(peer.socket, 1 << 20))
        await sending
        assert bytes(answers) == (b"\x81\x7e\xc3\x50" + big) * count
        assert len(await all_of(ear, count)) == count


async def test_messages_as_large_as_they_like() -> None:
    """A message that is longer than the buffer of all connections comes whole."""
    async with secure() as (server, _), connected(server) as (peer, ear):
        text = b"abc" * 400_000
        sending = asyncio.create_task(
            asyncio.get_running_loop().sock_sendall(peer.socket, peer.encrypted(masked(text)))
        )
        assert await ear.text() == text
        await sending


@pytest.mark.parametrize("spoiled", [b"\x17\x03\x03\x00\x05hello", b"\x15\x03\x03\x00\x02\x02\x28", b"GET / HTTP/1.1"])
async def test_what_breaks_tls_ends_the_connection(spoiled: bytes) -> None:
    """Bytes that do not decrypt end an open connection, and a failure tells why."""
    async with secure() as (server, side), connected(server) as (peer, ear):
        peer.socket.sendall(spoiled)
        assert (await ear.end())[0] == 1006
        assert isinstance(side.went[-1], Failure)
        assert side.went[-1].reason


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x00\x00", b"\x16\x03\x01\x00\x05\x02\0\0\1\0", b"\x16garbage" * 9])
async def test_what_begins_like_tls(data: bytes) -> None:
    """What begins like TLS and is no ClientHello is told as a failure, and the connection ends."""
    async with secure() as (server, side):
        reader, writer = await asyncio.open_connection(*server.url.removeprefix("ws://").split(":"))
        writer.write(data)
        assert await reader.read() == b""
        assert [type(each) for each in side.went] == [Failure]
        writer.close()


async def test_a_hello_byte_by_byte() -> None:
    """A ClientHello may come in as many pieces as it has bytes."""
    async with secure() as (server, side):
        loop = asyncio.get_running_loop()
        with socket.socket() as plain:
            plain.setblocking(False)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            host, port = server.url.removeprefix("ws://").split(":")
            await loop.sock_connect(plain, (host, int(port)))
            peer = TlsPeer(plain, strict())
            with pytest.raises(ssl.SSLWantReadError):
                peer.tls.do_handshake()
            for byte in peer.outgoing.read():
                await loop.sock_sendall(plain, bytes([byte]))
                await asyncio.sleep(0)
            peer.incoming.write(await loop.sock_recv(plain, 1 << 16))
            peer.tls.do_handshake()
        assert isinstance(side.went[0], Offer)
        assert side.went[0].server_name == "localhost"
        assert side.went[0].version_names == ("TLSv1.3", "TLSv1.2")
