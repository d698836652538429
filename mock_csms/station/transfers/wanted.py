"""The task of a transfer, the hashes of its file, and why it may fail."""

import hashlib
from urllib.parse import quote, unquote, urlsplit

from mock_csms.protocol.records import Record
from mock_csms.station.cues import MoveProblem

PORTS = {"http": 80, "https": 443, "ftp": 21, "sftp": 22}


class TransferFailed(Exception):
    """A transfer has failed."""

    def __init__(self, problem: MoveProblem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem


class Target(Record):
    """A location, and the file to upload there."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    path: str
    """The encoded path; for an upload with the name of the file at its end."""
    query: str
    content: bytes | None
    """The content to upload; None for a download."""

    @property
    def plain_path(self) -> str:
        """The decoded path without the first slash."""
        return unquote(self.path).removeprefix("/")

    @property
    def name(self) -> str:
        """The last part of the decoded path."""
        return unquote(self.path.rpartition("/")[2])

    def __str__(self) -> str:
        """The location without user, password and query."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def target_of(location: str, content: bytes | None, name: str) -> Target:
    """Return the parsed location; an upload to a folder gets the name of the file (N01.FR.21)."""
    parts = urlsplit(location)
    path = parts.path or "/"
    if content is not None and path.endswith("/"):
        path += quote(name, safe="")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    port = parts.port or PORTS[parts.scheme]
    return Target(parts.scheme, parts.hostname or "", port, user, password, path, parts.query, content)


class Sums:
    """Counts and hashes the bytes of a file without storing them."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    def add(self, data: bytes) -> None:
        """Add some bytes."""
        self.size += len(data)
        self._sha256.update(data)
        self._md5.update(data)

    @property
    def sha256(self) -> bytes:
        """The SHA-256 of these bytes."""
        return self._sha256.digest()

    @property
    def md5(self) -> str:
        """The MD5 of these bytes, in hexadecimal digits."""
        return self._md5.hexdigest()
