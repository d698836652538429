"""Serves files over FTP; the only importer of pyftpdlib, which is an optional dependency. Each client has a thread."""

import asyncio
import logging
import re
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from pyftpdlib.authorizers import AuthenticationFailed, DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import ThreadedFTPServer

from mock_csms.behavior.file_faults import AUTH, HANG, MISSING, TRUNCATED
from mock_csms.control.files.shelf import Shelf, Upload
from mock_csms.control.files.transfers import MOST_FTP_CLIENTS, PIECES, FileWish, Transfer, Transfers
from mock_csms.twin.events import COMPLETE

_POLL = 0.1
"""The seconds after which a thread checks again whether the server must stop."""
_COMMANDS = re.compile(
    "USER|PASS|QUIT|ACCT|SYST|FEAT|OPTS|NOOP|HELP|TYPE|MODE|STRU|ALLO|PORT|EPRT|PASV|EPSV|REST|ABOR|PWD|XPWD|CWD|XCWD|"
    "CDUP|XCUP|MKD|XMKD|SIZE|MDTM|RETR|STOR"
)
"""The commands that a client may use: it cannot list files, and cannot change or remove them."""


class _Users(DummyAuthorizer):  # type: ignore[misc] # pyftpdlib has no types
    """Accepts the users that `Transfers` accepts; `_COMMANDS` decides what they may do."""

    def __init__(self, transfers: Transfers) -> None:
        super().__init__()
        self._transfers = transfers

    def validate_authentication(self, username: str, password: str, _: object) -> None:
        if not self._transfers.is_user(username, password):
            raise AuthenticationFailed("the user or the password is wrong")

    def get_home_dir(self, _: str) -> str:
        return "/"

    def get_msg_login(self, _: str) -> str:
        return "Welcome."

    def get_msg_quit(self, _: str) -> str:
        return "Goodbye."

    def has_perm(self, *_: object) -> bool:
        return True

    def impersonate_user(self, *_: object) -> None:
        pass

    def terminate_impersonation(self, _: object) -> None:
        pass


class _Folder(AbstractedFS):  # type: ignore[misc] # as above
    """The paths that a client names; the served folder decides which file a path means."""

    def validpath(self, _: str) -> bool:
        return True

    def chdir(self, path: str) -> None:
        self.cwd = self.ftpnorm(path)

    def mkdir(self, path: str) -> None:
        """Do nothing: the folder is made with the first upload."""

    def isdir(self, path: str) -> bool:
        return not self.isfile(path)

    def realpath(self, path: str) -> str:
        return path

    def isfile(self, path: str) -> bool:
        return self._find(path) is not None

    def lexists(self, path: str) -> bool:
        return self.isfile(path)

    def getsize(self, path: str) -> int:
        return int(self._there(path).stat().st_size)

    def getmtime(self, path: str) -> float:
        return float(self._there(path).stat().st_mtime)

    def open(self, filename: str, mode: str) -> Any:
        """Open a file for the transfer that the client has asked for."""
        client: _Handler = self.cmd_channel
        try:
            if "r" in mode and "+" not in mode:
                return _Outgoing(client.transfer, self._there(filename), client.stopped)
            return _Arriving(client, client.shelf.receive(filename))
        except OSError as error:
            client.transfer.end(f"refused with 550: {error.strerror or error}")
            raise

    def _find(self, path: str) -> Any:
        return self.cmd_channel.shelf.find(path)

    def _there(self, path: str) -> Any:
        found = self._find(path)
        if found is None:
            raise FileNotFoundError(2, "No such file", path)
        return found


class _Outgoing:
    """A download; the fault of its transfer decides how it is sent."""

    def __init__(self, transfer: Transfer, path: Any, stopped: threading.Event) -> None:
        self.name = transfer.wish.path
        self._transfer, self._stopped = transfer, stopped
        self._file = path.open("rb")
        self._length = int(path.stat().st_size)
        self._is_last = False

    def seek(self, position: int) -> None:
        """Continue at a later position of the file (REST)."""
        self._file.seek(position)

    def read(self, size: int) -> bytes:
        """Return the next bytes; empty at the end. Raises OSError if the fault ends the transfer here."""
        transfer = self._transfer
        if transfer.kind == TRUNCATED:
            size = min(size, self._length // 2 - transfer.size)
            if size <= 0:
                raise ConnectionAbortedError(103, "the mock ended the transfer")
        if transfer.pause:
            size = min(size, max(1, self._length // PIECES))
            self._stopped.wait(transfer.pause)
        data: bytes = self._file.read(size)
        self._is_last = not data
        transfer.count(data)
        return transfer.spoiled(data)

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self._file.closed)

    def close(self) -> None:
        """Report the result: if the client leaves early, the end of the file was not read."""
        self._file.close()
        broken = "the mock ended the transfer" if self._transfer.kind == TRUNCATED else "the client ended the transfer"
        self._transfer.end(COMPLETE if self._is_last else broken)


class _Arriving:
    """An upload."""

    def __init__(self, client: "_Handler", incoming: Upload) -> None:
        self._client, self._transfer, self._incoming = client, client.transfer, incoming
        self.name = self._transfer.wish.path
        self.closed = False
        self._failed = ""
        client.stopped.wait(self._transfer.pause * PIECES)

    def write(self, data: bytes) -> None:
        """Write bytes. Raises OSError if the fault or a limit refuses them."""
        self._transfer.count(data)
        try:
            if self._transfer.kind == TRUNCATED:
                raise ConnectionAbortedError(103, "the mock ended the transfer")
            self._incoming.write(data)
        except OSError as error:
            self._failed = error.strerror or str(error)
            raise

    def close(self) -> None:
        """Keep the file if all of it came. A client ends an upload by ending its data connection."""
        self.closed = True
        channel = getattr(self._client, "data_channel", None)
        is_whole = channel is not None and channel.transfer_finished
        try:
            if self._failed or not is_whole:
                self._transfer.end(self._failed or "the client ended the transfer")
            else:
                self._transfer.end(kept=self._incoming.keep())
        finally:
            self._incoming.drop()


class _Handler(FTPHandler):  # type: ignore[misc] # as above
    """One client."""

    shelf: Shelf
    transfers: Transfers
    stopped: threading.Event
    transfer: Transfer
    abstracted_fs = _Folder
    banner = "mock-csms"
    use_sendfile = False
    auth_failed_timeout = 0.1
    proto_cmds: ClassVar[dict[str, Any]] = {
        name: row for name, row in FTPHandler.proto_cmds.items() if _COMMANDS.fullmatch(name)
    }

    def ftp_RETR(self, file: str) -> Any:  # noqa: N802 - the name is that of the command
        """Send a file, unless the fault of the transfer prevents it."""
        rest = f"bytes={self._restart_position}-" if self._restart_position else ""
        return super().ftp_RETR(file) if self._begin("GET", file, rest) else None

    def ftp_STOR(self, file: str, mode: str = "w") -> Any:  # noqa: N802 - as above
        """Accept a file, unless the fault of the transfer prevents it."""
        if self._restart_position:
            self.respond("554 An upload must begin at its first byte.")
            return None
        return super().ftp_STOR(file, mode) if self._begin("PUT", file) else None

    def _begin(self, method: str, file: str, wanted: str = "") -> bool:
        """Count an attempt; return whether it may continue. If not, it was refused here, or gets no answer."""
        self.transfer = transfer = self.transfers.begin(FileWish("ftp", method, file, self.remote_ip, wanted))
        is_there = method == "PUT" or self.shelf.find(file) is not None
        if transfer.kind == HANG:
            transfer.end("there was no answer")
        elif transfer.kind == AUTH:
            self._refuse("530 Not logged in.")
        elif transfer.kind == MISSING or not is_there:
            self._refuse("550 No such file or directory.")
        else:
            return True
        return False

    def _refuse(self, answer: str) -> None:
        self._restart_position = 0
        self.transfer.end(f"refused with {answer[:3]}")
        self.respond(answer)


class _Server(ThreadedFTPServer):  # type: ignore[misc] # as above
    """The FTP server. It keeps the lock of its threads itself, so that one process can have several servers."""

    poll_timeout = _POLL
    max_cons = MOST_FTP_CLIENTS

    def __init__(self, sock: socket.socket, handler: type[_Handler]) -> None:
        self._lock, self._exit = threading.Lock(), handler.stopped
        super().__init__(sock, handler, ioloop=IOLoop())

    def serve(self) -> None:
        """Serve until the server must stop, then close all connections."""
        while not self._exit.is_set():
            self.ioloop.loop(timeout=_POLL, blocking=False)
        self.close_all()


@asynccontextmanager
async def serving_ftp(bound: socket.socket, shelf: Shelf, transfers: Transfers) -> AsyncIterator[None]:
    """Serve FTP at a bound socket until the block ends."""
    logger = logging.getLogger("pyftpdlib")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    stopped = threading.Event()
    more = {"shelf": shelf, "transfers": transfers, "stopped": stopped, "authorizer": _Users(transfers)}
    server = _Server(bound, type("Handler", (_Handler,), more))
    thread = threading.Thread(target=server.serve, name="mock-csms ftp", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        await asyncio.to_thread(thread.join)
