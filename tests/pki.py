"""Certificates for tests, and TLS clients with the `ssl` module and openssl."""

import atexit
import shutil
import socket
import ssl
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from mock_csms.runtime.pki.folder import OTHER_ROOT, PkiFolder
from mock_csms.runtime.pki.names import server_names
from mock_csms.runtime.pki.wrong import OF_SERVER
from tests.wire import PATIENCE


def made_at(path: Path) -> float:
    """Return the creation time of a file by the real clock, which OpenSSL uses even in tests with virtual time."""
    return path.stat().st_mtime


@cache
def folder() -> Path:
    """Return a directory with the files of `mock-csms pki`; all tests of a process share it."""
    path = Path(tempfile.mkdtemp(prefix="pki"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    made = PkiFolder(str(path), server_names("127.0.0.1", ()), made_at(path))
    made.make()
    made.make_wrong([*OF_SERVER, OTHER_ROOT])
    made.make_wrong_stations()
    return path


def own_folder() -> Path:
    """Return a copy of it, for a mock that remembers its stations in it."""
    path = Path(tempfile.mkdtemp(prefix="state"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(shutil.copytree(folder(), path, dirs_exist_ok=True))


def flags() -> list[str]:
    """Return the flags of a mock that uses these files."""
    return ["--tls", "auto", "--state-dir", str(folder())]


def strict(certificate: str = "", root: str = "root", **more: Any) -> ssl.SSLContext:
    """Return the context of a strict station: it trusts only our root, and checks names and strengths of keys.

    `certificate` is the name of the file with the station's certificate; `more` are attributes of the context.
    """
    context = ssl.create_default_context(cafile=str(folder() / f"{root}.pem"))
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    if certificate:
        weak = certificate.endswith(("weak-key", "sha1"))
        context.set_ciphers("DEFAULT:@SECLEVEL=0" if weak else "DEFAULT:@SECLEVEL=2")
        context.load_cert_chain(folder() / f"{certificate}.pem", folder() / f"{certificate}.key")
    for name, value in more.items():
        setattr(context, name, value)
    return context


def s_client(port: int | str, *words: str, root: str = "root") -> str:
    """Connect with `openssl s_client`, which disconnects at once, and return what it prints."""
    command = ["openssl", "s_client", "-connect", f"localhost:{port}", "-CAfile", f"{folder()}/{root}.pem", *words]
    ended = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=PATIENCE)
    return ended.stdout + ended.stderr


class TlsPeer:
    """TLS of the `ssl` module without I/O, for a plain socket to which the test writes the bytes."""

    def __init__(self, peer: socket.socket, context: ssl.SSLContext) -> None:
        self.socket = peer
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def encrypted(self, data: bytes) -> bytes:
        """Encrypt data, and return the bytes to send."""
        self.tls.write(data)
        return self.outgoing.read()

    def decrypted(self, data: bytes) -> bytes:
        """Decrypt received bytes, and return the data."""
        self.incoming.write(data)
        found = b""
        while True:
            try:
                part = self.tls.read(1 << 20)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                return found
            if not part:
                return found
            found += part
