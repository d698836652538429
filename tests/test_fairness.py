"""One station cannot harm another: whatever it sends or does not read, other stations get answers in between.

The mock is stopped (SIGSTOP) while a flood of frames comes, so that it reads all of them at once. The tests compare the
order and the number of handled frames; nothing depends on the speed of the machine.
"""

import asyncio
import signal
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import orjson
import pytest
from websockets.frames import Opcode

from mock_csms.control.python import Csms
from mock_csms.runtime.open_call import CallFailed
from tests.control.in_process import station_of
from tests.raw import logged, until
from tests.wire import HANDSHAKE, PATIENCE, Mock, Raw, masked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped there")

COMPRESSION = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
CALL = b'[2,"1","Heartbeat",{}]'
FLOOD = 9000


def deflated(data: bytes, *, fin: bool = True) -> bytes:
    """Return the masked frame of a compressed message."""
    squeezer = zlib.compressobj(wbits=-15)
    frame = bytearray(masked((squeezer.compress(data) + squeezer.flush(zlib.Z_SYNC_FLUSH))[:-4], fin=fin))
    frame[0] |= 0x40
    return bytes(frame)


@asynccontextmanager
async def flooder(mock: Mock, name: str = "BAD") -> AsyncIterator[Raw]:
    """Connect a station with compression."""
    async with mock.tcp() as raw:
        status, head = await raw.get(f"/{name}", HANDSHAKE + COMPRESSION)
        assert status == 101, head
        yield raw


@contextmanager
def stopped(mock: Mock) -> Iterator[None]:
    """Stop the process of the mock during the block."""
    mock.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        mock.process.send_signal(signal.SIGCONT)


def done(log: Path, kind: str) -> list[str]:
    """Return the stations of all events of a kind so far, in order."""
    lines = log.read_bytes().split(b"\n")[:-1]
    return [event["station"] for event in map(orjson.loads, lines) if event["event"] == kind]


KINDS = {
    "calls": masked(CALL) * FLOOD,
    "garbage": masked("[2]") * FLOOD,
    "deflated": deflated(CALL) * FLOOD,
    "fragments": (masked(CALL[:9], fin=False) + b"\x80\x8d\0\0\0\0" + CALL[9:]) * FLOOD,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 5])
async def test_others_are_answered_in_between(kind: str, count: int, tmp_path: Path) -> None:
    """If thousands of frames came before another station's call, only the first few are handled before the call."""
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log)) as mock, AsyncExitStack() as stack:
        flooders = [await stack.enter_async_context(flooder(mock, f"BAD-{number}")) for number in range(count)]
        async with mock.station("GOOD") as good:
            with stopped(mock):
                for each in flooders:
                    each.writer.write(KINDS[kind])
                await asyncio.sleep(0)
                await good.send([2, "1", "Heartbeat", {}])
                await asyncio.sleep(0.05)  # time for the kernel
            await good.expect(3, "1")
        await until(lambda: "GOOD" in done(log, "Received") and len(done(log, "Received")) > 100)
        assert done(log, "Received").index("GOOD") < 500


async def test_healthz_is_answered_in_between(tmp_path: Path) -> None:
    """A new connection is accepted and answered while thousands of frames wait to be handled."""
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log)) as mock, flooder(mock) as bad, mock.tcp() as asking:
        with stopped(mock):
            bad.writer.write(masked("[2]") * 3 * FLOOD + masked(CALL))
            await asyncio.sleep(0)
            asking.writer.write(b"GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n")
            mock.process.send_signal(signal.SIGHUP)  # its Reconfigured event shows when signals are handled
            await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(asking.reader.readuntil(b"\r\n"), PATIENCE)).startswith(b"HTTP/1.1 200")
        await until(lambda: bool(done(log, "Reconfigured")))
        lines = [orjson.loads(line)["event"] for line in log.read_bytes().split(b"\n")[:-1]]
        assert lines[: lines.index("Reconfigured")].count("Received") < 500


async def test_sigterm_is_seen_in_between(tmp_path: Path) -> None:
    """SIGTERM ends the run before most of the thousands of waiting frames of five stations are handled."""
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log)) as mock, AsyncExitStack() as stack:
        flooders = [await stack.enter_async_context(flooder(mock, f"BAD-{number}")) for number in range(5)]
        with stopped(mock):
            for each in flooders:
                each.writer.write(masked("[2]") * 3 * FLOOD)
            await asyncio.sleep(0.05)
            mock.process.send_signal(signal.SIGTERM)
        assert mock.process.wait(PATIENCE) == 0
        assert len(done(log, "Received")) < 5000


async def test_all_of_a_flood_is_answered_in_order(mock: Mock) -> None:
    """Each of thousands of calls in a flood gets its answer, in order, and then the close frame."""
    async with mock.raw("/FLOOD") as raw:
        wire = b"".join(masked(b'[2,"%d","Heartbeat",{}]' % number) for number in range(FLOOD))
        raw.writer.write(wire + masked(b"\x03\xe8", Opcode.CLOSE))
        for number in range(FLOOD):
            opcode, data = await raw.frame()
            assert (opcode, orjson.loads(data)[:2]) == (1, [3, str(number)])
        assert await raw.frame() == (8, b"\x03\xe8")
        assert await asyncio.wait_for(raw.reader.read(), PATIENCE) == b""


async def test_calls_before_the_end_are_handled(tmp_path: Path) -> None:
    """If a station sends thousands of calls and disconnects, all are handled before its end is reported."""
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log)) as mock:
        async with mock.raw("/GONE") as raw:
            raw.writer.write(masked(CALL) * 2000)
            raw.writer.write_eof()
            await until(lambda: bool(done(log, "Disconnected")))
        assert len(done(log, "Received")) == 2000


# Answers that are not read.


async def test_a_station_that_does_not_read(tmp_path: Path) -> None:
    """While a station reads no answers, the mock stops handling its calls, so that big answers do not pile up."""
    log = tmp_path / "events"
    async with (
        Mock("--quiet", "--events", str(log), "--fault", "BootNotification", "oversize bytes=1000000") as mock,
        mock.raw("/MUTE") as mute,
        mock.station("GOOD") as good,
    ):
        boot = b'[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"m","vendorName":"v"}}]'
        mute.writer.write(masked(boot) * 1000)
        mute.writer.transport.pause_reading()  # type: ignore[attr-defined] # of a socket
        for _ in range(50):
            await good.ask("Heartbeat")
        await until(lambda: done(log, "Sent").count("GOOD") == 50)
        assert 0 < done(log, "Sent").count("MUTE") < 100


@pytest.mark.parametrize(
    "flags",
    [
        ("--fault", "Heartbeat", "delay seconds=3600"),
        ("--fault", "Heartbeat", "latency seconds=3600"),
        ("--latency", "3600"),
    ],
)
async def test_delayed_messages_are_bounded(flags: tuple[str, ...], tmp_path: Path) -> None:
    """If the settings delay answers or messages, only a bounded number of them waits, and the rest is not read."""
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log), *flags) as mock, mock.raw("/BAD") as bad:
        bad.writer.write(masked(CALL) * FLOOD + b"\x89\x80\0\0\0\0")
        for _ in range(20):
            async with mock.tcp() as asking:
                assert (await asking.get("/healthz"))[0] == 200
        await bad_is_not_read(bad)
        assert len(done(log, "Received")) < 500


async def bad_is_not_read(bad: Raw) -> None:
    """Check that the mock does not answer the ping after the flood."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bad.reader.read(1), 0.5)


@pytest.mark.parametrize("delay", [0, 3600])
async def test_waiting_on_commands_are_bounded(delay: int, tmp_path: Path) -> None:
    """At most a thousand `on` commands wait for a station; further ones are reported as failed."""
    log, config = tmp_path / "events", tmp_path / "mock.toml"
    config.write_text(f'[[command]]\non = "Heartbeat"\naction = "ClearCache"\ndelay = {delay}\n')
    async with Mock("--quiet", "--events", str(log), "--config", str(config)) as mock, mock.raw("/BUSY") as raw:
        raw.writer.write(masked(CALL) * 1500 + masked(b"\x03\xe8", Opcode.CLOSE))
        while (await raw.frame())[0] != Opcode.CLOSE:
            pass
        await until(lambda: bool(done(log, "Disconnected")))
        assert log.read_text().count("was not sent: 1000 commands wait for BUSY already") == 500


async def test_waiting_calls_of_a_program_are_bounded() -> None:
    """At most a thousand commands of `call` wait for one station; the next one fails at once."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("Heartbeat")
        calls = [asyncio.create_task(csms.call("CS-1", "ClearCache")) for _ in range(1000)]
        await station.expect(2, ..., "ClearCache")
        with pytest.raises(CallFailed, match="was not sent: 1000 commands wait for CS-1 already"):
            await csms.call("CS-1", "ClearCache")
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        with pytest.raises(CallFailed, match="not connected"):
            await csms.call("CS-2", "ClearCache", within=0)


# Compression bombs.


async def test_a_compression_bomb(tmp_path: Path) -> None:
    """A message beyond --max-compression-ratio closes the connection with 1009 and a finding; 0 means no limit."""
    bomb = deflated(b"[" + b"[]," * 300_000 + b"[]]")
    log = tmp_path / "events"
    async with Mock("--quiet", "--events", str(log)) as mock, flooder(mock) as bad:
        bad.writer.write(bomb * 40)
        opcode, data = await bad.frame()
        assert (opcode, data[:2]) == (8, (1009).to_bytes(2))
        mock.stop()
        assert done(log, "Received") == []
        assert "decompressed to more than" in log.read_text()
        assert "T28" in log.read_text()
    async with Mock("--quiet", "--max-compression-ratio", "0") as mock, flooder(mock) as bad:
        bad.writer.write(bomb + deflated(CALL))
        assert [(await bad.frame())[0] for _ in range(2)] == [1, 1]


async def test_a_compression_bomb_in_fragments(mock: Mock) -> None:
    """The compression ratio is that of all fragments of a message together."""
    squeezer = zlib.compressobj(wbits=-15)
    text = b"[" + b"[]," * 300_000 + b"[]]"
    data = (squeezer.compress(text) + squeezer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    frames = [
        masked(data[at : at + 100], Opcode.CONT if at else Opcode.TEXT, fin=at + 100 >= len(data))
        for at in range(0, len(data), 100)
    ]
    async with flooder(mock, "PIECES") as bad:
        bad.writer.write(bytes((frames[0][0] | 0x40,)) + frames[0][1:] + b"".join(frames[1:]))
        opcode, close = await bad.frame()
        assert (opcode, close[:2]) == (8, (1009).to_bytes(2))


async def test_a_message_that_resembles_the_last_one(mock: Mock) -> None:
    """A long message that compresses to few bytes because it resembles the last one is accepted."""
    async with mock.station("SAME", compression="deflate") as station:
        data = "".join(chr(33 + number * number % 89) for number in range(12_000)).replace("\\", "/").replace('"', "'")
        for _ in range(3):
            await station.ask("DataTransfer", {"vendorId": "V", "data": data})


@pytest.mark.parametrize(("empty", "opcode"), [(900, 1), (1100, 8)])
async def test_empty_fragments(mock: Mock, empty: int, opcode: int) -> None:
    """A message may have 900 empty frames, but not 1100: that closes the connection with 1009."""
    async with mock.raw("/EMPTY") as raw:
        last = b"\x80\x80\0\0\0\0"
        raw.writer.write(masked(CALL, fin=False) + b"\0\x80\0\0\0\0" * empty + last)
        found, data = await raw.frame()
        assert found == opcode
        assert opcode == 1 or data[:2] == (1009).to_bytes(2)


# Close frames.


BEHIND = {"the rest": masked("rest", Opcode.CONT), "texts": masked("x") * 3, "nonsense": b"\xff" * 50}
BEHIND["another goodbye"] = masked(b"\x03\xea", Opcode.CLOSE)


@pytest.mark.parametrize("behind", BEHIND)
async def test_frames_after_a_close_frame(mock: Mock, behind: str) -> None:
    """A close frame within a fragmented message is answered with its code, whatever follows it (Autobahn 7.1.5)."""
    async with mock.raw("/BYE") as raw:
        raw.writer.write(masked("fragment", fin=False) + masked(b"\x03\xe8", Opcode.CLOSE) + BEHIND[behind])
        assert await raw.frame() == (8, b"\x03\xe8")
        assert await asyncio.wait_for(raw.reader.read(), PATIENCE) == b""


# Accepting.


@pytest.mark.skipif(sys.platform != "linux", reason="limits of other processes are Linux's")
async def test_no_more_descriptors() -> None:
    """Without free file descriptors the mock logs one line, and accepts connections again when there are some."""
    import resource

    async with Mock() as mock:
        async with mock.station("FIRST") as first, AsyncExitStack() as stack:
            await first.ask("Heartbeat")  # after its answer the mock loads the modules that a message needs
            await first.ask("Heartbeat")  # answered once they are loaded
            used = len(list(Path(f"/proc/{mock.process.pid}/fd").iterdir()))
            resource.prlimit(mock.process.pid, resource.RLIMIT_NOFILE, (used + 3, used + 3))
            for _ in range(20):
                await stack.enter_async_context(mock.tcp())
            await until(logged(mock, "Too many open files"))
            await asyncio.sleep(1.5)
            await first.ask("Heartbeat")
            assert mock.log.count("open files") == 1
        async with mock.station("SECOND") as second:
            await second.ask("Heartbeat")
