"""The file server over real sockets, with clients of other libraries: transfers, and the effect of faults."""

import asyncio
import ftplib
import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import asyncssh
import httpx
import pytest

from mock_csms.behavior.file_faults import FILE_FAULTS, WRONG_IMAGE
from mock_csms.control.blocking import BlockingCsms
from tests.control.files.clients import (
    ANYBODY,
    CLIENTS,
    KEPT,
    MISSING,
    OTHER,
    PATIENCE,
    REFUSED,
    SAME,
    SHORT,
    SILENCE,
    http,
)
from tests.wire import PATIENCE as WAIT

CONTENT = bytes(range(256)) * 40
SEES = {
    "missing": (MISSING, MISSING),
    "auth": (REFUSED, REFUSED),
    "truncated": (SHORT, SHORT),
    "slow": (SAME, KEPT),
    "hang": (SILENCE, SILENCE),
    "wrong-image": (OTHER, KEPT),
    "right": (SAME, KEPT),
}
"""The result at the client for each fault: of a download, and of an upload."""
FAULTS = [f"{kind}{'=0.2' if kind == 'slow' else ''}@*{kind}*" for kind in FILE_FAULTS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is served, with a file for each fault."""
    folder = tmp_path_factory.mktemp("files")
    for kind in SEES:
        (folder / f"{kind}.bin").write_bytes(CONTENT)
    return folder


@pytest.fixture(scope="module")
def csms(folder: Path) -> Iterator[BlockingCsms]:
    """A mock that serves the folder with all protocols; the name of a file selects its fault."""
    listen = ["http://0", "ftp://0", "sftp://0"]
    with BlockingCsms(files=str(folder), files_listen=listen, files_fault=FAULTS) as csms:
        yield csms


@pytest.fixture(scope="module")
def urls(csms: BlockingCsms) -> dict[str, str]:
    """The URL of each protocol."""
    return {url.partition(":")[0]: url for url in csms.file_urls}


def about(csms: BlockingCsms, path: str, protocol: str) -> list[str]:
    """Return the two lines about the last attempt to get or put a file, once both are there."""
    deadline = monotonic() + WAIT
    while monotonic() < deadline:
        lines = [line for line in csms.lines() if f" {path} " in line]
        begins = [at for at, line in enumerate(lines) if f" {path} by {protocol} from 127.0.0.1" in line]
        if begins and len(lines) > begins[-1] + 1:
            return lines[begins[-1] : begins[-1] + 2]
        sleep(0.01)
    raise AssertionError("\n".join(csms.lines()))


def test_there_is_a_row_for_every_fault() -> None:
    """The table below has every kind of fault."""
    assert SEES.keys() == {*FILE_FAULTS, "right"}


@pytest.mark.parametrize("is_upload", [False, True], ids=["download", "upload"])
@pytest.mark.parametrize("kind", SEES)
@pytest.mark.parametrize("protocol", CLIENTS)
def test_a_transfer(
    protocol: str, kind: str, urls: dict[str, str], csms: BlockingCsms, folder: Path, *, is_upload: bool
) -> None:
    """With each protocol a client gets the result of the fault, and the log has the attempt with its fault."""
    path = f"uploads/{protocol}-{kind}.txt" if is_upload else f"{kind}.bin"
    patience = PATIENCE if kind == "hang" else 20.0
    seen = CLIENTS[protocol](urls[protocol], path, CONTENT, is_upload=is_upload, patience=patience)
    assert seen == SEES[kind][is_upload]
    assert (folder / path).exists() is (seen == KEPT or not is_upload)
    asked, ended = about(csms, f"/{path}", protocol)
    has_fault = kind != "right" and not (is_upload and kind == WRONG_IMAGE)
    assert [f"fault: --files-fault {kind}" in line for line in (asked, ended)] == [has_fault, has_fault]
    assert (" complete, " in ended) is (seen in (SAME, OTHER, KEPT))
    assert (f"kept as {path}" in ended) is (seen == KEPT)


def test_parts_of_a_file(csms: BlockingCsms, folder: Path) -> None:
    """A download may be resumed with a range if the file is unchanged; HEAD returns its size."""
    url = f"{csms.file_urls[0]}/right.bin"
    head = httpx.head(url)
    assert (head.headers["content-length"], head.headers["accept-ranges"]) == (str(len(CONTENT)), "bytes")
    rest = {"Range": "bytes=100-", "If-Range": head.headers["etag"]}
    answer = httpx.get(url, headers=rest)
    assert (answer.status_code, answer.content) == (206, CONTENT[100:])
    assert httpx.get(url, headers=rest | {"If-Range": '"another"'}).content == CONTENT
    assert httpx.get(url, headers={"Range": f"bytes={len(CONTENT)}-"}).status_code == 416
    assert httpx.delete(url).status_code == 405
    assert (folder / "right.bin").exists()


FORM = {"files": {"file": ("form log.txt", CONTENT)}, "data": {"note": "before the file"}}
NAMED = {"content": CONTENT, "headers": {"Content-Disposition": 'attachment; filename="../../named.log"'}}


@pytest.mark.parametrize(
    ("path", "how", "kept"),
    [
        ("uploads/P/", FORM, "uploads/P/form_log.txt"),
        ("uploads/P/form%20log.txt", FORM, "uploads/P/form_log-2.txt"),
        ("uploads/P/", NAMED, "uploads/P/named.log"),
        ("elsewhere/raw.log", {"content": CONTENT}, "uploads/elsewhere/raw.log"),
        ("", {"content": CONTENT}, "uploads/upload"),
        ("%2e%2e/%2e%2e/..%2f..%2fetc/.profile", {"content": CONTENT}, "uploads/etc/profile"),
        ("uploads/P/empty.log", {"content": b""}, "uploads/P/empty.log"),
    ],
)
def test_a_post(path: str, how: dict[str, Any], kept: str, csms: BlockingCsms, folder: Path) -> None:
    """A POST of a file or a form is stored under the name that the station sends, below the upload folder."""
    answer = httpx.post(f"{csms.file_urls[0]}/{path}", **how)
    assert (answer.status_code, answer.text) == (201, f"kept as {kept}\n")
    assert (folder / kept).read_bytes() == how.get("content", CONTENT)


def test_what_is_not_served(csms: BlockingCsms, folder: Path) -> None:
    """Files outside the folder and hidden files cannot be downloaded; with SFTP nobody can list or remove files."""
    (folder / ".hidden").write_bytes(CONTENT)
    (folder.parent / "outside").write_bytes(CONTENT)
    for path in ("../outside", "%2e%2e/outside", "..%2foutside", ".hidden", "uploads", "", "%00", "a" * 300):
        assert httpx.get(f"{csms.file_urls[0]}/{path}").status_code == 404, path
    for protocol in ("ftp", "sftp"):
        url = next(url for url in csms.file_urls if url.startswith(protocol))
        for path in ("../outside", "/../../outside", ".hidden"):
            assert CLIENTS[protocol](url, path, CONTENT, is_upload=False) == MISSING
    refused = asyncio.run(tried(next(url for url in csms.file_urls if url.startswith("sftp"))))
    assert refused == [True] * len(FORBIDDEN)
    assert (folder / "right.bin").read_bytes() == CONTENT


FORBIDDEN: list[Callable[[Any], Any]] = [
    lambda client: client.remove("right.bin"),
    lambda client: client.rename("right.bin", "x"),
    lambda client: client.posix_rename("right.bin", "x"),
    lambda client: client.symlink("/etc/passwd", "x"),
    lambda client: client.link("right.bin", "x"),
    lambda client: client.readlink("right.bin"),
    lambda client: client.rmdir("uploads"),
    lambda client: client.listdir("/"),
    lambda client: client.statvfs("/"),
]


async def tried(url: str) -> list[bool]:
    """Return for each request of SFTP whether it is refused."""
    where = urlsplit(url)
    refused = []
    async with (
        asyncssh.connect(where.hostname or "", where.port or 0, **ANYBODY) as connection,
        connection.start_sftp_client() as client,
    ):
        for each in FORBIDDEN:
            try:
                await each(client)
            except asyncssh.SFTPOpUnsupported:
                refused.append(True)
    return refused


def test_ftp_may_go_to_folders(csms: BlockingCsms, folder: Path) -> None:
    """With FTP a station may change to a folder, resume a download, and ask for the size of a file."""
    where = urlsplit(next(url for url in csms.file_urls if url.startswith("ftp")))
    got = bytearray()
    with ftplib.FTP() as client:
        client.connect(where.hostname or "", where.port or 0)
        client.login("any", "body")
        client.voidcmd("TYPE I")
        assert client.size("right.bin") == len(CONTENT)
        client.retrbinary("RETR right.bin", got.extend, rest=100)
        client.cwd("uploads/CS-FTP")
        client.storbinary("STOR by.log", io.BytesIO(CONTENT))
        for command in ("DELE by.log", "RNFR by.log", "LIST", "STOU x", "APPE by.log"):
            with pytest.raises(ftplib.error_perm):
                client.voidcmd(command)
    assert bytes(got) == CONTENT[100:]
    assert (folder / "uploads/CS-FTP/by.log").read_bytes() == CONTENT


@pytest.mark.parametrize("scheme", ["http", "ftp", "sftp"])
def test_uploads_without_a_folder(scheme: str, tmp_path: Path) -> None:
    """If the upload folder cannot be made, the client and the log get the reason, and the mock continues."""
    (tmp_path / "uploads").write_text("a file")
    (tmp_path / "a.bin").write_bytes(CONTENT)
    with BlockingCsms(files=str(tmp_path), files_listen=[f"{scheme}://0"]) as csms:
        url = csms.file_urls[0]
        seen = CLIENTS[scheme](url, "uploads/a.log", CONTENT, is_upload=True)
        assert seen in (MISSING, SHORT)
        assert " refused" in about(csms, "/uploads/a.log", scheme)[1]
        assert CLIENTS[scheme](url, "a.bin", CONTENT, is_upload=False) == SAME


def test_faults_change_while_it_runs(tmp_path: Path) -> None:
    """`*N` breaks the next N transfers that match a pattern; changed settings apply at once and count from 0."""
    (tmp_path / "a.bin").write_bytes(CONTENT)
    with BlockingCsms(files=str(tmp_path), files_fault=["missing*2@a.*", "auth*1"]) as csms:

        def seen(times: int) -> list[str]:
            return [http(csms.file_urls[0], "a.bin", CONTENT, is_upload=False) for _ in range(times)]

        assert seen(4) == [MISSING, MISSING, REFUSED, SAME]
        csms.configure(files_fault=["truncated*1"])
        assert seen(2) == [SHORT, SAME]
        csms.configure(files_fault=[])
        assert seen(1) == [SAME]


@pytest.mark.parametrize("scheme", ["http", "ftp", "sftp"])
def test_a_login(scheme: str, tmp_path: Path) -> None:
    """With --files-auth a client needs this user and password."""
    (tmp_path / "a.bin").write_bytes(CONTENT)
    with BlockingCsms(files=str(tmp_path), files_listen=[f"{scheme}://0"], files_auth="me:se cret") as csms:
        where = urlsplit(csms.file_urls[0])
        outcomes = [LOGINS[scheme](f"{where.hostname}:{where.port}", word) for word in ("se cret", "wrong")]
        assert outcomes == [True, False]


def _http_login(where: str, password: str) -> bool:
    return httpx.get(f"http://{where}/a.bin", auth=("me", password)).status_code == 200


def _ftp_login(where: str, password: str) -> bool:
    host, _, port = where.partition(":")
    with ftplib.FTP() as client:
        client.connect(host, int(port))
        try:
            client.login("me", password)
        except ftplib.error_perm:
            return False
        return True


def _sftp_login(where: str, password: str) -> bool:
    async def login() -> bool:
        host, _, port = where.partition(":")
        try:
            options: dict[str, Any] = {"known_hosts": None, "config": None, "client_keys": None}
            async with asyncssh.connect(host, int(port), username="me", password=password, **options):
                return True
        except asyncssh.PermissionDenied:
            return False

    return asyncio.run(login())


LOGINS = {"http": _http_login, "ftp": _ftp_login, "sftp": _sftp_login}


def test_an_upload_that_breaks_off(csms: BlockingCsms, folder: Path) -> None:
    """An incomplete upload is not stored, and the log says that the client has ended it."""

    async def leave(name: str) -> None:
        where = urlsplit(next(url for url in csms.file_urls if url.startswith("sftp")))
        connection = await asyncssh.connect(where.hostname or "", where.port or 0, **ANYBODY)
        client = await connection.start_sftp_client()
        file = await client.open(f"uploads/P/{name}", "wb")
        await file.write(CONTENT)
        if name == "part.ended":
            client.exit()  # without closing the file
            await client.wait_closed()
        connection.abort()

    for name in ("part.ended", "part.sftp"):
        asyncio.run(leave(name))
    where = urlsplit(csms.file_urls[0])
    with socket.create_connection((where.hostname or "", where.port or 0)) as client:
        client.sendall(b"PUT /uploads/P/part.http HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    ftp = urlsplit(next(url for url in csms.file_urls if url.startswith("ftp")))
    with ftplib.FTP() as other:
        other.connect(ftp.hostname or "", ftp.port or 0)
        other.login()
        with other.transfercmd("STOR uploads/P/part.ftp") as data:
            data.sendall(CONTENT)
            other.close()
            about(csms, "/uploads/P/part.ftp", "ftp")
    for name, protocol in (("ended", "sftp"), ("sftp", "sftp"), ("http", "http"), ("ftp", "ftp")):
        assert "the client ended the " in about(csms, f"/uploads/P/part.{name}", protocol)[1]
    assert not [path for path in (folder / "uploads/P").iterdir() if "part" in path.name]
