"""Handmade clients, over real sockets, for checks that `mock-station` cannot trigger.

Each client is named after the behaviour that the check reports. `CLIENTS` has the client of each check.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import orjson
from websockets.asyncio.client import connect
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from mock_csms.behavior.commands import Step
from mock_csms.commands.explaining import explanation_of
from mock_csms.protocol.actions import Json
from mock_csms.station.handshake import basic
from tests import tls_by_hand
from tests.conformance.live import Run, run_of
from tests.pki import folder
from tests.station.rig import KNOWN, PASSWORD, STATION, Stand
from tests.wire import BOOT, HANDSHAKE, Raw, Station, masked

Client: TypeAlias = Callable[[Stand], Awaitable[None]]

CALL = 2
"""The message type of a CALL."""

AUTHORIZATION = f"Authorization: {basic(STATION, PASSWORD)}\r\n"
WELCOME = HANDSHAKE + AUTHORIZATION


async def tcp(stand: Stand) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a TCP connection."""
    host, _, port = stand.mock.url.partition("://")[2].rpartition(":")
    return await asyncio.open_connection(host, int(port))


@asynccontextmanager
async def knock(stand: Stand, path: str = f"/{STATION}", head: str = WELCOME) -> AsyncIterator[Raw]:
    """Send a handshake with these headers, and accept any answer."""
    raw = Raw(*await tcp(stand))
    await raw.get(path, head)
    yield raw
    raw.writer.transport.abort()


@asynccontextmanager
async def client(stand: Stand, compression: str | None = None) -> AsyncIterator[Station]:
    """Connect a client that sends only what the test tells it to send."""
    head, offer = {"Authorization": basic(STATION, PASSWORD)}, [Subprotocol("ocpp2.0.1")]
    url = f"{stand.mock.url}/{STATION}"
    async with connect(
        url, additional_headers=head, subprotocols=offer, compression=compression, ping_interval=None, proxy=None
    ) as socket:
        yield Station(socket)


async def commanded(stand: Stand, station: Station, action: str, payload: Json) -> tuple[str, Awaitable[Any]]:
    """Let the mock send a command; return its message id, and an awaitable that ends when it is answered."""
    sent = asyncio.ensure_future(stand.mock.call(STATION, Step(action, payload)))
    _, id_, *_ = await station.expect()
    return id_, sent


async def raw_path(stand: Stand) -> None:
    """Send a path with a character that must be percent-encoded."""
    async with knock(stand, "/C|S"):
        pass


async def old_version(stand: Stand) -> None:
    """Ask for a draft version of WebSocket."""
    async with knock(stand, head=WELCOME.replace("Version: 13", "Version: 8")):
        pass


async def compressed(stand: Stand) -> None:
    """Offer compression."""
    async with client(stand, "deflate"):
        pass


async def without_credentials(stand: Stand) -> None:
    """Connect with credentials, and then again without them."""
    async with knock(stand):
        pass
    async with knock(stand, head=HANDSHAKE):
        pass


async def twice(stand: Stand) -> None:
    """Open two connections at once."""
    async with knock(stand):
        await asyncio.sleep(5)
        async with knock(stand):
            pass


async def unknown_type(stand: Stand) -> None:
    """Answer a message of an unknown type with an error other than MessageTypeNotSupported."""
    stand.mock.configure(stand.configured(rule=[{"match": "Reset", "fault": "unknown-type"}]))
    async with client(stand) as station:
        id_, sent = await commanded(stand, station, "Reset", {})
        await station.send([4, id_, "InternalError", "what is that?", {}])
        await asyncio.gather(sent, return_exceptions=True)


def sending(data: bytes, head: str = WELCOME) -> Client:
    """Return a client that sends bytes as soon as it is connected, and leaves when the mock ends the connection."""

    async def send(stand: Stand) -> None:
        async with knock(stand, head=head) as raw:
            await raw.write(data)
            with suppress(ConnectionError):
                while await raw.reader.read(4096):
                    pass

    return send


async def without_pong(stand: Stand) -> None:
    """Send messages and no pong."""
    async with knock(stand) as raw:
        with suppress(ConnectionError):
            while not raw.reader.at_eof():
                await raw.write(masked(HEARTBEAT))
                await asyncio.sleep(1)
                await raw.reader.read(4096)


async def without_goodbye(stand: Stand) -> None:
    """End the connection without a close frame."""
    async with knock(stand) as raw:
        raw.writer.write_eof()
        await raw.reader.read()


async def compressing(stand: Stand) -> None:
    """Connect with a TLS handshake that offers compression."""
    reader, writer = await tcp(stand)
    connection = await tls_by_hand.shake_hands(reader, writer, b"\1\0")
    connection.send(f"GET /{STATION} HTTP/1.1\r\n{WELCOME}\r\n".encode())
    await asyncio.sleep(1)
    writer.transport.abort()


HEARTBEAT = '[2,"h","Heartbeat",{}]'
DEFLATE = WELCOME + "Sec-WebSocket-Extensions: permessage-deflate\r\n"

CLIENTS: Mapping[str, Client] = {
    "T04": raw_path,
    "T09": old_version,
    "T10": compressed,
    "T16": without_credentials,
    "T19": compressing,
    "T22": twice,
    "T23": sending(b"\x81\x02[]"),
    "T24": sending(b"\xa1\x80mask"),
    "T25": sending(masked(b"x", Opcode.CONT)),
    "T26": sending(b"\x09\x80mask"),
    "T27": sending(masked((1006).to_bytes(2), Opcode.CLOSE)),
    "T28": sending(b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01mask"),
    "T29": without_pong,
    "T30": without_goodbye,
    "T31": sending(b"\xc1\x85" + bytes(4) + b"\xff" * 5, DEFLATE),
    "R16": unknown_type,
}
"""The client for each check that neither a misbehaviour nor the wrong example of the check triggers."""


OF_TLS = ("T19",)
"""The checks whose clients speak TLS."""


async def play_example(stand: Stand, lines: Sequence[str]) -> None:
    """Boot, and do what the lines say: `>` sends a frame, `<` lets the mock send a command, `-- 5 s later` waits."""
    commands: dict[str, tuple[str, Awaitable[Any]]] = {}
    async with client(stand) as station:
        await station.ask("BootNotification", BOOT)
        for line in lines:
            mark, _, text = line.partition(" ")
            if later := re.fullmatch(r"(\d+) s later", text):
                await asyncio.sleep(float(later[1]))
                continue
            number, id_, *rest = orjson.loads(text)
            if (mark, number) == ("<", CALL):
                commands[id_] = await commanded(stand, station, *rest)
            elif (mark, number) == (">", CALL):
                await station.send(text)
                await station.expect()
            elif mark == ">":
                real, sent = commands[id_]
                await station.send([number, real, *rest])
                await asyncio.gather(sent, return_exceptions=True)


def run_client(check: str) -> Run:
    """Run the client of a check against a running mock, or else play the wrong example of the check."""
    more: Any = {"tls": "auto", "tls_min": "1.0", "state_dir": str(folder())} if check in OF_TLS else {}
    with Stand(learns=False, basic_auth=KNOWN, **more) as stand:
        own = CLIENTS.get(check)
        stand.do(own(stand) if own else play_example(stand, explanation_of(check).wrong))
        stand.do(asyncio.sleep(60.0))
    return run_of(stand)
