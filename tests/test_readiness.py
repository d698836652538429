"""`mock-csms ready`, the health check of a mock, as a process against a real mock and against other servers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.control.api.clients import ApiMock
from tests.raw import run
from tests.wire import PATIENCE, Mock


async def asked(*words: str, **environment: str) -> tuple[int, str]:
    """Run `mock-csms ready`, and return its exit status and what it printed."""
    ended = await asyncio.to_thread(run, "ready", *words, **environment)
    assert ended.stdout == ""
    return ended.returncode, ended.stderr


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Run a server that gives every client this answer; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield str(server.sockets[0].getsockname()[1])


async def test_a_mock_that_answers() -> None:
    """Each way to name the port of the mock gets status 0 and prints nothing."""
    async with Mock() as mock:
        port = str(mock.port)
        for url in (
            port,
            f"127.0.0.1:{port}",
            mock.url,
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{port}/",
            f"http://127.0.0.1:{port}/healthz",
        ):
            assert await asked(url, MOCK_CSMS_PORT="1") == (0, ""), url
        assert await asked(MOCK_CSMS_PORT=port) == (0, "")
        assert await asked("", MOCK_CSMS_PORT=port) == (0, "")


async def test_the_api_of_a_mock() -> None:
    """The port of the API answers too, also if the API asks for a token."""
    async with ApiMock("--api-token=s3cret-token") as mock:
        assert await asked(mock.api) == (0, "")


async def test_a_mock_with_tls(tmp_path: Path) -> None:
    """With TLS the certificate of the mock need not be trusted."""
    async with Mock("--tls=auto", f"--state-dir={tmp_path}") as mock:
        assert await asked(f"https://127.0.0.1:{mock.port}") == (0, "")
        assert await asked(f"wss://127.0.0.1:{mock.port}") == (0, "")
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        status, line = await asked(f"https://127.0.0.1:{port}")
        assert (status, line.count("\n")) == (1, 1), "that server has no TLS"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "GET /healthz gets 503"),
        (b"HTTP/1.0 204 No Content\r\n\r\n", "GET /healthz gets 204"),
        (b"SSH-2.0-Server\r\n", "what answers there is no HTTP server"),
        (b"x" * 5000, "what answers there is no HTTP server"),
        (b"", "the connection was closed without an answer"),
    ],
)
async def test_a_server_that_is_not_ready(answer: bytes, reason: str) -> None:
    """Any answer but 200 gets status 1 and one line with the reason."""
    async with answering(answer) as port:
        assert await asked(port) == (1, f"mock-csms ready: http://127.0.0.1:{port}: {reason}\n")


async def test_nobody_listens() -> None:
    """Without a server the status is 1, and the line says why."""
    async with answering(b"") as port:
        pass
    refused = f"mock-csms ready: http://127.0.0.1:{port}: Connection refused\n"
    assert await asked(port) == (1, refused)
    assert await asked(MOCK_CSMS_PORT=port) == (1, refused)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["nonsense"], "'nonsense' is not http://HOST:PORT"),
        (["0"], "'0' is not http://HOST:PORT"),
        (["http://localhost:65536"], "'http://localhost:65536' is not http://HOST:PORT"),
        (["ftp://localhost"], "'ftp://localhost' is not http://HOST:PORT"),
        (["http://localhost/?a"], "'http://localhost/?a' is not http://HOST:PORT"),
        (["http://localhost/\r\nX: y"], "is not http://HOST:PORT"),
        (["9000", "9001"], "'9001' is not a flag"),
        (["--timeout=1"], "'--timeout' is not a flag"),
    ],
)
async def test_a_wrong_url(words: list[str], expected: str) -> None:
    """A wrong URL or flag gets status 2 and one line that says what is wrong."""
    status, line = await asked(*words)
    assert (status, line.count("\n")) == (2, 1)
    assert line.startswith("mock-csms ready: error: ")
    assert expected in line


async def test_a_wrong_port_in_the_environment() -> None:
    """The error about the port in MOCK_CSMS_PORT names that variable; port 0 cannot be used."""
    assert await asked(MOCK_CSMS_PORT="0") == (
        2,
        "mock-csms ready: error: MOCK_CSMS_PORT: '0' is not a port to connect to\n",
    )


async def test_nothing_of_the_mock_is_loaded() -> None:
    """A health check runs every few seconds, so it loads only the modules of the command itself."""
    script = """
import sys
sys.argv = ["mock-csms", "ready", "1"]
from mock_csms.__main__ import main
status = main()
print(status, sorted(name for name in sys.modules if name.startswith("mock_csms.")))
print({"argparse", "ssl", "asyncio", "http", "email", "msgspec"} & {*sys.modules})
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        env={**os.environ, "PYTHONPATH": os.curdir},
    )
    own = ["descriptors", "interrupts", "readiness", "remote_words"]
    assert done.stdout.splitlines() == [
        f"1 {['mock_csms.__main__', 'mock_csms.commands', *(f'mock_csms.commands.{name}' for name in own)]}",
        "set()",
    ]
