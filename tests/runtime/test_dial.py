"""Outgoing connections: how a connection to a server is opened."""

import asyncio
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from mock_csms.runtime.transport import endpoint
from mock_csms.runtime.transport.dial import CannotConnect, Dialer
from tests.runtime.peers import OFFER, Bare, bare, dial, limits, ours, sent
from tests.wire import PATIENCE

EXTENSIONS = "Sec-WebSocket-Extensions"


@pytest.mark.parametrize("compression", [True, False])
@pytest.mark.parametrize("text", [b"", b"x", "wörd".encode(), b"y" * 126, b"z" * 70_000])
async def test_texts_both_ways_with_our_own_server(text: bytes, compression: bool) -> None:
    """Our client and our server understand each other, with and without compression."""
    async with ours(compression=compression) as server:
        ear = await dial(Dialer(limits(compression=compression)), f"{server.url}/CS-1")
        (far,) = server.ears
        assert (ear.subprotocol, far.subprotocol) == (OFFER[0], OFFER[0])
        assert ear.transport.send(text)
        assert await far.text() == text
        assert far.transport.send(text)
        assert await ear.text() == text


@pytest.mark.parametrize("theirs", ["deflate", None])
@pytest.mark.parametrize("compression", [True, False])
@pytest.mark.parametrize("text", ["", "wörd", "z" * 70_000])
async def test_texts_both_ways_with_the_library(theirs: str | None, compression: bool, text: str) -> None:
    """Our client works with a server of the `websockets` library; compression is used only if both sides offer it."""
    extensions = []

    async def echo(socket: ServerConnection) -> None:
        extensions.extend(socket.protocol.extensions)
        async for message in socket:
            await socket.send(message)

    async with serve(echo, "127.0.0.1", 0, subprotocols=[Subprotocol(OFFER[0])], compression=theirs) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        ear = await dial(Dialer(limits(compression=compression)), f"ws://127.0.0.1:{port}/CS-1")
        for _ in range(2):
            ear.transport.send(text.encode())
            assert await ear.text() == text.encode()
        assert bool(extensions) is (compression and theirs is not None)


@pytest.mark.parametrize("compression", [True, False])
async def test_compression_is_offered_unless_it_is_switched_off(compression: bool) -> None:
    """The request offers permessage-deflate unless compression is off; uncompressed frames are read in both cases."""

    async def behave(peer: Bare) -> None:
        await peer.agree(sent("plain"))
        assert ("permessage-deflate" in (peer.header(EXTENSIONS) or "")) is compression
        assert await peer.frame()

    async with bare(behave) as url:
        ear = await dial(Dialer(limits(compression=compression)), url)
        assert await ear.text() == b"plain"
        ear.transport.send(b"")


async def test_agreed_compression_is_used() -> None:
    """Texts are compressed if the server agreed to compression (RFC 7692: RSV1 is set, and they are small)."""

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        await peer.write(peer.agreement(f"Sec-WebSocket-Protocol: {OFFER[0]}", f"{EXTENSIONS}: permessage-deflate"))
        first, _, payload = await peer.frame()
        assert first == 0xC1
        assert len(payload) < 50

    async with bare(behave) as url:
        ear = await dial(Dialer(limits(compression=True)), url)
        ear.transport.send(b"x" * 1000)
        await ear.end()


@pytest.mark.parametrize(
    ("url", "given", "wanted"),
    [
        ("ws://{}/a/CS%201?x=1", None, None),
        ("ws://{}/a/CS%201?x=1", "Basic Q1M6cHc=", "Basic Q1M6cHc="),
        ("ws://CS:pw@{}/a/CS%201?x=1", None, "Basic Q1M6cHc="),
        ("ws://CS:pw@{}/a/CS%201?x=1", "Basic other", "Basic other"),
    ],
)
async def test_the_headers_of_the_request(dialer: Dialer, url: str, given: str | None, wanted: str | None) -> None:
    """The request has the unchanged path and query of the URL, the subprotocols, and the Authorization header."""

    async def behave(peer: Bare) -> None:
        await peer.agree()
        assert peer.head.startswith("GET /a/CS%201?x=1 HTTP/1.1\r\n")
        assert peer.header("Sec-WebSocket-Protocol") == OFFER[0]
        assert peer.header("Authorization") == wanted

    async with bare(behave) as server:
        await (await dial(dialer, url.format(server.removeprefix("ws://")), given)).end()


async def test_proxies_are_ignored(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies in the environment are ignored."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with ours() as server:
        assert await dial(dialer, server.url)


async def test_a_client_that_sends_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our server side drops clients that send no request in time, and no others."""
    monkeypatch.setattr(endpoint, "HANDSHAKE_TIMEOUT", 0.2)
    async with ours() as server:
        ear = None
        while ear is None:
            with suppress(CannotConnect):  # if the machine stopped for longer than the time-out
                ear = await dial(Dialer(limits()), server.url)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()
        ear.transport.send(b"still here")
        assert await server.ears[-1].text() == b"still here"


async def test_a_response_byte_by_byte(dialer: Dialer) -> None:
    """A response and a frame after it are read if they come byte by byte."""

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        for byte in peer.agreement() + sent("first"):
            await peer.write(bytes([byte]))
            await asyncio.sleep(0.0005)

    async with bare(behave) as url:
        assert await (await dial(dialer, url)).text() == b"first"


@pytest.mark.parametrize("cut", [0, 1, 2, 6, 7, 12])
async def test_frames_right_behind_the_response(dialer: Dialer, cut: int) -> None:
    """Frames in the packet of the response are delivered after `welcome`, incomplete ones when the rest has come."""
    behind = sent("first") + sent("second")

    async def behave(peer: Bare) -> None:
        await peer.agree(behind[:cut])
        await asyncio.sleep(0.02)
        await peer.write(behind[cut:])

    async with bare(behave) as url:
        ear = await dial(dialer, url)
        assert [await ear.text(), await ear.text()] == [b"first", b"second"]


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a self-signed certificate for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mock"
    words += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}.crt"
    subprocess.run(words.split(), check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.mark.parametrize("trusted", [True, False])
async def test_tls(dialer: Dialer, certificate: Path, trusted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """wss:// works with a server whose certificate is trusted, and with no other."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with ours(tls=tls) as server:
        if not trusted:
            with pytest.raises(CannotConnect, match=r"TLS failed.*certificate"):
                await dial(dialer, server.url)
            return
        ear = await dial(dialer, server.url)
        (far,) = server.ears
        ear.transport.send(b"x" * 1_000_000)
        assert await far.text() == b"x" * 1_000_000
        far.transport.send(b"y" * 1_000_000)
        assert await ear.text() == b"y" * 1_000_000
        ear.transport.close(1000, "bye")
        assert [await ear.end(), await far.end()] == [(1000, "bye")] * 2
