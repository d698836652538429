"""Outgoing connections that fail: each reason is one line, and nothing is left open."""

import asyncio
from contextlib import suppress

import pytest

from mock_csms.behavior.admission import Respond
from mock_csms.runtime.transport.dial import CannotConnect, Dialer
from tests.raw import until
from tests.runtime.peers import OFFER, Bare, Ear, bare, dial, ours, sent


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://h/", "scheme"),
        ("h:1/CS", "scheme"),
        ("", "scheme"),
        ("ws://", "host"),
        ("ws://:80/CS", "host"),
        ("ws://h/CS#1", "fragment"),
        ("ws://h:x/", "Port"),
        ("ws://h:70000/", "Port"),
        ("ws://h:0/", "port"),
        ("ws://[::1/", "IPv6"),
        ("ws://a..b/", "label"),
        ("ws://h/CS 1", "space"),
        ("ws://h/CS\r\nX: y", "space"),
        ("ws://u@h/", "password"),
    ],
)
async def test_an_invalid_url(dialer: Dialer, url: str, says: str) -> None:
    """An invalid URL raises ValueError with one line that names the fault."""
    with pytest.raises(ValueError, match=says) as error:
        await dial(dialer, url)
    assert len(str(error.value).splitlines()) == 1


async def test_nobody_listens(dialer: Dialer, unused: int) -> None:
    """The error says that the connection was refused, for a single address and for each address of a name."""
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(CannotConnect, match=r"^Connection refused$") as error:
            await dial(dialer, f"ws://{host}:{unused}/")
        assert error.value.status is None


@pytest.fixture
async def unused() -> int:
    """A port that nobody listens on."""
    async with ours() as server:
        return int(server.url.rpartition(":")[2])


async def test_no_such_host(dialer: Dialer) -> None:
    """The error says that a name cannot be resolved."""
    with pytest.raises(CannotConnect, match=r"(?i)name|resol|address"):
        await dial(dialer, "ws://nobody.invalid/")


async def test_tls_with_a_server_without_it(dialer: Dialer) -> None:
    """For wss:// to a server without TLS, the error says that TLS failed."""

    async def behave(peer: Bare) -> None:
        await peer.reader.read(100)
        await peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=r"^TLS failed: .*$"):
            await dial(dialer, url.replace("ws:", "wss:"))


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_our_own_server_refuses(dialer: Dialer, status: int) -> None:
    """The error of a refused handshake has the HTTP status as text and as a number."""
    async with ours(Respond(status, "no")) as server:
        with pytest.raises(CannotConnect, match=f"^{status} [A-Z][A-Za-z ]+$") as error:
            await dial(dialer, server.url)
        assert error.value.status == status


async def test_a_refusal_is_reported_at_once(dialer: Dialer) -> None:
    """A refusal is reported at once, also if the server keeps the connection open."""
    result = asyncio.Event()

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        await peer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
        await result.wait()

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=r"^401 Unauthorized$"):
            await dial(dialer, url)
        result.set()


AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


@pytest.mark.parametrize(
    ("response", "says", "status"),
    [
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno\n", "^401 Unauthorized$", 401),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "^302 Found$", 302),
        ("HTTP/1.1 500 \r\n\r\n" + "\r\n\r\n" * 99, "^500$", 500),
        ("HTTP/1.1 503 a\x85b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", "^503 a b$", 503),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "response", None),
        ("", "response", None),
        ("HTTP/1.1 101 Swi", "response", None),
        ("SSH-2.0-OpenSSH\r\n", "status line", None),
        ("\0" * 20_000, "line|read", None),
        (f"{AGREED}\r\n", "Sec-WebSocket-Accept", None),
        (f"{AGREED}Sec-WebSocket-Accept: bm8=\r\n\r\n", "Sec-WebSocket-Accept", None),
        ("HTTP/1.1 101 OK\r\n\r\n", "Connection", None),
    ],
)
async def test_other_responses(dialer: Dialer, response: str, says: str, status: int | None) -> None:
    """For any response other than 101, the error is one line that says what came."""

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        await peer.write(response.encode("iso-8859-1"))

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=says) as error:
            await dial(dialer, url)
        assert error.value.status == status
        assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (["X: none"], "no subprotocol"),
        (["Sec-WebSocket-Protocol: ocpp9"], "ocpp9"),
        (["Sec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6"], "multiple"),
        ([f"Sec-WebSocket-Protocol: {OFFER[0]}", "Sec-WebSocket-Extensions: permessage-deflate"], "extension"),
    ],
)
async def test_an_agreement_to_something_else(dialer: Dialer, headers: list[str], says: str) -> None:
    """A server must choose an offered subprotocol, and no extension that was not offered."""

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        await peer.write(peer.agreement(*headers) + sent("unheard"))
        if says == "no subprotocol":
            assert (await peer.frame())[2][:2] == (1002).to_bytes(2)
        await peer.reader.read()

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=says):
            await dial(dialer, url)


async def test_the_server_drops_the_connection(dialer: Dialer) -> None:
    """The error says that the connection was reset before a response."""

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        peer.reset()

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=r"^Connection reset by peer$"):
            await dial(dialer, url)


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 101 Switching Protocols\r\n", b"HTTP/1.1 401 No\r\n\r\nendless"])
async def test_a_server_that_never_answers(dialer: Dialer, beginning: bytes) -> None:
    """After the time-out the attempt fails, and the connection is closed."""

    async def behave(peer: Bare) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the attempt may end before it has begun
            await peer.read_request()
            await peer.write(beginning)
        assert await peer.ended()

    async with bare(behave) as url:
        with pytest.raises(CannotConnect, match=r"^no answer within 0\.2 s$"):
            await dial(dialer, url, timeout_=0.2)


async def test_dialling_that_is_given_up(dialer: Dialer) -> None:
    """A cancelled attempt raises CancelledError, and leaves no connection open."""
    arrived = asyncio.Event()

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        arrived.set()
        assert await peer.ended()

    async with bare(behave) as url:
        dialling = asyncio.create_task(dial(dialer, url))
        await arrived.wait()
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
        await until(lambda: not dialer.transports)


async def test_closing_while_dialling(dialer: Dialer) -> None:
    """Closing the dialer also closes connections whose handshake is not complete."""
    arrived = asyncio.Event()

    async def behave(peer: Bare) -> None:
        await peer.read_request()
        arrived.set()
        assert await peer.ended()

    async with bare(behave) as url:
        dialling: asyncio.Task[Ear] = asyncio.create_task(dial(dialer, url))
        await arrived.wait()
        await dialer.close(1001, "")
        with pytest.raises(CannotConnect):
            await dialling
