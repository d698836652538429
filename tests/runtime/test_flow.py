"""Turns and pauses: messages that come faster than they may be handled are all handled later, in order.

The peer is a plain socket; it sends everything before the loop of the server runs again, which reads all at once.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Opcode

from mock_csms.runtime.transport.flow import MOST_UNREAD, PATIENCE
from mock_csms.runtime.transport.turns import MESSAGES
from tests.runtime.peers import Ear, Ours, ours
from tests.virtual import Loop
from tests.wire import HANDSHAKE, masked

MANY = MESSAGES * 20
TEXTS = [b"%d" % number for number in range(MANY)]
WIRE = b"".join(map(masked, TEXTS))


@asynccontextmanager
async def connected(server: Ours) -> AsyncIterator[tuple[socket.socket, Ear]]:
    """Connect a plain socket; yield it and the Ear of the server."""
    loop = asyncio.get_running_loop()
    with socket.socket() as peer:
        peer.setblocking(False)
        host, port = server.url.removeprefix("ws://").split(":")
        await loop.sock_connect(peer, (host, int(port)))
        await loop.sock_sendall(peer, f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        await loop.sock_recv(peer, 1000)
        yield peer, server.ears[-1]


def heard(ear: Ear) -> list[bytes]:
    """Return all received texts that this function has not returned before."""
    return [ear.heard.get_nowait()[0] for _ in range(ear.heard.qsize())]


async def all_of(ear: Ear, count: int) -> list[bytes]:
    """Wait for this many texts, and return them."""
    return [await ear.text() for _ in range(count)]


async def test_turns_keep_the_order() -> None:
    """Texts that came at once are delivered in several turns, in the order in which they were sent."""
    async with ours() as server, connected(server) as (peer, ear):
        peer.sendall(WIRE)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first = heard(ear)
        assert len(first) <= MESSAGES
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


async def test_turns_are_shared() -> None:
    """Of three peers that send much, none gets more than two turns more than another."""
    async with ours() as server, connected(server) as one, connected(server) as two, connected(server) as three:
        order: list[int] = []
        for number, (peer, ear) in enumerate((one, two, three)):
            ear.heard.put_nowait = lambda _, number=number: order.append(number)  # type: ignore[method-assign,misc] # notes
            peer.sendall(WIRE)
        while len(order) < 3 * MANY:
            await asyncio.sleep(0)
            counts = [order.count(number) for number in range(3)]
            if max(counts) < MANY:
                assert max(counts) - min(counts) <= 2 * MESSAGES + 1


@pytest.mark.parametrize("how", ["FIN", "RST", "goodbye"])
async def test_the_end_comes_last(how: str) -> None:
    """Texts that were read before the connection ended are delivered before the end is reported."""
    async with ours() as server, connected(server) as (peer, ear):
        ear.echoes = how == "RST"  # the end is only noticed by writing while texts wait
        peer.sendall(WIRE + (masked((3001).to_bytes(2), Opcode.CLOSE) if how == "goodbye" else b""))
        await asyncio.sleep(0)
        if how == "RST":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how != "goodbye":
            peer.close()
        assert await all_of(ear, MANY) == TEXTS
        assert (await ear.end())[0] == (3001 if how == "goodbye" else 1006)


@pytest.mark.parametrize("how", ["close", "abort", "reset"])
async def test_our_end_drops_waiting_texts(how: str) -> None:
    """When we end the connection, texts that wait for their turn are dropped."""
    async with ours() as server, connected(server) as (peer, ear):
        peer.sendall(WIRE + masked((3001).to_bytes(2), Opcode.CLOSE))
        while ear.heard.empty():
            await asyncio.sleep(0)
        before = heard(ear)
        assert len(before) < MANY
        end = getattr(ear.transport, how)
        end(3001) if how == "close" else end()
        assert (await ear.end())[0] == (3001 if how == "close" else 1006)


@pytest.mark.parametrize("how", ["abort", "reset"])
@pytest.mark.parametrize(("last", "of"), [(1, 20), (2, 20), (10, MANY)])
async def test_dropping_a_connection_within_a_turn(how: str, last: int, of: int) -> None:
    """No text is delivered after the one that makes us drop the connection."""
    async with ours() as server, connected(server) as (peer, ear):
        count = 0

        def receive(data: bytes, *, binary: bool) -> None:
            nonlocal count
            count += 1
            if count == last:
                getattr(ear.transport, how)()

        ear.receive = receive  # type: ignore[method-assign] # it ends the connection
        peer.sendall(b"".join(map(masked, TEXTS[:of])))
        assert (await ear.end())[0] == 1006
        assert count == last


async def test_a_stall_delays_texts_already_read() -> None:
    """During a stall no text is delivered, not even those read before it; afterwards all are."""
    async with ours() as server, connected(server) as (peer, ear):
        peer.sendall(WIRE)
        while ear.heard.empty():
            await asyncio.sleep(0)
        ear.transport.stall(0.2)
        first = heard(ear)
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


async def test_paused_reading() -> None:
    """While reading is paused no text is delivered; afterwards all are, in order."""
    async with ours() as server, connected(server) as (peer, ear):
        ear.transport.pause_reading()
        peer.sendall(WIRE)
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        ear.transport.resume_reading()
        assert await all_of(ear, MANY) == TEXTS


async def test_a_peer_that_reads_no_answers() -> None:
    """While a peer reads no answers its texts are not delivered; once it reads, all are."""
    async with ours() as server, connected(server) as (peer, ear):
        big, count = b"x" * 50_000, 2000
        ear.echoes = True
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(peer, masked(big) * count))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert 0 < ear.heard.qsize() < count / 2
        wanted = count * (4 + len(big))
        while wanted:
            wanted -= len(await asyncio.get_running_loop().sock_recv(peer, 1 << 20))
        await sending
        assert len(await all_of(ear, count)) == count


async def test_write_ahead_runs_before_each_write() -> None:
    """`write_ahead` runs before each write, also for an answer too big to wait for the end of the turn."""
    order: list[str] = []

    def write_ahead() -> bool:
        order.append("written")
        return True

    async with ours(write_ahead=write_ahead) as server, connected(server) as (peer, ear):
        order.clear()

        def receive(data: bytes, *, binary: bool) -> None:
            order.append(f"sent {ear.transport.send(data, binary=binary)}")

        ear.receive = receive  # type: ignore[method-assign] # it notes the order
        await asyncio.get_running_loop().sock_sendall(peer, masked(b"x" * 100_000) * 20)
        read = 0
        while read < 20 * 100_000:
            read += len(await asyncio.get_running_loop().sock_recv(peer, 1 << 20))
        assert order[0] == "sent True"
        assert order.count("sent True") == 20
        assert "written written" not in " ".join(order)


# Longer waits, in virtual time.


async def read(peer: socket.socket, size: int) -> None:
    """Read this many bytes, and let the loop write more."""
    while size > 0:
        size -= len(await asyncio.get_running_loop().sock_recv(peer, 1 << 16))
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("reads", [False, True])
def test_a_peer_that_reads_nothing_for_long(reads: bool) -> None:
    """A peer that reads nothing is dropped when much data waits for it; a peer that reads slowly is not."""
    loop = Loop()

    async def play() -> None:
        async with ours() as server, connected(server) as (peer, ear):
            ear.transport.send(b"x" * (16 * MOST_UNREAD))
            for _ in range(4):
                await asyncio.sleep(PATIENCE / 2 + 1)
                if reads:
                    await read(peer, MOST_UNREAD)
                was_sent = ear.transport.send(b"more")
                if not was_sent:
                    break
            assert was_sent is reads
            assert "nothing that was sent was read" in "".join(breach.problem for breach in ear.breaches) or was_sent
            assert [breach.clause for breach in ear.breaches] == ([] if was_sent else ["RFC 6455 5.5.2"])
            if not was_sent:
                assert (await ear.end())[0] == 1006

    loop.run_until_complete(play())
    loop.close()


def test_a_pong_that_is_not_read_yet() -> None:
    """A peer is not accused of a missing pong while we do not read."""
    loop = Loop()

    async def play() -> None:
        async with ours(ping=20.0) as server, connected(server) as (peer, ear):
            ear.transport.pause_reading()
            peer.sendall(masked(b"", Opcode.PONG) + masked("alive"))
            await asyncio.sleep(70)
            ear.transport.resume_reading()
            assert await ear.text() == b"alive"
            assert not ear.breaches

    loop.run_until_complete(play())
    loop.close()
