"""The flags of the WebSocket: pings, compression, and how long a message may be."""

import asyncio
from contextlib import suppress

import pytest

from tests.pace import turns
from tests.wire import PATIENCE, Mock, Raw, masked


async def pings(raw: Raw, seconds: float) -> int:
    """Count the pings in this many seconds; nothing else may come."""
    opcodes = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                opcodes.append((await raw.frame())[0])
    assert set(opcodes) <= {9}
    return len(opcodes)


@pytest.mark.parametrize("flags", ["--ping-interval 20", "--ping-interval 0", "--ping-interval 0 --ping-timeout 0"])
async def test_no_ping(flags: str) -> None:
    """With the default --ping-interval and with 0 no ping comes at once."""
    async with Mock(*flags.split()) as mock, mock.raw() as raw:
        assert await pings(raw, 0.3) == 0


async def test_ping_interval_and_timeout() -> None:
    """Pings come every --ping-interval; a station that does not answer within --ping-timeout is disconnected."""
    for turn in turns():
        with turn as pace:
            flags = ["--ping-interval", f"{0.1 * pace}", "--ping-timeout", f"{0.3 * pace}"]
            async with Mock(*flags) as mock, mock.station() as station:
                async with mock.raw() as mute, asyncio.timeout(PATIENCE):
                    assert (await mute.frame())[0] == 9
                    await mute.reader.read()
                await station.nothing(0.3 * pace)
                await station.ask("Heartbeat")


async def test_ping_timeout_0() -> None:
    """--ping-timeout 0 keeps a station that never answers a ping."""
    async with Mock("--ping-interval", "0.1", "--ping-timeout", "0") as mock, mock.raw() as mute:
        assert {(await mute.frame())[0] for _ in range(5)} == {9}
        await mute.write(masked('[2,"1","Heartbeat",{}]'))
        while (await mute.frame())[0] != 1:
            pass


@pytest.mark.parametrize(("flags", "agreed"), [([], True), (["--no-compression"], False)])
async def test_compression(flags: list[str], agreed: bool) -> None:
    """The mock uses permessage-deflate unless --no-compression is set; messages arrive in both cases."""
    async with Mock(*flags) as mock, mock.station(compression="deflate") as station:
        assert station.socket.response
        assert ("permessage-deflate" in station.socket.response.headers.get("Sec-WebSocket-Extensions", "")) is agreed
        for size in (1, 30_000):
            await station.ask("DataTransfer", {"vendorId": "V", "data": "x" * size})


@pytest.mark.parametrize(("flags", "limit"), [(["--max-message-size", "300"], 300), ([], 1_048_576)])
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_max_message_size(flags: list[str], limit: int, compression: str | None) -> None:
    """A message of --max-message-size bytes is answered, one byte more closes the connection with 1009."""
    largest = '[2,"1","DataTransfer",{"vendorId":"V","data":"' + "x" * (limit - 49) + '"}]'
    flags = [*flags, "--max-compression-ratio=0"]
    async with Mock(*flags) as mock, mock.station(compression=compression) as station:
        await station.send(largest)
        await station.expect(3, "1")
        await station.send(largest + " ")
        assert await station.closed() == 1009
