"""Mistakes that only a raw client can make, at a socket of the running program: bad frames, handshakes and pings."""

import asyncio
import re
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from websockets.frames import Opcode

from tests.pace import turns
from tests.wire import HANDSHAKE, PATIENCE, Mock, Raw, masked

FRAMES = Path(__file__).parents[1] / "cases" / "frames"
HEARTBEAT = '[2,"h","Heartbeat",{}]'
UNMASKED, RSV1, CODE_1006, OPCODE_3 = [
    bytes.fromhex(line.partition("#")[0])
    for line in (FRAMES / "c11-bad-frames.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


class Log:
    """The log of events that a mock wrote."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / "events"

    def findings(self) -> list[dict[str, Any]]:
        """Return the findings in their order."""
        events = [orjson.loads(line) for line in self.path.read_bytes().splitlines()]
        return [event for event in events if event["event"] == "Finding"]


async def ended(raw: Raw) -> None:
    """Wait for the end of a connection."""
    with suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while await raw.reader.read(4096):
                pass


async def found_after(data: bytes, *flags: str, headers: str = HANDSHAKE) -> list[str]:
    """Send bytes over an open connection, and return the transport checks that report something."""
    with TemporaryDirectory() as folder:
        log = Log(folder)
        async with Mock("--events", str(log.path), "--ping-interval", "0", *flags) as mock, mock.tcp() as raw:
            assert (await raw.get("/CS", headers))[0] == 101
            await raw.write(data)
            await ended(raw)
            mock.stop()
        assert {finding["station"] for finding in log.findings()} <= {"CS"}
        return [finding["check"] for finding in log.findings() if finding["check"][0] == "T"]


def close(code: int, reason: bytes = b"") -> bytes:
    """Return a close frame."""
    return masked(code.to_bytes(2) + reason, Opcode.CLOSE)


SENT: Mapping[str, tuple[bytes, Sequence[str]]] = {
    "goodbye": (close(1000), []),
    "going away": (close(1001, b"bye") + masked(HEARTBEAT), []),
    "nothing counts after a goodbye": (close(3000) + UNMASKED, []),
    "no code": (masked(b"", Opcode.CLOSE), []),
    "longest ping": (masked(b"?" * 125, Opcode.PING) + masked(b"", Opcode.PONG) + close(4999), []),
    "fragments": (masked(HEARTBEAT[:5], fin=False) + masked(HEARTBEAT[5:], Opcode.CONT) + close(1000), []),
    "unmasked": (UNMASKED, ["T23"]),
    "unmasked twice": (UNMASKED + UNMASKED, ["T23"]),
    "unmasked ping": (b"\x89\x00", ["T23"]),
    "RSV1": (RSV1, ["T24"]),
    "RSV2": (b"\xa1\x80mask", ["T24"]),
    "RSV3": (b"\x91\x80mask", ["T24"]),
    "opcode 3": (OPCODE_3, ["T24"]),
    "opcode 11": (b"\x8b\x80mask", ["T24"]),
    "2^64 bytes": (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xffmask", ["T24"]),
    "lone part": (masked(b"x", Opcode.CONT), ["T25"]),
    "mixed": (masked(b"x", fin=False) + masked(HEARTBEAT), ["T25"]),
    "ping in parts": (b"\x09\x80mask", ["T26"]),
    "pong in parts": (b"\x0a\x80mask", ["T26"]),
    "close in parts": (b"\x08\x80mask", ["T26"]),
    "long ping": (b"\x89\xfe\x00\x7emask" + b"p" * 126, ["T26"]),
    "1006": (CODE_1006, ["T27"]),
    "1005": (close(1005), ["T27"]),
    "999": (close(999), ["T27"]),
    "2000": (close(2000), ["T27"]),
    "5000": (close(5000), ["T27"]),
    "short close": (b"\x88\x81maskx", ["T27"]),
    "reason": (close(1000, b"\xff"), ["T27"]),
    "1 MiB + 1": (b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01mask", ["T28"]),
    "large parts": (masked(b"x" * 600_000, fin=False) + masked(b"x" * 600_000, Opcode.CONT), ["T28"]),
    "UTF-8": (masked(b'["\xff"]'), ["T11"]),
    "UTF-8 over parts": (masked(b'["\xc3', fin=False) + masked(b'"]', Opcode.CONT), ["T11"]),
}
"""By name, the bytes to send and the checks that report them."""


@pytest.mark.parametrize("name", SENT)
async def test_frames(name: str) -> None:
    """T11 and T23 to T28 report each violation of RFC 6455 once, and no valid frames."""
    data, findings = SENT[name]
    assert await found_after(data) == findings


async def test_data_that_cannot_be_decompressed() -> None:
    """With agreed compression RSV1 is valid, and T31 reports data that cannot be decompressed."""
    offer = HANDSHAKE + "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    assert await found_after(b"\xc1\x85" + bytes(4) + b"\xff" * 5, headers=offer) == ["T10", "T31"]


async def test_an_end_without_a_close_frame(tmp_path: Path) -> None:
    """T30 reports a FIN or RST without a close frame, but not the end of a connection that the mock closed."""
    log = Log(str(tmp_path))
    async with Mock("--events", str(log.path)) as mock:
        async with mock.raw("/FIN") as raw:
            raw.writer.write_eof()
            await ended(raw)
        async with mock.raw("/RST") as raw:
            option = struct.pack("ii", 1, 0)
            raw.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        async with mock.raw("/STAYS"):
            async with asyncio.timeout(PATIENCE):
                while len(re.findall(" T30 ", mock.log)) < 2:
                    await asyncio.sleep(0.01)
            mock.stop()
    result = [(finding["station"], finding["check"], finding["severity"]) for finding in log.findings()]
    assert sorted(result) == [("FIN", "T30", "info"), ("RST", "T30", "info")]


@pytest.mark.parametrize(("is_alive", "severity"), [(True, "warning"), (False, "info")])
async def test_a_ping_that_is_not_answered(is_alive: bool, severity: str) -> None:
    """T29 is a warning if a station sends messages but no pong, and an info if it is silent, as it may be offline."""
    for turn in turns():
        with turn as pace, TemporaryDirectory() as folder:
            log = Log(folder)
            flags = ["--ping-interval", f"{0.1 * pace}", "--ping-timeout", f"{0.5 * pace}", "--events", str(log.path)]
            async with Mock(*flags) as mock, mock.raw("/CS") as raw:
                while not raw.reader.at_eof() and not re.search(" T29 ", mock.log):
                    with suppress(ConnectionError):
                        await raw.write(masked(HEARTBEAT) if is_alive else b"")
                    await asyncio.sleep(0.02)
                mock.stop()
            result = [(each["check"], each["severity"]) for each in log.findings() if each["check"][0] == "T"]
            assert result == [("T29", severity)]


async def test_a_second_connection() -> None:
    """T22 reports a second connection of a station that is connected."""
    with TemporaryDirectory() as folder:
        log = Log(folder)
        async with Mock("--events", str(log.path)) as mock, mock.raw("/CS"), mock.raw("/CS"):
            mock.stop()
        assert [finding["check"] for finding in log.findings()] == ["T22"]


async def test_requests(tmp_path: Path) -> None:
    """T04 reports an unencoded path, T09 an invalid handshake. `tests/test_odd_requests.py` has all forms."""
    log, request = Log(str(tmp_path)), f" HTTP/1.1\r\n{HANDSHAKE}\r\n".encode()
    async with Mock("--events", str(log.path)) as mock:
        for data in (b"GET /C|S" + request, b"GET /CS" + request.replace(b"Upgrade: websocket\r\n", b"")):
            async with mock.tcp() as raw:
                await raw.write(data)
                await raw.reader.readuntil(b"\r\n\r\n")
        mock.stop()
    found = [(each["station"], each["check"]) for each in log.findings() if each["check"] != "T30"]
    assert found == [("C|S", "T04"), ("CS", "T09")]


async def test_repeated_keys(tmp_path: Path) -> None:
    """R20 reports repeated keys however they are written. `tests/test_duplicate_keys.py` has all forms."""
    log = Log(str(tmp_path))
    async with Mock("--events", str(log.path)) as mock, mock.station("CS") as station:
        for line in (FRAMES / "c16-duplicate-keys.txt").read_text(encoding="utf-8").splitlines():
            await station.send(line)
            await station.expect()
        mock.stop()
    assert [each["check"] for each in log.findings() if each["check"] == "R20"] == ["R20", "R20"]


async def test_json_that_is_broken(tmp_path: Path) -> None:
    """R01 reports broken JSON, and R20 does not report repeated keys in it."""
    log = Log(str(tmp_path))
    async with Mock("--events", str(log.path)) as mock, mock.station("CS") as station:
        for line in (FRAMES / "c12-broken-json.txt").read_text(encoding="utf-8").splitlines():
            await station.send(line)
            await station.expect(4)
        mock.stop()
    assert [each["check"] for each in log.findings() if each["check"][0] == "R"] == ["R01", "R01"]
