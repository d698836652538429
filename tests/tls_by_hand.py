"""A small TLS 1.2 client that can offer compression, which libraries no longer can. RFC 5246, RFC 5288."""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HANDSHAKE, CHANGE, DATA = 0x16, 0x14, 0x17
SERVER_HELLO, CERTIFICATE, CERTIFICATE_REQUEST, DONE = 2, 11, 13, 14
SUITES = b"\x00\x9c\x00\x9d"
"""AES128-GCM-SHA256 and AES256-GCM-SHA384; this client works only if the server chooses the first."""


def prf(secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    """Return `size` pseudorandom bytes (RFC 5246, section 5)."""
    found, step = b"", label + seed
    while len(found) < size:
        step = hmac.digest(secret, step, sha256)
        found += hmac.digest(secret, step + label + seed, sha256)
    return found[:size]


def message(kind: int, body: bytes) -> bytes:
    """Return a handshake message."""
    return bytes((kind,)) + len(body).to_bytes(3) + body


def record(kind: int, body: bytes) -> bytes:
    """Return a record that is not encrypted."""
    return bytes((kind,)) + b"\3\3" + len(body).to_bytes(2) + body


async def messages(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """Yield the type and the bytes of each handshake message of the server."""
    waiting = b""
    while True:
        head = await reader.readexactly(5)
        assert head[0] == HANDSHAKE, head
        waiting += await reader.readexactly(int.from_bytes(head[3:]))
        while len(waiting) >= 4 and len(waiting) >= (end := 4 + int.from_bytes(waiting[1:4])):
            whole, waiting = waiting[:end], waiting[end:]
            yield whole[0], whole


class ByHand:
    """The sending side of a connection; it reads nothing."""

    def __init__(self, writer: asyncio.StreamWriter, key: bytes, salt: bytes) -> None:
        self._writer, self._cipher, self._salt, self._number = writer, AESGCM(key), salt, 0

    def send(self, data: bytes, kind: int = DATA) -> None:
        """Encrypt data, and send it as one record."""
        number = self._number.to_bytes(8)
        self._number += 1
        sealed = self._cipher.encrypt(
            self._salt + number, data, number + bytes((kind,)) + b"\3\3" + len(data).to_bytes(2)
        )
        self._writer.write(record(kind, number + sealed))


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, compressions: bytes) -> ByHand:
    """Do a TLS handshake that offers these compression methods, and return the connection."""
    own = os.urandom(32)
    methods = bytes((len(compressions),)) + compressions
    said = message(1, b"\3\3" + own + b"\0" + len(SUITES).to_bytes(2) + SUITES + methods)
    writer.write(record(HANDSHAKE, said))
    theirs, key, wants_certificate = b"", None, False
    async for kind, whole in messages(reader):
        said += whole
        if kind == SERVER_HELLO:
            theirs = whole[6:38]
        elif kind == CERTIFICATE:
            size = int.from_bytes(whole[7:10])
            key = x509.load_der_x509_certificate(whole[10 : 10 + size]).public_key()
        elif kind == CERTIFICATE_REQUEST:
            wants_certificate = True
        elif kind == DONE:
            break
    assert isinstance(key, RSAPublicKey)
    secret = b"\3\3" + os.urandom(46)
    sealed = key.encrypt(secret, PKCS1v15())
    answer = message(CERTIFICATE, bytes(3)) if wants_certificate else b""
    answer += message(16, len(sealed).to_bytes(2) + sealed)
    said += answer
    master = prf(secret, b"master secret", own + theirs, 48)
    block = prf(master, b"key expansion", theirs + own, 40)
    writer.write(record(HANDSHAKE, answer) + record(CHANGE, b"\1"))
    connection = ByHand(writer, block[:16], block[32:36])
    finished = prf(master, b"client finished", sha256(said).digest(), 12)
    connection.send(message(20, finished), HANDSHAKE)
    return connection
