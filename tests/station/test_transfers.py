"""Transfers of mock-station over real sockets, from and to the file server of the mock, with each of its faults."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from hashlib import md5, sha256
from pathlib import Path

import pytest

from mock_csms.behavior.file_faults import FILE_FAULTS
from mock_csms.control.blocking import BlockingCsms
from mock_csms.station.cues import FileMoved, GetFile, MoveProblem, PutFile
from mock_csms.station.transfers.moving import move
from tests.station.sites import site_at

CONTENT = bytes(range(256)) * 100
ALARM = ("x",)
MEANS: dict[str, tuple[MoveProblem | None, MoveProblem | None]] = {
    "right": (None, None),
    "missing": (MoveProblem.FAILED, MoveProblem.FAILED),
    "auth": (MoveProblem.DENIED, MoveProblem.DENIED),
    "truncated": (MoveProblem.FAILED, MoveProblem.FAILED),
    "slow": (None, None),
    "hang": (MoveProblem.FAILED, MoveProblem.FAILED),
    "wrong-image": (None, None),
}
"""The result at the station for each fault: of a download, and of an upload."""
FAULTS = [f"{kind}{'=0.2' if kind == 'slow' else ''}@*{kind}*" for kind in FILE_FAULTS]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is served, with a file for each fault."""
    root = tmp_path_factory.mktemp("files")
    for kind in MEANS:
        (root / f"{kind} 1.bin").write_bytes(CONTENT)
    return root


@pytest.fixture(scope="module")
def urls(root: Path) -> Iterator[dict[str, str]]:
    """The URLs of a mock that serves it, by protocol, with user and password."""
    listen, auth = ["http://0", "ftp://0", "sftp://0"], "some body:pass/word"
    with BlockingCsms(files=str(root), files_listen=listen, files_fault=FAULTS, files_auth=auth) as csms:
        found = {url.partition(":")[0]: url for url in csms.file_urls}
        yield {scheme: url.replace("://", "://some%20body:pass%2Fword@") for scheme, url in found.items()}


async def get(location: str, speed: float = 1.0) -> FileMoved:
    """Download a file; `speed` shortens the time-out of the station."""
    return await move(GetFile(ALARM, 5, location), site_at(speed))


async def put(location: str, speed: float = 1.0) -> FileMoved:
    """Upload a file."""
    return await move(PutFile(ALARM, 5, location, "log 1.txt", CONTENT), site_at(speed))


def test_there_is_a_row_for_every_fault() -> None:
    """The table above has every kind of fault."""
    assert MEANS.keys() == {*FILE_FAULTS, "right"}


@pytest.mark.parametrize("kind", MEANS)
@pytest.mark.parametrize("protocol", ["http", "ftp", "sftp"])
async def test_a_transfer(protocol: str, kind: str, urls: dict[str, str], root: Path) -> None:
    """The station gets the right problem and the right bytes; no reason contains the password."""
    speed = 100.0 if kind == "hang" else 1.0  # it waits 0.3 s and not 30
    got = await get(f"{urls[protocol]}/{kind}%201.bin", speed=speed)
    had = await put(f"{urls[protocol]}/uploads/{protocol}-{kind}/", speed=speed)
    assert (got.problem, had.problem) == MEANS[kind], (got.reason, had.reason)
    assert (got.alarm, got.number) == (ALARM, 5)
    assert "pass" not in got.reason + had.reason
    if got.problem is None:
        assert got.size == len(CONTENT)
        assert (got.sha256 == sha256(CONTENT).digest()) is (kind != "wrong-image")
        assert (got.md5 == md5(CONTENT).hexdigest()) is (kind != "wrong-image")
    kept = root / f"uploads/{protocol}-{kind}/log_1.txt"
    assert (kept.read_bytes() if kept.exists() else None) == (CONTENT if had.problem is None else None)


@pytest.mark.parametrize("protocol", ["http", "ftp", "sftp"])
async def test_a_wrong_login(protocol: str, urls: dict[str, str]) -> None:
    """A wrong password is a refusal."""
    wrong = urls[protocol].replace("pass%2Fword", "wrong")
    assert (await get(f"{wrong}/right%201.bin")).problem is MoveProblem.DENIED


@pytest.mark.parametrize("protocol", ["http", "ftp", "sftp"])
async def test_nobody_listens(protocol: str) -> None:
    """A port without a server is a failure."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    moved = await get(f"{protocol}://127.0.0.1:{port}/x")
    assert moved.problem is MoveProblem.FAILED
    assert moved.reason.startswith(f"cannot get {protocol}://127.0.0.1:{port}/x: ")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", MoveProblem.FAILED),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", MoveProblem.DENIED),
        (b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n", MoveProblem.UNSUPPORTED),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", MoveProblem.MALFORMED),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x.invalid/\r\nContent-Length: 0\r\n\r\n", MoveProblem.FAILED),
        (b"220 this is no HTTP\r\n", MoveProblem.MALFORMED),
        (b"", MoveProblem.FAILED),
    ],
)
async def test_answers_of_other_servers(answer: bytes, problem: MoveProblem | None) -> None:
    """The status of any server's answer decides; a redirection is not followed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        moved = await get(f"http://127.0.0.1:{port}/x?a=b c")
    assert moved.problem is problem, moved.reason
    assert problem is not None or moved.md5 == md5(b"abc").hexdigest()


async def test_odd_locations() -> None:
    """An unusable location is malformed, or the transfer fails; no exception is raised."""
    for location in ("http://a..b/x", f"http://{'a' * 70}.example/x", "ftp://127.0.0.1:1/a%0d%0aDELE b"):
        moved = await get(location)
        assert moved.problem in (MoveProblem.MALFORMED, MoveProblem.FAILED), location
