"""Serves files over SFTP; the only importer of asyncssh in the mock. The library is an optional dependency."""

import asyncio
import errno
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import asyncssh

from mock_csms.behavior.file_faults import AUTH, HANG, MISSING, TRUNCATED
from mock_csms.behavior.file_names import UPLOADS, parts_of
from mock_csms.control.files.shelf import Shelf, Upload
from mock_csms.control.files.transfers import PIECES, FileWish, Transfer, Transfers
from mock_csms.twin.events import COMPLETE

_LEFT, _DROPPED = "the client ended the transfer", "the mock ended the connection"


class _Login(asyncssh.SSHServer):
    """Accepts the users that `Transfers` accepts."""

    def __init__(self, transfers: Transfers, clients: set[asyncssh.SSHServerConnection]) -> None:
        self._transfers, self._clients = transfers, clients
        self.sessions: list[_Files] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Note a client, so that it can be disconnected at the end."""
        self._connection = conn
        self._clients.add(conn)

    def connection_lost(self, _: Exception | None) -> None:
        """End the transfers of a client whose connection was lost."""
        self._clients.discard(self._connection)
        for session in self.sessions:
            session.exit()

    def begin_auth(self, _: str) -> bool:
        """Return whether a client must log in."""
        return self._transfers.needs_user

    def password_auth_supported(self) -> bool:
        """Return True: clients log in with passwords."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Return whether a user and a password are right."""
        return self._transfers.is_user(username, password)


class _Handle:
    """An open file: a download or an upload."""

    def __init__(self, transfer: Transfer, file: BinaryIO | Upload, length: int) -> None:
        self.transfer, self.file, self.length = transfer, file, length
        self.turn = asyncio.Lock()
        """Keeps the pieces of a slow file in their order."""

    def seek(self, offset: int, whence: int) -> int:
        """Return where the next data or the next hole begins; asyncssh asks for that because files can be sparse."""
        if offset >= self.length:
            raise OSError(errno.ENXIO, "no more bytes")
        return offset if whence == os.SEEK_DATA else self.length


class _Files(asyncssh.SFTPServer):
    """One client. It can read or write files; everything else is refused."""

    def __init__(self, chan: Any, shelf: Shelf, transfers: Transfers) -> None:
        super().__init__(chan)
        self._shelf, self._transfers = shelf, transfers
        self._open: set[_Handle] = set()
        self._made: set[str] = set()
        peer = chan.get_extra_info("peername") or ("",)
        self._client = str(peer[0])
        chan.get_connection().get_owner().sessions.append(self)

    async def open(self, path: bytes, pflags: int, _: object) -> object:
        """Begin a transfer."""
        name = _absolute(path).decode(errors="replace")
        method = "PUT" if pflags & asyncssh.FXF_WRITE else "GET"
        transfer = self._transfers.begin(FileWish("sftp", method, name, self._client))
        if transfer.kind == HANG:
            transfer.end("there was no answer")
            await self._transfers.closing.wait()
        try:
            handle = await self._begin(transfer)
        except asyncssh.SFTPError as error:
            transfer.end(f"refused: {error.reason}")
            raise
        self._open.add(handle)
        return handle

    async def _begin(self, transfer: Transfer) -> _Handle:
        found = None if transfer.wish.is_upload else self._shelf.find(transfer.wish.path)
        if transfer.kind == AUTH:
            raise asyncssh.SFTPPermissionDenied("permission denied")
        if transfer.kind == MISSING or (found is None and not transfer.wish.is_upload):
            raise asyncssh.SFTPNoSuchFile("no such file")
        if found is not None:
            return _Handle(transfer, found.open("rb"), found.stat().st_size)
        await asyncio.sleep(transfer.pause * PIECES)
        try:
            return _Handle(transfer, self._shelf.receive(transfer.wish.path), 0)
        except OSError as error:
            raise asyncssh.SFTPFailure(str(error)) from None

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return bytes of a download, with the fault of its transfer."""
        handle = _handle(file_obj)
        transfer = handle.transfer
        async with handle.turn:
            assert not isinstance(handle.file, Upload)  # noqa: S101 - it was opened to be read
            if transfer.pause:
                size = min(size, max(1, handle.length // PIECES))
                await asyncio.sleep(transfer.pause)
            if transfer.kind == TRUNCATED and offset + size > handle.length // 2:
                self._drop(handle)
                return b""
            handle.file.seek(offset)
            data = handle.file.read(size)
            transfer.count(data, offset)
            return transfer.spoiled(data)

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write bytes of an upload."""
        handle = _handle(file_obj)
        assert isinstance(handle.file, Upload)  # noqa: S101 - it was opened to be written
        handle.transfer.count(data, offset)
        if handle.transfer.kind == TRUNCATED:
            self._drop(handle)
            return 0
        try:
            handle.file.write(data, offset)
        except OSError as error:
            raise asyncssh.SFTPFailure(error.strerror or str(error)) from None
        return len(data)

    def close(self, file_obj: object) -> None:
        """Keep an upload, or report the result of a download. The library calls this also when a client has left."""
        handle = _handle(file_obj)
        if handle not in self._open or self.channel._recv_state != "open":
            return
        self._open.discard(handle)
        if isinstance(handle.file, Upload):
            handle.transfer.end(kept=handle.file.keep())
            handle.file.drop()
        else:
            handle.file.close()
            handle.transfer.end(COMPLETE if handle.transfer.size >= handle.length else _LEFT)

    def exit(self) -> None:
        """End the transfers of a client that has left."""
        for handle in self._open:
            handle.transfer.end(_LEFT)
            if isinstance(handle.file, Upload):
                handle.file.drop()
            else:
                handle.file.close()
        self._open.clear()

    def _drop(self, handle: _Handle) -> None:
        handle.transfer.end(_DROPPED)
        self.exit()
        self.connection.abort()

    # Requests of a client about paths.

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Return the size and the time of a file; for a folder, only that it is a folder."""
        name = _absolute(path).decode(errors="replace")
        if found := self._shelf.find(name):
            return _attributes(found)
        if self._is_folder(name):
            return asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o755)
        raise asyncssh.SFTPNoSuchFile("no such file")

    lstat = stat

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Return the size of an open file."""
        handle = _handle(file_obj)
        size = handle.file.size if isinstance(handle.file, Upload) else handle.length
        return asyncssh.SFTPAttrs(size=size, permissions=stat.S_IFREG | 0o644)

    def realpath(self, path: bytes) -> bytes:
        """Return a path without `.` and `..`."""
        return _absolute(path)

    def setstat(self, path: bytes, attrs: object) -> None:
        """Do nothing: the time of an uploaded file is the time of its upload."""

    lsetstat = setstat

    def fsetstat(self, file_obj: object, attrs: object) -> None:
        """Do nothing, like `setstat`."""

    def mkdir(self, path: bytes, _: object) -> None:
        """Remember a folder; it is made when the first file is uploaded to it."""
        self._made.add(_absolute(path).decode(errors="replace"))

    def _is_folder(self, name: str) -> bool:
        """Return whether a client may enter a folder: it exists, the client has made it, or a station uploads to it."""
        parts = parts_of(name) or ()
        is_known = name in ("/", f"/{UPLOADS}") or name in self._made or self._shelf.root.joinpath(*parts).is_dir()
        return is_known or (len(parts) == 2 and bool(self._transfers.station_of(name)))


def _refuse(*_: object) -> None:
    raise asyncssh.SFTPOpUnsupported("not supported")


_OWN = {*vars(_Files), "channel", "connection", "convert_attrs", "env", "logger"}
for _name in dir(asyncssh.SFTPServer):
    if not (_name.startswith(("_", "format_")) or _name in _OWN):
        setattr(_Files, _name, _refuse)  # the methods of the library would reach the whole disk


def _handle(file_obj: object) -> _Handle:
    assert isinstance(file_obj, _Handle)  # noqa: S101 - `open` has returned it
    return file_obj


def _absolute(path: bytes) -> bytes:
    """Return a path from the root, without `.` and `..`."""
    parts: list[str] = []
    for part in PurePosixPath(path.decode(errors="surrogateescape")).parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in ("/", "//", ".", ".."):
            parts.append(part)
    return f"/{'/'.join(parts)}".encode(errors="surrogateescape")


def _attributes(found: Path) -> asyncssh.SFTPAttrs:
    about = found.stat()
    return asyncssh.SFTPAttrs(size=about.st_size, permissions=about.st_mode, mtime=int(about.st_mtime))


@asynccontextmanager
async def serving_sftp(bound: socket.socket, shelf: Shelf, transfers: Transfers) -> AsyncIterator[None]:
    """Serve SFTP at a bound socket until the block ends. Each run makes a new host key."""
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    clients: set[asyncssh.SSHServerConnection] = set()
    acceptor = await asyncssh.listen(
        sock=bound,
        server_factory=partial(_Login, transfers, clients),
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=partial(_Files, shelf=shelf, transfers=transfers),
        allow_scp=False,
        agent_forwarding=False,
        login_timeout=60,
    )
    try:
        yield
    finally:
        acceptor.close()
        for client in list(clients):
            client.abort()
        await acceptor.wait_closed()
