"""Every way in which an outgoing connection ends: the code and reason on each side, and when."""

import asyncio

import pytest
from websockets.frames import Opcode

from mock_csms.runtime.transport.dial import Dialer
from tests.pace import takes
from tests.runtime.peers import Bare, agreeing, bare, dial, limits, ours, sent
from tests.wire import PATIENCE, masked


async def silent(peer: Bare) -> None:
    """Read everything and send nothing, until the end."""
    while not await peer.ended():
        pass


async def test_we_close(dialer: Dialer) -> None:
    """If we close, both sides get our code and reason, and nothing more can be sent."""
    async with ours() as server:
        ear = await dial(dialer, server.url)
        ear.transport.close(3001, "wörd")
        ear.transport.close(3002, "again")
        assert not ear.transport.send(b"late")
        assert [await ear.end(), await server.ears[0].end()] == [(3001, "wörd")] * 2


async def test_the_server_closes(dialer: Dialer) -> None:
    """If the server closes, both sides get its code and reason; only earlier messages are delivered."""
    async with ours() as server:
        ear = await dial(dialer, server.url)
        server.ears[0].transport.send(b"last")
        server.ears[0].transport.close(3001, "bye")
        assert await ear.text() == b"last"
        assert [await ear.end(), await server.ears[0].end()] == [(3001, "bye")] * 2
        assert not ear.transport.send(b"late")


async def test_frames_after_a_close_frame_are_ignored(dialer: Dialer) -> None:
    """Frames that a server sends after its close frame, even in pieces, are not delivered."""

    async def behave(peer: Bare) -> None:
        await peer.write(sent("heard") + sent((1000).to_bytes(2), Opcode.CLOSE) + sent("unheard") + b"\x81")
        await asyncio.sleep(0.02)
        await peer.write(b"\x01x" + sent("unheard") + b"\xff" * 100)
        assert (await peer.frame())[::2] == (0x88, (1000).to_bytes(2))

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url)
        assert await ear.text() == b"heard"
        assert await ear.end() == (1000, "")


async def test_closing_amid_a_frame(dialer: Dialer) -> None:
    """After we close, a half-received frame is read to its end, so that the server's close frame is recognized."""

    async def behave(peer: Bare) -> None:
        wire = sent("before") + sent("unheard")
        await peer.write(wire[:-3])
        assert (await peer.frame())[0] == 0x88
        await peer.write(wire[-3:] + sent((3001).to_bytes(2) + b"bye", Opcode.CLOSE))

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url)
        assert await ear.text() == b"before"
        ear.transport.close(3001, "bye")
        assert await ear.end() == (3001, "bye")


@pytest.mark.parametrize("goodbye", [True, False])
@pytest.mark.parametrize("answers", [True, False])
async def test_a_server_that_does_not_end_the_connection(dialer: Dialer, goodbye: bool, answers: bool) -> None:
    """A server that leaves TCP open after the closing handshake is dropped after a second."""

    async def behave(peer: Bare) -> None:
        if not goodbye:
            assert (await peer.frame())[0] == 0x88
        if goodbye or answers:
            await peer.write(sent((3001).to_bytes(2) + b"x", Opcode.CLOSE))
        await silent(peer)

    async with bare(agreeing(behave)) as url:
        with takes(0.9):
            ear = await dial(dialer, url)
            if not goodbye:
                ear.transport.close(3001, "x")
            code, _ = await ear.end()
        assert code == (3001 if goodbye or answers else 1006)


@pytest.mark.parametrize("how", ["FIN", "RST", "amid a frame"])
async def test_a_server_that_goes_away(dialer: Dialer, how: str) -> None:
    """An end without a close frame is reported as 1006 with a reason; earlier messages are delivered."""

    async def behave(peer: Bare) -> None:
        await peer.write(sent("last") + (sent("cut")[:-1] if how == "amid a frame" else b""))
        if how == "RST":
            await peer.frame()
            peer.reset()

    async with bare(agreeing(behave)) as url:
        ear = await dial(dialer, url)
        assert await ear.text() == b"last"
        ear.transport.send(b"thanks")
        code, reason = await ear.end()
        assert code == 1006
        assert reason


@pytest.mark.parametrize("drop", ["abort", "reset"])
async def test_we_drop_the_connection(dialer: Dialer, drop: str) -> None:
    """After an abort or a reset both sides get the code 1006."""
    async with ours() as server:
        ear = await dial(dialer, server.url)
        getattr(ear.transport, drop)()
        assert [(await end.end())[0] for end in (ear, server.ears[0])] == [1006, 1006]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (masked("x"), 1002),
        (masked("?", Opcode.PING), 1002),
        (b"\x83\x00", 1002),
        (b"\xc1\x00", 1002),
        (sent("x", Opcode.CONT), 1002),
        (sent(b"\xff"), 1007),
        (sent(b"\xc3", fin=False) + sent(b"\xc3", Opcode.CONT), 1007),
        (sent("x" * 1001), 1009),
        (sent("x" * 999, fin=False) + sent("xx", Opcode.CONT), 1009),
        (sent("x" * 5_000_000), 1009),
    ],
    ids=["masked", "masked ping", "opcode 3", "rsv", "lone part", "not UTF-8", "cut", "large", "large parts", "huge"],
)
async def test_a_server_that_violates_the_protocol(wire: bytes, code: int) -> None:
    """A server that violates the protocol gets a close frame with the code of RFC 6455, 7.4.1, and nothing more."""
    result = []

    async def behave(peer: Bare) -> None:
        peer.writer.write(sent("x" * 1000) + wire + sent("unheard"))
        result.append(int.from_bytes((await peer.frame())[2][:2]))

    async with bare(agreeing(behave)) as url:
        ear = await dial(Dialer(limits(size=1000)), url)
        assert await ear.text() == b"x" * 1000
        assert (await ear.end())[0] == 1006
        assert result == [code]


async def test_all_are_closed_at_once(dialer: Dialer) -> None:
    """Closing the dialer sends a close frame on every connection, and drops those that do not answer."""
    async with ours() as server, bare(agreeing(silent)) as deaf:
        polite = [await dial(dialer, server.url) for _ in range(20)]
        rude = await dial(dialer, deaf)
        await asyncio.wait_for(dialer.close(1001, "over"), PATIENCE)
        assert not dialer.transports
        assert [await ear.end() for ear in (*polite, *server.ears)] == [(1001, "over")] * 40
        assert (await rude.end())[0] == 1006


async def test_our_own_failure_is_reported(dialer: Dialer) -> None:
    """An OSError in our code that handles a message is reported with its cause, which asyncio would hide."""
    accidents: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, result: accidents.append(repr(result.get("exception"))))

    def fail(data: bytes, *, binary: bool) -> None:
        raise FileNotFoundError(2, "no schema", f"{data!r} {binary}")

    async with ours() as server:
        ear = await dial(dialer, server.url)
        server.ears[0].receive = fail  # type: ignore[method-assign] # this Ear raises
        ear.transport.send(b"x")
        assert (await server.ears[0].end())[0] == 1006
    assert [accident for accident in accidents if "no schema" in accident], accidents
