"""Wire behaviour: the mock handles frames of any kind, and keeps running."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
from websockets.frames import Opcode

from tests.wire import BOOT, HANDSHAKE, PATIENCE, Mock, Raw, Station, masked

HEARTBEAT = '[2,"hb","Heartbeat",{}]'


async def assert_answered(raw: Raw, *ids: str) -> None:
    """Check that the next texts are answers to these ids, in order."""
    for id_ in ids:
        opcode, text = await raw.frame()
        assert (opcode, orjson.loads(text)[:2]) == (Opcode.TEXT, [3, id_])


async def test_pipelined_frames(mock: Mock) -> None:
    """Frames in one packet, the first one together with the handshake, are all answered in order."""
    calls = [[2, "1", "BootNotification", BOOT], [2, "2", "Heartbeat", {}], [2, "3", "Heartbeat", {}]]
    async with mock.tcp() as raw:
        frames = b"".join(masked(orjson.dumps(call)) for call in calls)
        await raw.write(f"GET /RAW HTTP/1.1\r\n{HANDSHAKE}\r\n".encode() + frames)
        await raw.reader.readuntil(b"\r\n\r\n")
        await assert_answered(raw, "1", "2", "3")


async def test_byte_by_byte(mock: Mock) -> None:
    """The handshake and frames may arrive byte by byte."""
    async with mock.tcp() as raw:
        for byte in f"GET /RAW HTTP/1.1\r\n{HANDSHAKE}\r\n".encode() + masked(HEARTBEAT) * 2:
            await raw.write(bytes([byte]))
            await asyncio.sleep(0)
        await raw.reader.readuntil(b"\r\n\r\n")
        await assert_answered(raw, "hb", "hb")


async def test_fragments(mock: Mock) -> None:
    """A fragmented message is one message, also if a character is split and control frames come in between."""
    data = '[2,"é","Heartbeat",{}]'.encode()
    async with mock.raw() as raw:
        await raw.write(masked(data[:5], fin=False) + masked(b"p1", Opcode.PING))
        assert await raw.frame() == (Opcode.PONG, b"p1")
        await raw.write(masked(b"", Opcode.CONT, fin=False) + masked(b"", Opcode.PONG))
        await raw.write(masked(data[5:], Opcode.CONT) + masked(HEARTBEAT))
        await assert_answered(raw, "é", "hb")


async def test_closing_handshake(mock: Mock) -> None:
    """A close frame is answered with the same code; what follows it is ignored, and the connection ends."""
    async with mock.raw() as raw:
        await raw.write(masked((3000).to_bytes(2) + b"bye", Opcode.CLOSE) + masked(HEARTBEAT))
        opcode, data = await raw.frame()
        assert (opcode, data[:2]) == (Opcode.CLOSE, (3000).to_bytes(2))
        assert await asyncio.wait_for(raw.reader.read(), PATIENCE) == b""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02[]", 1002),
        (b"\x83\x80mask", 1002),
        (b"\xc1\x80mask", 1002),
        (b"\x91\x80mask", 1002),
        (b"\x09\x80mask", 1002),
        (b"\x89\xfe\x00\x7emask" + b"p" * 126, 1002),
        (b"\x88\x81maskx", 1002),
        (masked(b"x", Opcode.CONT), 1002),
        (masked(b"x", fin=False) + masked(HEARTBEAT), 1002),
        (masked(b'["\xff"]'), 1007),
        (masked(b'["\xc3'), 1007),
        (masked(b'["\xed\xa0\x80"]'), 1007),
        (masked(b'["\xc3', fin=False) + masked(b'"]', Opcode.CONT), 1007),
        (b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01mask", 1009),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 1009),
        (masked(b"x" * 600_000, fin=False) + masked(b"x" * 600_000, Opcode.CONT), 1009),
    ],
    ids=["unmasked", "opcode 3", "RSV1", "RSV3", "ping in fragments", "long ping", "short close", "CONT first",
         "text among fragments", "UTF-8", "cut UTF-8", "surrogate", "UTF-8 over fragments", "1 MiB + 1", "2^63 bytes",
         "large fragments"],
)  # fmt: skip
async def test_protocol_error(mock: Mock, station: Station, data: bytes, code: int) -> None:
    """A violation of RFC 6455 closes the connection with its code, and does not affect other stations."""
    async with mock.raw() as raw:
        await raw.write(data)
        opcode, close = await raw.frame()
        assert (opcode, int.from_bytes(close[:2])) == (Opcode.CLOSE, code)
    await station.ask("Heartbeat")


@pytest.mark.parametrize("depth", [100, 300, 1_100, 100_000])
@pytest.mark.parametrize("nested", ["[|", "[|]", '{"a":|}'])
@pytest.mark.parametrize(
    "around", ["|", '[2,"n","Heartbeat",|]', '[2,"n","Heartbeat",{"customData":{"vendorId":"v","x":|}}]', '[3,"n",|]']
)
async def test_deep_nesting(station: Station, around: str, nested: str, depth: int) -> None:
    """A deeply nested text gets one answer at most, and the connection stays open."""
    opening, closing = nested.split("|")
    await station.send(around.replace("|", opening * depth + "1" + closing * depth))
    await station.send(HEARTBEAT)
    kind, id_, *_ = await station.expect()
    if id_ != "hb":
        assert (kind, id_) in ((3, "n"), (4, "n"), (4, "-1"))
        await station.expect(3, "hb")


@pytest.mark.parametrize(
    "text", ['[2,"\\ud800","Heartbeat",{}]', '[2,"a","\\udfff",{}]', '[2,"\\u0000","Heartbeat",{}]']
)
async def test_strange_characters(station: Station, text: str) -> None:
    """Lone surrogates and control characters in ids and actions cause no error."""
    await station.send(text)
    await station.expect()
    await station.ask("Heartbeat")


async def test_log_lines_cannot_be_forged() -> None:
    """Line breaks in an identity, an action or a payload make no new lines in the log."""
    async with Mock() as mock, mock.station("evil%0Aforged%1B%5B31m") as station:
        for text in ('[2,"a","x\\nforged",{}]', '[2,"a","DataTransfer",{"vendorId":"\\r\\nforged"}]', "x\nforged\n"):
            await station.send(text)
            await station.expect()
        await asyncio.to_thread(mock.stop)
        assert "evil" in mock.log
        assert [line for line in mock.log.splitlines() if line.lstrip().startswith("forged")] == []
        assert "\x1b" not in mock.log


async def test_station_that_does_not_read(mock: Mock, station: Station) -> None:
    """A station that sends calls but reads no answers does not block others."""
    async with mock.raw("/MUTE") as mute:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                for _ in range(50):
                    await mute.write(masked(HEARTBEAT) * 5_000)
        await station.ask("Heartbeat")
    await station.ask("Heartbeat")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_nothing_leaks(mock: Mock) -> None:
    """Connections that end in any way leave no file descriptor open."""
    files = Path(f"/proc/{mock.process.pid}/fd")
    async with mock.station("keeper") as keeper:
        before = len(list(files.iterdir()))
        for _ in range(20):
            async with mock.tcp(), mock.raw("/A") as a, mock.raw("/B") as b, mock.raw("/C"), mock.station("D") as d:
                await a.write(masked(HEARTBEAT)[:5])
                await b.write(masked("[" * 1000))
                await d.send('[2,"a",["Heartbeat"],{}]')
        async with asyncio.timeout(PATIENCE):
            while len(list(files.iterdir())) > before:
                await keeper.ask("Heartbeat")
