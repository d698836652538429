"""Turns and pauses: messages that come faster than they may be handled are all handled later, in order.

The peer is a socket, with TLS or without; it sends everything before the loop of the server runs again, which reads
all at once.
"""

import asyncio
import socket
import ssl
import struct
from itertools import product

import pytest
from websockets.frames import Opcode

from mock_csms.runtime.transport.flow import MOST_UNREAD, PATIENCE
from mock_csms.runtime.transport.turns import MESSAGES
from tests.pki import TlsPeer
from tests.runtime.flow import (
    EACH_LAYER,
    LAYERS,
    MANY,
    PLAIN,
    TEXTS,
    TLS,
    Peer,
    all_of,
    connected,
    heard,
    listening,
    wire,
)
from tests.runtime.peers import ours
from tests.virtual import Loop
from tests.wire import masked


@EACH_LAYER
async def test_turns_keep_the_order(layer: str) -> None:
    """Texts that came at once are delivered in several turns, in the order in which they were sent."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        peer.socket.sendall(wire(peer, layer))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first = heard(ear)
        assert len(first) <= MESSAGES
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


@EACH_LAYER
async def test_turns_are_shared(layer: str) -> None:
    """Of three peers that send much, none gets more than two turns more than another."""
    async with (
        listening(layer) as server,
        connected(server, layer) as one,
        connected(server, layer) as two,
        connected(server, layer) as three,
    ):
        order: list[int] = []
        for number, (peer, ear) in enumerate((one, two, three)):
            ear.heard.put_nowait = lambda _, number=number: order.append(number)  # type: ignore[method-assign,misc] # notes
            peer.socket.sendall(wire(peer, layer))
        while len(order) < 3 * MANY:
            await asyncio.sleep(0)
            counts = [order.count(number) for number in range(3)]
            if max(counts) < MANY:
                assert max(counts) - min(counts) <= 2 * MESSAGES + 1


@pytest.mark.parametrize(
    ("layer", "how"), [*product(LAYERS, ("FIN", "close frame")), (PLAIN, "RST"), (TLS, "close_notify")]
)
async def test_the_end_comes_last(layer: str, how: str) -> None:
    """Texts that were read before the connection ended are delivered before the end is reported."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        ear.echoes = how == "RST"  # the end is only noticed by writing while texts wait
        data = wire(peer, layer)
        if how == "close frame":
            data += peer.encrypted(masked((3001).to_bytes(2), Opcode.CLOSE))
        if how == "close_notify":
            data += closing(peer)
        peer.socket.sendall(data)
        await asyncio.sleep(0)
        if how == "RST":
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how in ("FIN", "RST"):
            peer.socket.close()
        assert await all_of(ear, MANY) == TEXTS
        assert (await ear.end())[0] == (3001 if how == "close frame" else 1006)


def closing(peer: Peer) -> bytes:
    """Return the bytes with which a peer ends TLS."""
    assert isinstance(peer, TlsPeer)
    with pytest.raises(ssl.SSLWantReadError):
        peer.tls.unwrap()
    return peer.outgoing.read()


@EACH_LAYER
@pytest.mark.parametrize("how", ["close", "abort", "reset"])
async def test_our_end_drops_waiting_texts(how: str, layer: str) -> None:
    """When we end the connection, texts that wait for their turn are dropped."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        peer.socket.sendall(wire(peer, layer) + peer.encrypted(masked((3001).to_bytes(2), Opcode.CLOSE)))
        while ear.heard.empty():
            await asyncio.sleep(0)
        assert len(heard(ear)) < MANY
        end = getattr(ear.transport, how)
        end(3001) if how == "close" else end()
        assert (await ear.end())[0] == (3001 if how == "close" else 1006)
        if how == "reset":
            with pytest.raises(ConnectionResetError):
                peer.socket.recv(1 << 16)


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
        peer.socket.sendall(b"".join(map(masked, TEXTS[:of])))
        assert (await ear.end())[0] == 1006
        assert count == last


@EACH_LAYER
async def test_a_stall_delays_texts_already_read(layer: str) -> None:
    """During a stall no text is delivered, not even those read before it; afterwards all are."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        peer.socket.sendall(wire(peer, layer))
        while ear.heard.empty():
            await asyncio.sleep(0)
        ear.transport.stall(0.2)
        first = heard(ear)
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        assert first + await all_of(ear, MANY - len(first)) == TEXTS


@EACH_LAYER
async def test_paused_reading(layer: str) -> None:
    """While reading is paused no text is delivered; afterwards all are, in order."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        ear.transport.pause_reading()
        peer.socket.sendall(wire(peer, layer))
        for _ in range(100):
            await asyncio.sleep(0)
        assert ear.heard.empty()
        ear.transport.resume_reading()
        assert await all_of(ear, MANY) == TEXTS


@pytest.mark.parametrize(("layer", "count", "most"), [(PLAIN, 2000, 1000), (TLS, 400, 320)])
async def test_a_peer_that_reads_no_answers(layer: str, count: int, most: int) -> None:
    """While a peer reads no answers its texts are not delivered; once it reads, all are, and each byte is right."""
    async with listening(layer) as server, connected(server, layer) as (peer, ear):
        big = b"x" * 50_000
        answer = b"\x81\x7e\xc3\x50" + big
        ear.echoes = True
        data = b"".join(peer.encrypted(masked(big)) for _ in range(count))
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(peer.socket, data))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert 0 < ear.heard.qsize() < most
        read = 0
        while read < count * len(answer):
            part = peer.decrypted(await asyncio.get_running_loop().sock_recv(peer.socket, 1 << 20))
            start = read % len(answer)
            assert part == (answer * (len(part) // len(answer) + 2))[start : start + len(part)]
            read += len(part)
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
        await asyncio.get_running_loop().sock_sendall(peer.socket, masked(b"x" * 100_000) * 20)
        read = 0
        while read < 20 * 100_000:
            read += len(await asyncio.get_running_loop().sock_recv(peer.socket, 1 << 20))
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
                    await read(peer.socket, MOST_UNREAD)
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
            peer.socket.sendall(masked(b"", Opcode.PONG) + masked("alive"))
            await asyncio.sleep(70)
            ear.transport.resume_reading()
            assert await ear.text() == b"alive"
            assert not ear.breaches

    loop.run_until_complete(play())
    loop.close()
