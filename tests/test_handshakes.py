"""Wire behaviour: the mock handles handshakes of any kind, and keeps running."""

import asyncio
import re
from contextlib import suppress

import pytest
from websockets.frames import Opcode

from tests.wire import BOOT, HANDSHAKE, PATIENCE, Mock, Station, assert_alive


async def test_identity() -> None:
    """The identity is the last segment of the path, percent-decoded, without the query."""
    async with Mock("--station", "a/b ä", "-c", "ClearCache", "-d", "0", "--rerun-commands") as mock:
        for path in ("a%2Fb%20%C3%A4", "ocpp/v1/a%2fb%20%c3%a4", "x%2Fy/a%2Fb%20%C3%A4?token=1/2"):
            async with mock.station(path) as station:
                await station.obey("ClearCache")


@pytest.mark.parametrize("path", ["/", "/?identity=CS", "//", "/?/CS"])
async def test_no_identity(mock: Mock, path: str) -> None:
    """A path without an identity gets HTTP 404."""
    async with mock.tcp() as tcp:
        assert (await tcp.get(path, HANDSHAKE))[0] == 404


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("ocpp2.0.1", "ocpp2.0.1"),
        ("ocpp2.0 ocpp2.0.1", "ocpp2.0"),
        ("ocpp2.2 ocpp1.5 ocpp2.0.1", "ocpp2.0.1"),
        ("ocpp1.5 ocpp2.0", "ocpp2.0"),
    ],
)
async def test_subprotocol(mock: Mock, identity: str, offered: str, chosen: str) -> None:
    """The mock chooses the first offered subprotocol that it speaks; it treats ocpp2.0 as 2.0.1."""
    async with mock.station(identity, *offered.split()) as station:
        assert station.socket.subprotocol == chosen
        await station.ask("BootNotification", BOOT)


async def test_no_common_subprotocol() -> None:
    """Without a common subprotocol the handshake is completed without the header, and the connection closed."""
    async with Mock() as mock:
        for offer in ("Sec-WebSocket-Protocol: ocpp1.5, ocpp9\r\n", ""):
            async with mock.tcp() as tcp:
                status, head = await tcp.get("/CS", re.sub("Sec-WebSocket-Protocol.*\r\n", offer, HANDSHAKE))
                assert (status, "sec-websocket-protocol" in head.lower()) == (101, False)
                assert (await tcp.frame())[0] == Opcode.CLOSE
        mock.stop()
        assert re.search("ocpp1.5.*ocpp9", mock.log), "the log says what was offered"


async def test_http(mock: Mock) -> None:
    """GET /healthz gets 200, other plain requests an error."""
    for path, statuses in (("/healthz", [200]), ("/", [404, 426]), ("/CS", [404, 426])):
        async with mock.tcp() as tcp:
            assert (await tcp.get(path))[0] in statuses


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /CS HTTP/1.1\r\nHost: mock\r\nX: " + b"x" * 100_000,
        b"POST /healthz HTTP/1.1\r\nHost: mock\r\nContent-Length: 5\r\n\r\nhello",
        f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".replace("Version: 13", "Version: 7").encode(),
        f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".replace("dGhlIHNhbXBsZSBub25jZQ==", "?").encode(),
        f"GET /%FF%0A HTTP/1.1\r\n{HANDSHAKE}\r\n".encode(),
    ],
)
async def test_broken_handshake(mock: Mock, data: bytes) -> None:
    """After any bytes instead of a handshake the connection ends, and the mock keeps running."""
    async with mock.tcp() as tcp, asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            await tcp.write(data)
            tcp.writer.write_eof()
            await tcp.reader.read()
    await assert_alive(mock)


async def test_second_connection(mock: Mock, station: Station, identity: str) -> None:
    """A second connection of the same identity replaces the first one."""
    async with mock.station(identity) as second:
        await station.closed()
        await second.ask("Heartbeat")
