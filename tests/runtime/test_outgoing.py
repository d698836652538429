"""An open outgoing connection: its frames, pings, pauses and large messages."""

import asyncio

import pytest
from websockets.frames import Opcode

from mock_csms.runtime.transport.dial import Dialer
from tests.pace import takes, turns
from tests.raw import until
from tests.runtime.peers import Bare, agreeing, bare, dial, limits, ours, sent
from tests.wire import PATIENCE

BIG = 5_000_000


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
async def test_frames_are_masked(dialer: Dialer, size: int) -> None:
    """Every frame has a new mask (RFC 6455, 5.3), and its unmasked payload is the sent text."""
    ponged = asyncio.Event()

    async def behave(peer: Bare) -> None:
        frames = [await peer.frame() for _ in range(5)]
        assert [first for first, _, _ in frames] == [0x81, 0x81, 0x82, 0x01, 0x80]
        assert [payload for _, _, payload in frames[:3]] == [b"x" * size] * 3
        assert frames[3][2] + frames[4][2] == b"x" * size
        assert len({mask for _, mask, _ in frames}) == 5
        await peer.write(sent(b"?", Opcode.PING))
        assert (await peer.frame())[::2] == (0x8A, b"?")
        ponged.set()
        assert (await peer.frame())[::2] == (0x88, (1000).to_bytes(2) + b"bye")

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url)
        for how in ({}, {}, {"binary": True}, {"parts": 2}):
            assert ear.transport.send(b"x" * size, **how)
        await asyncio.wait_for(ponged.wait(), PATIENCE)
        ear.transport.close(1000, "bye")


async def test_the_order_of_messages(dialer: Dialer) -> None:
    """Hundreds of messages of all sizes arrive in order, and so do their echoes."""
    async with ours() as server:
        ear = await dial(dialer, server.url)
        (far,) = server.ears
        far.echoes = True
        texts = [b"%d" % number * (number % 7 * 30) for number in range(700)]
        for text in texts:
            ear.transport.send(text)
        assert [await ear.text() for _ in texts] == texts


@pytest.mark.parametrize("compression", [True, False])
async def test_big_messages(compression: bool) -> None:
    """Messages far bigger than the buffer travel in both directions, in one frame and in several."""
    async with ours(compression=compression) as server:
        ear = await dial(Dialer(limits(compression=compression)), server.url)
        (far,) = server.ears
        for near, other in ((ear, far), (far, ear)):
            for parts in (1, 7):
                near.transport.send(b"x" * BIG, parts=parts)
                assert await other.text() == b"x" * BIG
            near.transport.send(b"\xff" * BIG, binary=True)
            assert await asyncio.wait_for(other.heard.get(), PATIENCE) == (b"\xff" * BIG, True)


@pytest.mark.parametrize("step", [1, 3, 1000])
async def test_fragmented_messages(dialer: Dialer, step: int) -> None:
    """A message in many frames is one message; a ping between its frames is answered at once."""
    wire = sent("a", fin=False) + sent("?", Opcode.PING) + sent("", Opcode.CONT, fin=False) + sent("b", Opcode.CONT)
    wire += sent("next") + sent("", fin=False) + sent("end", Opcode.CONT)

    async def behave(peer: Bare) -> None:
        for start in range(0, len(wire), step):
            await peer.write(wire[start : start + step])
            await asyncio.sleep(0.002)
        assert (await peer.frame())[::2] == (0x8A, b"?")

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url)
        assert [await ear.text() for _ in range(3)] == [b"ab", b"next", b"end"]


async def test_many_share_one_buffer(dialer: Dialer) -> None:
    """500 connections of one dialer share a buffer, and none gets the bytes of another."""
    async with ours() as server:
        ears = await asyncio.gather(*(dial(dialer, f"{server.url}/{number}") for number in range(500)))
        assert {id(ear.transport.get_buffer(-1).obj) for ear in ears} == {id(dialer.buffer.obj)}
        assert len(dialer.transports) == 500
        for far in server.ears:
            far.echoes = True
        for number, ear in enumerate(ears):
            ear.transport.send(b"%d " % number * 200)
        for number, ear in enumerate(ears):
            assert await ear.text() == b"%d " % number * 200


async def test_pings_keep_the_connection() -> None:
    """We send pings at the interval of the limits, and stay connected as long as pongs come."""

    async def behave(peer: Bare) -> None:
        for _ in range(4):
            assert (await peer.frame())[0] == 0x89
            await peer.write(sent("", Opcode.PONG))

    for turn in turns():
        with turn as pace, takes(0.2 * pace):
            async with bare(agreeing(behave)) as url:
                ear = await dial(Dialer(limits(ping=0.05 * pace, pong=0.15 * pace)), url)
                assert (await ear.end())[0] == 1006


async def test_a_server_that_answers_no_ping() -> None:
    """Without a pong in time the connection is closed with 1011."""

    async def behave(peer: Bare) -> None:
        while (await peer.frame())[0] != 0x88:
            pass

    async with bare(agreeing(behave)) as url:
        ear = await dial(Dialer(limits(ping=0.05, pong=0.1)), url)
        code, reason = await ear.end()
        assert code == 1006
        assert "1011" in reason


async def test_a_stall(dialer: Dialer) -> None:
    """During a stall nothing is read or written; afterwards all messages are."""
    async with ours() as server:
        ear = await dial(dialer, server.url)
        (far,) = server.ears
        ear.transport.stall(0.2)
        ear.transport.send(b"up")
        far.transport.send(b"down")
        await asyncio.sleep(0.1)
        assert ear.heard.empty()
        assert far.heard.empty()
        assert [await ear.text(), await far.text()] == [b"down", b"up"]


async def test_a_server_that_does_not_read(dialer: Dialer) -> None:
    """While the server reads no answers we stop reading, so that they do not pile up, and continue when it reads."""
    count, text = 300, b"x" * 100_000
    stuck = []

    async def behave(peer: Bare) -> None:
        for number in range(count):
            peer.writer.write(sent(text))
            try:
                await asyncio.wait_for(peer.writer.drain(), 0.3)
            except TimeoutError:
                stuck.append(number)
                break
        for _ in range(stuck[0] + 1):
            assert (await peer.frame())[2] == text

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url, echoes=True)
        await until(lambda: bool(ear.ends))
        assert stuck
