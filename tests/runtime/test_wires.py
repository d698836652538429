"""The transport with the listener's epoll behaves like that of asyncio: each test runs with both."""

import asyncio
import select
import socket
import struct
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from mock_csms.runtime.transport.wires import Wires
from mock_csms.runtime.transport.write_buffer import WriteBuffer

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="Linux only")

BUFFER = memoryview(bytearray(65536))
MUCH = b"x" * 8_000_000
"""More than the kernel takes for a peer that does not read."""


class Recorder(asyncio.BufferedProtocol):
    """Notes what its transport calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.data = bytearray()
        self.error: Exception | None = None
        self.is_lost = asyncio.Event()
        self.fails = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the signature of asyncio
        return BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        if self.fails:
            raise ValueError("cannot be handled")
        self.data += BUFFER[:nbytes]

    def eof_received(self) -> None:
        self.calls.append("eof")

    def pause_writing(self) -> None:
        self.calls.append("pause")

    def resume_writing(self) -> None:
        self.calls.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc
        self.is_lost.set()


class Ender(Recorder):
    """Ends another connection when it gets data."""

    other: "Ender"

    def itself(self) -> "Ender":
        return self

    def buffer_updated(self, nbytes: int) -> None:  # noqa: ARG002 - the signature of asyncio
        self.other.transport.abort()


class Pair:
    """A connection: its `protocol`, and the `peer`, a socket."""

    def __init__(self, protocol: Recorder, peer: socket.socket) -> None:
        self.protocol, self.peer = protocol, peer
        self.transport = protocol.transport

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.peer, data)

    async def receive(self, most: int = 65536) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.peer, most), 20)

    async def receive_all(self) -> int:
        """Read until the end, and return how many bytes came."""
        size = 0
        while data := await self.receive(1_000_000):
            size += len(data)
        return size

    async def until(self, done: Any) -> None:
        """Wait until `done` returns True."""
        async with asyncio.timeout(20):
            while not done():
                await asyncio.sleep(0.005)

    async def lost(self) -> Exception | None:
        """Wait for the end, and return its error."""
        await asyncio.wait_for(self.protocol.is_lost.wait(), 20)
        return self.protocol.error


async def connected() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = socket.create_connection(listener.getsockname())
        own, _ = listener.accept()
    peer.setblocking(False)
    own.setblocking(False)
    return own, peer


@pytest.fixture(params=["epoll", "asyncio"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    """A connection of each kind."""
    own, peer = await connected()
    protocol = Recorder()
    wires = Wires(BUFFER, WriteBuffer(None)) if request.param == "epoll" else None
    if wires is not None:
        wires.add(own, lambda: protocol)
    else:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, own)
    pair = Pair(protocol, peer)
    yield pair
    if not protocol.is_lost.is_set():
        pair.transport.abort()
        await pair.lost()
    peer.close()
    if wires is not None:
        wires.close()
        assert wires.poll.closed


async def test_it_reads_until_the_end(pair: Pair) -> None:
    """Data and then the end reach the protocol, and the connection closes without an error."""
    await pair.send(b"hello")
    await pair.until(lambda: pair.protocol.data == b"hello")
    assert pair.transport.is_reading()
    pair.peer.shutdown(socket.SHUT_WR)
    assert await pair.lost() is None
    assert pair.protocol.calls == ["eof"]
    assert pair.transport.is_closing()


async def test_a_pause_of_reading(pair: Pair) -> None:
    """Nothing is read during a pause, and everything after it."""
    pair.transport.pause_reading()
    await pair.send(b"later")
    await asyncio.sleep(0.05)
    assert not pair.protocol.data
    assert not pair.transport.is_reading()
    pair.transport.resume_reading()
    await pair.until(lambda: pair.protocol.data == b"later")


async def test_a_peer_that_reads_late(pair: Pair) -> None:
    """The protocol pauses when many bytes are unsent, and continues when the peer reads; all bytes arrive."""
    pair.transport.write(MUCH)
    assert pair.protocol.calls == ["pause"]
    assert 65536 < pair.transport.get_write_buffer_size() < len(MUCH)
    pair.transport.write(b"end")
    size = 0
    while size < len(MUCH) + 3:
        size += len(await pair.receive(1_000_000))
    await pair.until(lambda: pair.protocol.calls == ["pause", "resume"])
    assert pair.transport.get_write_buffer_size() == 0


async def test_an_end_of_our_side(pair: Pair) -> None:
    """After write_eof the unsent data arrive, then the end; the peer can still send."""
    assert pair.transport.can_write_eof()
    pair.transport.write(MUCH)
    pair.transport.write_eof()
    with pytest.raises(RuntimeError):
        pair.transport.write(b"more")
    assert await pair.receive_all() == len(MUCH)
    await pair.send(b"still here")
    await pair.until(lambda: pair.protocol.data == b"still here")


async def test_an_end_of_our_side_with_nothing_unsent(pair: Pair) -> None:
    """Without unsent data write_eof ends our side at once."""
    pair.transport.write_eof()
    assert await pair.receive() == b""


async def test_a_close_sends_the_rest(pair: Pair) -> None:
    """Close sends unsent data, and then ends the connection."""
    pair.transport.write(MUCH)
    pair.transport.close()
    assert not pair.transport.is_reading()
    assert await pair.receive_all() == len(MUCH)
    assert await pair.lost() is None


async def test_an_abort_drops_the_rest(pair: Pair) -> None:
    """Abort drops unsent data and ends the connection at once."""
    pair.transport.write(MUCH)
    pair.transport.abort()
    assert await pair.lost() is None
    assert pair.transport.get_write_buffer_size() == 0


async def test_a_reset(pair: Pair) -> None:
    """A TCP RST of the peer is an error; during a pause it is noticed only after the pause."""
    pair.transport.pause_reading()
    pair.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    pair.peer.close()
    await asyncio.sleep(0.05)
    assert not pair.protocol.is_lost.is_set()
    pair.transport.resume_reading()
    assert isinstance(await pair.lost(), ConnectionResetError)


async def test_a_reset_while_data_are_unsent(pair: Pair) -> None:
    """A reset ends a connection that is not read and has unsent data."""
    pair.transport.pause_reading()
    pair.transport.write(MUCH)
    pair.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    pair.peer.close()
    assert isinstance(await pair.lost(), OSError)


async def test_data_that_cannot_be_handled(pair: Pair) -> None:
    """An error of the protocol is reported to the loop, and ends this connection."""
    problems: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: problems.append(context["exception"]))
    pair.protocol.fails = True
    await pair.send(b"x")
    error = await pair.lost()
    loop.set_exception_handler(None)
    assert isinstance(error, ValueError)
    assert problems == [error]


async def test_another_protocol_takes_over(pair: Pair) -> None:
    """After set_protocol the other protocol gets the data."""
    other = Recorder()
    pair.transport.set_protocol(other)
    await pair.send(b"for the other")
    await pair.until(lambda: other.data == b"for the other")
    assert pair.transport.get_protocol() is other
    pair.transport.set_protocol(pair.protocol)


async def test_a_connection_that_another_one_ends_in_the_same_turn() -> None:
    """A connection that was ended earlier in the same turn gets no data in that turn."""
    wires, protocols, peers = Wires(BUFFER, WriteBuffer(None)), [Ender(), Ender()], []
    protocols[0].other, protocols[1].other = reversed(protocols)
    for protocol in protocols:
        own, peer = await connected()
        wires.add(own, partial(Ender.itself, protocol))
        peers.append(peer)
    problems: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: problems.append(context))
    for peer in peers:
        peer.send(b"x")
    await asyncio.sleep(0.05)
    loop.set_exception_handler(None)
    assert not problems
    assert [protocol.is_lost.is_set() for protocol in protocols].count(True) == 1
    wires.close()
    assert not wires.poll.closed
    for protocol, peer in zip(protocols, peers, strict=True):
        protocol.transport.abort()
        await asyncio.wait_for(protocol.is_lost.wait(), 20)
        peer.close()
    assert wires.poll.closed
