"""What only connections with TLS do; test_flow.py has what they share with those without."""

import asyncio
import socket
import ssl
import struct

import pytest
from websockets.frames import Opcode

from mock_csms.protocol.tls import Agreement, Offer
from mock_csms.runtime.transport.tls.handling import Failure
from tests.pki import TlsPeer, strict
from tests.raw import until
from tests.runtime.flow import connected_with_tls, secure
from tests.wire import masked


async def test_a_rst_ends_the_connection() -> None:
    """A TCP RST ends the connection; it is not reported as a failure of TLS."""
    async with secure() as (server, side), connected_with_tls(server) as (peer, ear):
        peer.socket.sendall(peer.encrypted(masked(b"last")))
        assert await ear.text() == b"last"
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.socket.close()
        assert (await ear.end())[0] == 1006
        assert [type(each) for each in side.went] == [Offer, Agreement]


async def test_close_notify_follows_our_close_frame() -> None:
    """After our close frame we send close_notify, so that the peer knows that the data is complete."""
    async with secure() as (server, _), connected_with_tls(server) as (peer, ear):
        peer.socket.sendall(peer.encrypted(masked((1000).to_bytes(2), Opcode.CLOSE)))
        data = b""
        while part := await asyncio.get_running_loop().sock_recv(peer.socket, 1 << 16):
            data += part
        assert peer.decrypted(data) == b"\x88\x02\x03\xe8"
        assert peer.tls.read(1) == b""  # without close_notify this raises an error
        assert (await ear.end())[0] == 1000


async def test_a_message_longer_than_the_buffer() -> None:
    """A message that is longer than the buffer that all connections share is received complete."""
    async with secure() as (server, _), connected_with_tls(server) as (peer, ear):
        text = b"abc" * 400_000
        sending = asyncio.create_task(
            asyncio.get_running_loop().sock_sendall(peer.socket, peer.encrypted(masked(text)))
        )
        assert await ear.text() == text
        await sending


@pytest.mark.parametrize("spoiled", [b"\x17\x03\x03\x00\x05hello", b"\x15\x03\x03\x00\x02\x02\x28", b"GET / HTTP/1.1"])
async def test_invalid_bytes_end_the_connection(spoiled: bytes) -> None:
    """Bytes that cannot be decrypted end an open connection, and the failure has the reason."""
    async with secure() as (server, side), connected_with_tls(server) as (peer, ear):
        peer.socket.sendall(spoiled)
        assert (await ear.end())[0] == 1006
        assert isinstance(side.went[-1], Failure)
        assert side.went[-1].reason


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x00\x00", b"\x16\x03\x01\x00\x05\x02\0\0\1\0", b"\x16garbage" * 9])
async def test_an_invalid_client_hello(data: bytes) -> None:
    """Bytes that begin like TLS but are not a valid ClientHello are a failure, and the connection ends."""
    async with secure() as (server, side):
        reader, writer = await asyncio.open_connection(*server.url.removeprefix("ws://").split(":"))
        writer.write(data)
        assert await reader.read() == b""
        assert [type(each) for each in side.went] == [Failure]
        writer.close()


async def test_a_client_hello_byte_by_byte() -> None:
    """A ClientHello may come one byte at a time."""
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


async def test_a_handshake_waits_for_its_turn() -> None:
    """While connections have used up their time in a turn of the loop, no handshake is handled; then it continues."""
    async with secure() as (server, side), connected_with_tls(server) as (_, ear):
        loop = asyncio.get_running_loop()
        with socket.socket() as plain:
            plain.setblocking(False)
            host, port = server.url.removeprefix("ws://").split(":")
            await loop.sock_connect(plain, (host, int(port)))
            peer = TlsPeer(plain, strict())
            with pytest.raises(ssl.SSLWantReadError):
                peer.tls.do_handshake()
            hello, before = peer.outgoing.read(), len(side.went)
            await loop.sock_sendall(plain, hello[:1])
            await asyncio.sleep(0.1)  # until the connection is accepted, and its first byte is read
            ear.transport.turns.spend(0.03)
            plain.send(hello[1:])
            for _ in range(3):
                await asyncio.sleep(0)
                assert len(side.went) == before
            await until(lambda: len(side.went) > before)
        assert isinstance(side.went[before], Offer)
