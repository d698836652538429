"""What the server side learns about clients that send a handshake, valid or not."""

import asyncio
from collections.abc import Sequence

import pytest

from mock_csms.behavior.admission import LetIn, Respond
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.transport.endpoint import Endpoint
from tests.runtime.peers import Ours, limits
from tests.wire import PATIENCE

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE, VERSION = "Connection: Upgrade\r\nUpgrade: websocket", "Sec-WebSocket-Version: 13"
OFFER = "Sec-WebSocket-Protocol: ocpp1.6, ocpp2.0.1"


class Book(Ours):
    """Our own server side; it records each client and the result."""

    def __init__(self) -> None:
        super().__init__(LetIn())
        self.went: list[tuple[str, Visitor]] = []

    def visit(self, visitor: Visitor) -> Respond:
        """Record a plain HTTP request."""
        self.went.append(("visit", visitor))
        return Respond(426, "no")

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:  # noqa: ARG002 - as the gate has it
        """Record an invalid handshake."""
        self.went.append((reason, visitor))


async def ask(*headers: str, path: str = "/CS") -> Book:
    """Send a handshake with these headers."""
    book = Book()
    server = await asyncio.get_running_loop().create_server(Endpoint(book, limits()), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write("\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers, "\r\n"]).encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.close()
    server.close()
    return book


async def test_a_visitor() -> None:
    """The path, the offered subprotocols and the credentials are reported as they were sent."""
    more = [
        "Sec-WebSocket-Extensions: permessage-deflate; x",
        "Sec-WebSocket-Extensions: y",
        "Authorization: Basic Og==",
    ]
    book = await ask(UPGRADE, KEY, VERSION, OFFER, *more, path="/a/C%53?q")
    offered = ["ocpp1.6", "ocpp2.0.1"]
    assert book.visitors == [Visitor("/a/C%53?q", offered, "Basic Og==", "permessage-deflate; x, y", host="x")]
    assert book.visitors[0].identity == "CS"


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ([UPGRADE, KEY, "Sec-WebSocket-Version: 8"], "Sec-WebSocket-Version"),
        ([UPGRADE, KEY], "Sec-WebSocket-Version"),
        ([UPGRADE, VERSION], "Sec-WebSocket-Key"),
        ([UPGRADE, VERSION, "Sec-WebSocket-Key: x"], "Sec-WebSocket-Key"),
        (["Connection: Upgrade\r\nUpgrade: h2c", KEY, VERSION], "Upgrade"),
        ([KEY, VERSION], "Connection"),
        ([OFFER], "Connection"),
    ],
)
async def test_an_invalid_handshake(headers: Sequence[str], problem: str) -> None:
    """An invalid handshake is reported with its sender and what is wrong."""
    [(reason, visitor)] = (await ask(*headers)).went
    assert (visitor.identity, visitor.problem) == ("CS", reason)
    assert problem in reason


async def test_a_request_for_a_page() -> None:
    """A plain HTTP request is not an invalid handshake."""
    [(how, visitor)] = (await ask("Accept: text/html")).went
    assert (how, visitor) == ("visit", Visitor("/CS", [], host="x", wants_websocket=False))


async def test_credentials_that_come_twice() -> None:
    """Two Authorization headers are ignored, and cause no error."""
    book = await ask(UPGRADE, KEY, VERSION, OFFER, "Authorization: Basic a", "Authorization: Basic b")
    assert [visitor.authorization for visitor in book.visitors] == ["Basic a, Basic b"]
