"""Black-box tests: the program as a process, and stations as sockets."""

import asyncio
import os
import re
import select
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any, Self

import orjson
from ocpp.messages import get_validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from mock_csms.protocol.v2.v201 import ACTIONS
from tests import warm

SERVER = [sys.executable, str(Path(__file__).resolve().parents[1] / "server.py")]
PATIENCE = 60.0  # the time limit in seconds; only a test that hangs reaches it
HANDSHAKE = "Host: mock\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
HANDSHAKE += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n"
BOOT = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}


def breaks(action: str, kind: str, payload: Any) -> list[str]:
    """Return the violations of the schema of the "Request" or "Response" of `action` by `payload`."""
    errors = get_validator(2 if kind == "Request" else 3, action, "2.0.1").iter_errors(payload)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


_HASHES = orjson.dumps(
    {"hashAlgorithm": "SHA256", "issuerNameHash": "0" * 64, "issuerKeyHash": "1" * 64, "serialNumber": "2"}
).decode()


def example(template: Any) -> Any:
    """Return a payload of the action table with every placeholder replaced by a sample value."""
    text = orjson.dumps(template).decode().replace('"{{integer}}"', "7").replace('"{{rootCertificateHash}}"', _HASHES)
    return orjson.loads(re.sub("{{.*?}}", "2026-01-01T00:00:00Z", text))


def transaction(event: str, id_: str = "TX-1", **more: Any) -> dict[str, Any]:
    """Return a small valid TransactionEvent request."""
    rest = {"triggerReason": "Trigger", "timestamp": "2026-01-01T00:00:00Z", "seqNo": 0, **more}
    return {"eventType": event, "transactionInfo": {"transactionId": id_}, **rest}


def assert_fits(payload: Any, wanted: str) -> None:
    """Check that each `path=pattern` matches the value at the path (None: no value); a `prefix: ` applies to all."""
    prefix, _, rest = wanted.rpartition(": ")
    for path, _, pattern in (item.partition("=") for item in rest.split()):
        found = payload
        for part in f"{prefix}.{path}".strip(".").split("."):
            found = found[int(part) : int(part) + 1] if isinstance(found, list) else [found.get(part)]
            found = found[0] if found else None
        assert re.fullmatch(pattern, str(found), re.DOTALL), (path, payload)


def masked(data: bytes | str, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    """Return the bytes of a frame as a station sends it."""
    return Frame(opcode, data.encode() if isinstance(data, str) else data, fin).serialize(mask=True)


def written(file: IO[bytes]) -> bytes:
    """Return the content of a file that a process is writing, without a seek, which would move the file position."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


class Station:
    """One WebSocket of a station, frame by frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: str | bytes | list[Any]) -> None:
        """Send a text, bytes as a binary frame, or an array as JSON."""
        await self.socket.send(orjson.dumps(message).decode() if isinstance(message, list) else message)

    async def expect(self, *beginning: Any) -> list[Any]:
        """Return the next frame: a text with an array that begins with these items; `...` matches any item."""
        async with asyncio.timeout(PATIENCE):
            text = await self.socket.recv()
        assert isinstance(text, str), f"a binary frame: {text!r}"
        frame: list[Any] = orjson.loads(text)
        assert all(item in (..., found) for item, found in zip(beginning, frame, strict=False)), frame
        return frame

    async def call(self, action: str, payload: Any = None) -> list[Any]:
        """Send a CALL and return the next frame, which must be its answer."""
        await self.send([2, f"call-{action}"[:36], action, {} if payload is None else payload])
        return await self.expect(..., f"call-{action}"[:36])

    async def ask(self, action: str, payload: Any = None) -> Any:
        """Send a CALL and return the payload of its CALLRESULT, which must come next and fit its schema."""
        kind, _, result, *_ = await self.call(action, payload)
        assert (kind, breaks(action, "Response", result)) == (3, [])
        return result

    async def expect_error(self, action: str, payload: Any, code: str) -> list[Any]:
        """Send a CALL and return its answer, which must come next and be a CALLERROR with that code."""
        frame = await self.call(action, payload)
        assert (frame[0], frame[2], len(frame)) == (4, code, 5), frame
        return frame

    async def obey(self, action: str) -> Any:
        """Expect a valid command next, answer it with the default of its row, and return its payload."""
        _, id_, _, payload = await self.expect(2, ..., action)
        assert breaks(action, "Request", payload) == []
        await self.send([3, id_, example(ACTIONS[action].response)])
        return payload

    async def nothing(self, seconds: float) -> None:
        """Check that nothing comes for this many seconds."""
        try:
            frame = await asyncio.wait_for(self.socket.recv(), seconds)
        except TimeoutError:
            return
        raise AssertionError(f"unexpected {frame!r}")

    async def closed(self) -> int | None:
        """Wait until the server has closed the connection and return its close code."""
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE)
        return self.socket.close_code


class Raw:
    """One TCP connection, for the bytes that a WebSocket library refuses to send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def get(self, path: str, headers: str = "Host: mock\r\n") -> tuple[int, str]:
        """Send a GET request and return the status and the head of the response."""
        await self.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode()
        return int(head.split()[1]), head

    async def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the payload of the next frame."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self.reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
            return first & 15, await self.reader.readexactly(size)


class Mock:
    """The program as a process: `async with Mock("--flag") as mock` serves until the block ends, and must end normally.

    It sends no pings without a flag, as on a slow machine a ping could come between any two frames.
    """

    statuses: tuple[int, ...] = (0,)
    """The accepted exit statuses."""
    program: Sequence[str] = SERVER
    accidents: tuple[str, ...] = ("Traceback", "internal error")
    """Texts that its log must not contain."""
    is_cold = False
    """Whether Python starts the program, instead of a fork of `warm`."""

    def __init__(self, *flags: str, port: str = "--port=0") -> None:
        self._log = tempfile.TemporaryFile("a+b")
        command = [*self.program, *port.split(), "--ping-interval=0", *flags]
        start = subprocess.Popen if self.is_cold else warm.start
        self.process = start(command, stdout=subprocess.PIPE, stderr=self._log)
        assert self.process.stdout
        readable = select.select([self.process.stdout], [], [], PATIENCE)[0]
        self.first_line = self.process.stdout.readline().decode() if readable else ""
        if not self.first_line:
            self.finish()
        self.url = self.first_line.removeprefix("Listening on ").rstrip("\n")
        self.host, _, self.port = self.url.partition("://")[2].rpartition(":")

    @property
    def log(self) -> str:
        """What the process has written to stderr so far."""
        return written(self._log).decode(errors="replace")  # the file may end within a character just now

    def stop(self, signal_: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(signal_)
        return self.process.wait(PATIENCE)

    def finish(self) -> None:
        """Stop the process if it still runs; it must end with an accepted status and a clean log."""
        try:
            status = self.stop() if self.process.returncode is None else self.process.returncode
        finally:
            self.process.kill()
            self.process.communicate()
            log = self.log
            self._log.close()
        assert status in self.statuses, log
        assert not [accident for accident in self.accidents if accident in log], log

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.finish()

    @asynccontextmanager
    async def station(
        self,
        path: str = "CS-1",
        *offered: str,
        compression: str | None = None,
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Station]:
        """Connect a station that offers these subprotocols, or OCPP 2.0.1."""
        subprotocols = [Subprotocol(name) for name in offered or ["ocpp2.0.1"]]
        url = f"{self.url}/{path}"
        more: dict[str, Any] = {"ssl": tls, "additional_headers": headers}
        async with connect(
            url, subprotocols=subprotocols, compression=compression, ping_interval=None, proxy=None, **more
        ) as ws:
            yield Station(ws)

    @asynccontextmanager
    async def tcp(self) -> AsyncIterator[Raw]:
        """Open a TCP connection."""
        reader, writer = await asyncio.open_connection(self.host, int(self.port))
        try:
            yield Raw(reader, writer)
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    @asynccontextmanager
    async def raw(self, path: str = "/RAW") -> AsyncIterator[Raw]:
        """Open a TCP connection and make it a WebSocket of OCPP 2.0.1."""
        async with self.tcp() as raw:
            status, head = await raw.get(path, HANDSHAKE)
            assert status == 101, head
            yield raw


async def assert_alive(mock: Mock) -> None:
    """Check that a new connection is served."""
    async with mock.station("neighbour") as neighbour:
        await neighbour.ask("Heartbeat")
