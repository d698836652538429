"""A station that reads raw frames with their flags, which no WebSocket library shows; and runs of the program with
their own files and environment."""

import asyncio
import base64
import os
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import orjson
from websockets.frames import Opcode

from tests import warm
from tests.wire import PATIENCE, SERVER, Mock, Raw, masked

TOKEN = {"idToken": {"idToken": "BAD", "type": "ISO14443"}}


class Seen(NamedTuple):
    """One received frame."""

    fin: bool
    opcode: Opcode
    data: bytes


class Naked:
    """A station without a WebSocket library: only a TCP connection after the handshake."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    async def say(self, *message: Any) -> None:
        """Send an array."""
        await self.raw.write(masked(orjson.dumps(message)))

    async def ping(self) -> None:
        """Send a ping."""
        await self.raw.write(masked(b"?", Opcode.PING))

    async def frame(self) -> Seen:
        """Return the next frame of any kind."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self.raw.reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await self.raw.reader.readexactly(2 if size == 126 else 8))
            return Seen(bool(first & 0x80), Opcode(first & 15), await self.raw.reader.readexactly(size))

    async def text(self) -> bytes:
        """Return the next frame, which must be an unfragmented text message."""
        seen = await self.frame()
        assert seen[:2] == (True, Opcode.TEXT), seen
        return seen.data

    async def nothing(self, seconds: float) -> None:
        """Check that no byte comes for this many seconds."""
        try:
            data = await asyncio.wait_for(self.raw.reader.read(1), seconds)
        except TimeoutError:
            return
        raise AssertionError(f"unexpected {data!r}")

    async def goodbye(self) -> int:
        """Wait for a close frame, answer it, check that nothing follows it, and return its code."""
        opcode, data = (await self.frame())[1:]
        assert opcode is Opcode.CLOSE
        await self.raw.write(masked(data, Opcode.CLOSE))
        assert await asyncio.wait_for(self.raw.reader.read(), PATIENCE) == b""
        return int.from_bytes(data[:2])

    async def was_reset(self) -> None:
        """Check that the connection ends with a TCP RST."""
        try:
            data = await asyncio.wait_for(self.raw.reader.read(), PATIENCE)
        except ConnectionResetError:
            return
        raise AssertionError(f"no RST, but an end after {data!r}")


@asynccontextmanager
async def naked(mock: Mock, identity: str) -> AsyncIterator[Naked]:
    """Connect a station with this identity, without a WebSocket library."""
    async with mock.raw(f"/{identity}") as raw:
        yield Naked(raw)


def run(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; its environment has no variables MOCK_CSMS_… except those in `environment`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_CSMS_")}
    return warm.run([*SERVER, *flags], timeout=PATIENCE, env=kept | environment)


def refused(flags: Sequence[str], *words: str, **environment: str) -> None:
    """Check that the program ends with status 2 and one line with these words on stderr, before it opens its port.

    The port is in use: if the program opened it, the status would be 3.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--port", str(taken.getsockname()[1]), *flags, **environment)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1), ended.stderr
    assert [word for word in words if word not in ended.stderr] == [], ended.stderr


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds that another process makes true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


def logged(mock: Mock, pattern: str) -> Callable[[], bool]:
    """Return a condition for `until`: stderr of the process matches the pattern."""
    return lambda: re.search(pattern, mock.log) is not None


def with_basic_auth(headers: str, credentials: str) -> str:
    """Return request headers with the credentials of HTTP Basic authentication."""
    return f"{headers}Authorization: Basic {base64.b64encode(credentials.encode()).decode()}\r\n"


def without(payload: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return a payload without these properties."""
    return {key: value for key, value in payload.items() if key not in keys}
