"""Input at the port other than a valid handshake: the answer, the log, and the findings."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest

from tests.raw import logged, until
from tests.wire import HANDSHAKE, PATIENCE, Mock, Raw

CASES = Path(__file__).parent / "cases" / "http"
NOTHING, CUT = "connected and sent nothing", "ended before the request was complete"
TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
WORDS = HANDSHAKE.encode() + b"\r\n"


def case(name: str) -> bytes:
    """Return a recorded request."""
    return (CASES / f"{name}.http").read_bytes()


async def answer(raw: Raw) -> tuple[int, str]:
    """Return the HTTP status, 0 if there is none, and the whole answer until the connection ends."""
    data = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while chunk := await raw.reader.read(4096):
                data += chunk
                if data.startswith(b"HTTP/1.1 101") and b"\r\n\r\n" in data:
                    break
    text = data.decode(errors="replace")  # frames may follow the head
    return int(text.split()[1]) if text else 0, text


async def ask(mock: Mock, data: bytes, *, piecewise: bool = False) -> tuple[int, str]:
    """Send bytes, and return the HTTP status and the answer."""
    async with mock.tcp() as raw:
        with suppress(ConnectionError):  # the mock may close before all bytes are sent
            for piece in [data[at : at + 1] for at in range(len(data))] if piecewise else [data]:
                await raw.write(piece)
        return await answer(raw)


async def findings_of(data: bytes, status: int) -> list[tuple[str, str]]:
    """Send bytes, check the HTTP status of the answer, and return the station and the check of each finding."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "events"
        async with Mock("--events", str(log)) as mock:
            got, text = await ask(mock, data)
            assert got == status, text
            if data.startswith(b"HEAD"):
                assert text.endswith("\r\n\r\n")
            mock.stop()
        events = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    found = [(event["station"], event["check"]) for event in events if event["event"] == "Finding"]
    return sorted((station, check) for station, check in found if check != "T30")  # no test sends a close frame


@pytest.mark.parametrize(
    ("data", "status", "findings"),
    [
        (case("ok"), 101, []),
        (case("c01-no-connection"), 426, [("CS-1", "T09")]),
        (case("c01-version-8"), 426, [("CS-1", "T09")]),
        (case("ok").replace(b"/CS-1", b"/CS:1"), 101, [("CS:1", "T03")]),
        (case("c01-version-8").replace(b"/CS-1", b"/CS:1"), 426, [("CS:1", "T03"), ("CS:1", "T09")]),
        (case("c01-version-8").replace(b"ocpp2.0.1", b"ocpp1.5"), 426, [("CS-1", "T02"), ("CS-1", "T09")]),
        (case("c01-version-8").replace(b"ocpp2.0.1", b"soap"), 426, [("CS-1", "T01"), ("CS-1", "T09")]),
        (case("ok").replace(b"Upgrade: websocket\r\n", b""), 426, [("CS-1", "T09")]),
        (case("ok").replace(b"Upgrade: websocket", b"Upgrade: h2c"), 426, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b""), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b"Host: a\r\nHost: b\r\n"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"/CS-1", b"/CS-1\0"), 400, [("CS-1\0", "T09")]),
        (case("ok").replace(b"Host: mock", b"Host: mock\r\nX: a\0b"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock", b"Host: mock\r\nX: a\rb"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock", b"Host: mock/x"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock", b"Host: mock\r\nOrigin:"), 403, []),
        (case("ok").replace(b"/CS-1", b"/CS\r1"), 400, [("CS\r1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b"Host: mock\r\nOrigin: http://page\r\n"), 403, []),
        (case("ok").replace(b"GET", b"POST"), 405, [("CS-1", "T09")]),
        (case("ok").replace(b"HTTP/1.1", b"HTTP/1.0"), 505, [("CS-1", "T09")]),
        (case("ok").replace(b"HTTP/1.1", b"HTTP/2.0"), 505, [("CS-1", "T09")]),
        (case("ok").replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"?"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b"Host: mock\r\nnonsense\r\n"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b"Host: mock\r\nContent-Length: 5\r\n"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"Host: mock\r\n", b"Host: mock\r\nTransfer-Encoding: chunked\r\n"), 400,
         [("CS-1", "T09")]),
        (case("ok").replace(b"\r\n", b"\n"), 400, [("CS-1", "T09")]),
        (case("ok").replace(b"ocpp2.0.1", b"ocpp2.0.1;"), 400, [("CS-1", "T09")]),
        (case("c02-raw-space"), 400, [("RDAM 123", "T03"), ("RDAM 123", "T04")]),
        (case("c02-raw-utf8"), 400, [("CSä", "T03"), ("CSä", "T04")]),
        (case("ok").replace(b"/CS-1", "/CS-ä".encode("latin-1")), 400, [("CS-\\xe4", "T03"), ("CS-\\xe4", "T04")]),
        (case("ok").replace(b"/CS-1", b"/my ocpp/CS-1"), 400, [("CS-1", "T04")]),
        (case("ok").replace(b"/CS-1", b"/CS-1?a b"), 400, [("CS-1", "T04")]),
        (case("c05-trailing-slash"), 101, [("CS-1", "T03")]),
        (case("ok").replace(b"/CS-1", b"/CS-1//"), 101, [("CS-1", "T03")]),
        (case("ok").replace(b"/CS-1", b"/ocpp/CS-1/?x=/1/"), 101, [("CS-1", "T03")]),
        (case("c05-double-slash"), 101, []),
        (case("c05-absolute-uri"), 101, []),
        (case("ok").replace(b"/CS-1", b"ws://mock:1"), 404, [("", "T03")]),
        (case("ok").replace(b"/CS-1", b"/"), 404, [("", "T03")]),
        (case("c06-pipe"), 101, []),
        (case("c09-16-only"), 101, []),
        (case("c09-protocols"), 101, []),
        (case("c09-upper"), 101, [("CS-1", "T01")]),
        (case("ok").replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), 101,
         [("CS-1", "T10")]),
        (case("c03-soap-post"), 400, [("CS-1", "T09")]),
        (b"POST /CS-1 HTTP/1.1\r\nHost: mock\r\n\r\n", 405, [("CS-1", "T09")]),
        (case("c03-tls-hello"), 0, [("", "T09")]),
        (TLS, 0, [("", "T09")]),
        (b"\x10\x16\x00\x04MQTT\x04\x02\x00\x3c\x00\x0aCS-1234567", 0, [("", "T09")]),
        (b"\x81\x85maskxxxxx", 0, [("", "T09")]),
        (b'[2,"1","Heartbeat",{}]', 0, [("", "T09")]),
        (b"\xff\xfe\xfd", 0, [("", "T09")]),
        (b"SSH-2.0-client\r\n", 0, [("", "T09")]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, [("", "T09")]),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + case("ok"), 400, [("", "T09")]),
        (b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x0c", 0, [("", "T09")]),
        (b"GET /CS-1\r\n", 400, [("", "T09")]),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + WORDS, 414, [("", "T09")]),
        (b"GET /CS-1 HTTP/1.1\r\nX: " + b"x" * 100_000, 431, [("CS-1", "T09")]),
        (b"GET /CS-1 HTTP/1.1\r\n" + b"X: x\r\n" * 200 + WORDS, 431, [("CS-1", "T09")]),
    ],
)  # fmt: skip
async def test_invalid_handshakes(data: bytes, status: int, findings: Sequence[tuple[str, str]]) -> None:
    """Every invalid handshake is reported and checked, and answered if it is HTTP."""
    assert await findings_of(data, status) == sorted(findings)


PAGE = case("ok").replace(b"Host: mock", b"Host: mock\r\nOrigin: http://localhost:3000")


@pytest.mark.parametrize(
    ("origins", "status"),
    [
        ([], 403),
        (["*"], 101),
        (["http://localhost:3000"], 101),
        (["https://a.example", "http://localhost:3000/"], 101),
        (["HTTP://LocalHost:3000"], 101),
        (["null"], 403),
        (["http://localhost"], 403),
        (["https://localhost:3000"], 403),
    ],
)
async def test_web_pages(origins: Sequence[str], status: int) -> None:
    """A web page is refused with the name of the flag that would allow it.

    It does not replace the station, and T22 does not report it as a second connection.
    """
    flags = [f"--allow-origin={origin}" for origin in origins]
    async with Mock(*flags) as mock, mock.station() as station:
        found, text = await ask(mock, PAGE)
        assert found == status
        if status == 403:
            assert "--allow-origin http://localhost:3000" in text
            await until(logged(mock, "CS-1 .*refused.*--allow-origin"))
            await station.ask("Heartbeat")
            assert not logged(mock, "finding .*T22")()
        else:
            assert await station.closed() == 1000


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nOrigin: http://page\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: [::1]:9000\r\n\r\n", 200),
        (b"GET /healthz\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /healthz\rX: x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ],
)
async def test_plain_requests(mock: Mock, head: bytes, status: int) -> None:
    """A plain request must be valid: one Host, or none in HTTP/1.0, and no other line ends in its path."""
    assert (await ask(mock, head))[0] == status


@pytest.mark.parametrize(
    "data", [case("c02-raw-space"), case("c01-version-8"), case("c03-soap-post"), TLS, b"SSH-2.0-client\r\n"]
)
async def test_requests_byte_by_byte(mock: Mock, data: bytes) -> None:
    """The answer is the same if the bytes come one by one."""
    assert (await ask(mock, data))[0] == (await ask(mock, data, piecewise=True))[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TLS, "a TLS client hello: the station uses wss://, this port serves ws://"),
        (case("c03-soap-post"), "SOAP"),
        (case("c02-raw-space"), "not percent-encoded"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + case("ok"), "PROXY protocol"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
        (b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04CS-1", "MQTT"),
        (case("ok").replace(b"\r\n", b"\n"), "CRLF"),
        (case("ok").replace(b"Host: mock\r\n", b""), "Host"),
        (b"GET /CS-1 HTTP/1.1\r\nHost: mo", CUT),
        (b"", NOTHING),
    ],
)
async def test_the_log_of_invalid_requests(data: bytes, words: str) -> None:
    """The log says what was wrong; a client that only connects, like a load balancer, causes no finding."""
    async with Mock() as mock:
        async with mock.tcp() as raw:
            await raw.write(data)
            raw.writer.write_eof()
            status, text = await answer(raw)
        await until(logged(mock, re.escape(words)))
        assert not status or words in text
        mock.stop()
        assert (" T0" in mock.log) is (words not in (NOTHING, CUT))


async def test_a_request_that_never_ends() -> None:
    """After ten seconds an incomplete request is reported and gets 408; a connection without a byte is reported too."""
    async with Mock() as mock, mock.tcp() as slow, mock.tcp() as mute:
        await slow.write(b"GET /CS-1 HTTP/1.1\r\nHost: mock\r\n")
        assert (await answer(slow))[0] == 408
        assert (await answer(mute))[0] == 0
        await until(logged(mock, NOTHING))
        await until(logged(mock, "CS-1 .*refused.*not complete after 10 s"))
        await until(logged(mock, "CS-1 .*finding.* T09 .*not complete after 10 s"))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (case("c31-head-healthz"), 200),
        (case("c31-http10-healthz"), 200),
        (b"GET /healthz/ HTTP/1.1\r\nHost: mock\r\n\r\n", 200),
        (b"HEAD /healthz/?x HTTP/1.0\r\n\r\n", 200),
        (b"GET http://mock/healthz HTTP/1.1\r\nHost: mock\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: mock\r\n\r\n", 426),
        (b"GET /\xc3\xa4 HTTP/1.1\r\nHost: mock\r\n\r\n", 400),
        (b"HEAD / HTTP/1.1\r\nHost: mock\r\n\r\n", 426),
        (b"OPTIONS / HTTP/1.1\r\nHost: mock\r\n\r\n", 405),
    ],
)
async def test_plain_http(data: bytes, status: int) -> None:
    """Health checks in several forms work without findings; HEAD gets no body."""
    assert await findings_of(data, status) == []


async def test_the_answer_to_a_wrong_websocket_version(mock: Mock) -> None:
    """The answer to a wrong Sec-WebSocket-Version has the supported one (RFC 6455, 4.2.2 and 4.4)."""
    assert "Sec-WebSocket-Version: 13\r\n" in (await ask(mock, case("c01-version-8")))[1]


async def test_a_slash_after_the_identity() -> None:
    """A slash after the identity in the path is ignored."""
    async with Mock("--station", "CS-1", "-c", "ClearCache", "-d", "0") as mock, mock.station("ocpp/CS-1/") as station:
        await station.obey("ClearCache")
