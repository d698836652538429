"""The two ends of an outgoing connection: an `Ear` that records what a transport reads, our own server side, and a
plain TCP server that sends handmade bytes.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from websockets.frames import Frame, Opcode
from websockets.utils import accept_key, apply_mask

from mock_csms.behavior.admission import LetIn, Respond, Verdict
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.transport.breaches import Breach
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.runtime.transport.endpoint import Endpoint, TlsSide
from mock_csms.runtime.transport.limits import Limits
from tests.wire import PATIENCE

OFFER = ["ocpp2.0.1"]


def limits(
    *, size: int = 1 << 24, compression: bool = False, ping: float = 0, pong: float = 0, shortcuts: bool = True
) -> Limits:
    """Return limits that no test reaches by accident."""
    return Limits(size, compression, ping, pong, has_shortcuts=shortcuts)


class Ear:
    """Records what a transport reads."""

    def __init__(self, transport: Transport, subprotocol: str, *, echoes: bool = False) -> None:
        self.transport, self.subprotocol, self.echoes = transport, subprotocol, echoes
        self.heard: asyncio.Queue[tuple[bytes, bool]] = asyncio.Queue()
        self.ends: list[tuple[int, str]] = []
        self.breaches: list[Breach] = []
        self.over = asyncio.Event()

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Record a message."""
        assert type(data) is bytes
        self.heard.put_nowait((data, binary))
        if self.echoes:
            self.transport.send(data, binary=binary)

    def broke(self, breach: Breach) -> None:
        """Record how the other side violated the protocol."""
        self.breaches.append(breach)

    def closed(self, code: int, reason: str) -> None:
        """Record that the connection has ended."""
        self.ends.append((code, reason))
        self.over.set()

    async def text(self) -> bytes:
        """Return the next message, which must be a text."""
        data, binary = await asyncio.wait_for(self.heard.get(), PATIENCE)
        assert not binary
        return data

    async def end(self) -> tuple[int, str]:
        """Wait for the end of the connection, which must be reported exactly once, after all messages."""
        await asyncio.wait_for(self.over.wait(), PATIENCE)
        await asyncio.sleep(0.01)
        assert self.heard.empty()
        assert len(self.ends) == 1
        return self.ends[0]


async def dial(
    dialer: Dialer, url: str, authorization: str | None = None, timeout_: float = PATIENCE, *, echoes: bool = False
) -> Ear:
    """Connect, and return the Ear at our end."""
    ears: list[Ear] = []

    def welcome(transport: Transport, subprotocol: str) -> Ear:
        ears.append(Ear(transport, subprotocol, echoes=echoes))
        return ears[0]

    transport = await dialer.dial(url, OFFER, welcome, authorization=authorization, timeout_=timeout_)
    (ear,) = ears
    assert ear.transport is transport
    return ear


class Ours:
    """Our own server side: it answers each handshake with `verdict`, and has an Ear for each connection."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.url = ""
        self.ears: list[Ear] = []
        self.visitors: list[Visitor] = []
        self.lost_visitors: list[tuple[str, str]] = []

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Choose the first subprotocol that is offered."""
        return offered[0]

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:  # noqa: ARG002 - the gate's signature
        """Return the verdict."""
        self.visitors.append(visitor)
        return self.verdict

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Ear:  # noqa: ARG002 - as above
        """Return an Ear for a new connection."""
        self.ears.append(Ear(transport, subprotocol))
        return self.ears[-1]

    def visit(self, visitor: Visitor) -> Respond:
        """Fail: no test sends a plain HTTP request."""
        raise AssertionError(visitor)

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Fail: no test sends an invalid handshake."""
        raise AssertionError(reason, visitor, status)

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Record a client that disconnected before its request was complete."""
        self.lost_visitors.append((reason, visitor.path))


@asynccontextmanager
async def ours(
    verdict: Verdict | None = None,
    tls: ssl.SSLContext | None = None,
    *,
    compression: bool = False,
    ping: float = 0,
    write_ahead: Callable[[], bool] | None = None,
    own_tls: TlsSide | None = None,
) -> AsyncIterator[Ours]:
    """Listen with our own server side; `tls` lets asyncio speak TLS, and `own_tls` the mock."""
    gate = Ours(verdict or LetIn())
    endpoint = Endpoint(gate, limits(compression=compression, ping=ping, pong=ping), Backpressure(write_ahead))
    endpoint.tls = own_tls
    server = await asyncio.get_running_loop().create_server(endpoint, "127.0.0.1", 0, ssl=tls)
    gate.url = f"ws{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gate
    finally:
        server.close()
        await endpoint.close(1001, "")


class Bare:
    """One connection of a plain TCP server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.head = ""

    async def read_request(self) -> None:
        """Read the opening handshake."""
        self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode()

    def header(self, name: str) -> str | None:
        """Return a header of the request."""
        lines = [line.partition(": ") for line in self.head.split("\r\n")]
        found = [value for key, _, value in lines if key.lower() == name.lower()]
        assert len(found) < 2, found
        return found[0] if found else None

    def agreement(self, *headers: str) -> bytes:
        """Return a response that accepts the handshake; `headers` replace the one with the subprotocol."""
        accept = accept_key(self.header("Sec-WebSocket-Key") or "")
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Accept: {accept}", *(headers or [f"Sec-WebSocket-Protocol: {OFFER[0]}"])]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def agree(self, behind: bytes = b"") -> None:
        """Accept the handshake, and send these bytes in the same packet."""
        await self.read_request()
        await self.write(self.agreement() + behind)

    async def frame(self) -> tuple[int, bytes, bytes]:
        """Return the first byte, the mask and the unmasked payload of the next frame, which must be masked."""
        first, second = await self.reader.readexactly(2)
        assert second & 0x80, "a frame of a client without a mask"
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
        mask = await self.reader.readexactly(4)
        return first, mask, apply_mask(await self.reader.readexactly(size), mask)

    async def ended(self) -> bool:
        """Whether the connection ends next, with a FIN or a RST."""
        try:
            return not await self.reader.read(1)
        except ConnectionResetError:
            return True

    def reset(self) -> None:
        """Drop the connection with a TCP RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def bare(behave: Callable[[Bare], Awaitable[None]]) -> AsyncIterator[str]:
    """Listen, run the test's script on every connection, and yield the URL; an error of the script fails the test."""
    tasks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Bare(reader, writer)
        try:
            async with asyncio.timeout(PATIENCE):
                await behave(peer)
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*tasks)
    finally:
        server.close()
        for task in tasks:
            task.cancel()


def agreeing(behave: Callable[[Bare], Awaitable[None]]) -> Callable[[Bare], Awaitable[None]]:
    """Return a server that accepts every handshake, and then runs the script of the test."""

    async def serve(peer: Bare) -> None:
        await peer.agree()
        await behave(peer)

    return serve


def sent(data: bytes | str, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    """Return the bytes of a frame as a server sends it."""
    return Frame(opcode, data.encode() if isinstance(data, str) else data, fin).serialize(mask=False)
