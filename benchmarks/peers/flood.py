"""Hostile stations: `flood.py PORT KIND COUNT SECONDS` runs COUNT stations of a kind that send as fast as possible."""

import os
import selectors
import socket
import ssl
import sys
import time
import zlib
from contextlib import suppress

HANDSHAKE = (
    "GET /FLOOD-{} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n"
)
HANDSHAKES = "handshakes"
"""The kind that needs a server with TLS."""
COMPRESSION = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
MASK = bytes(4)
"""A masking key of zeros, which changes nothing."""


def framed(data: bytes, first: int = 0x81) -> bytes:
    """Return a masked frame."""
    size = len(data)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2) if size < 65536 else b""
    return bytes((first,)) + (length or b"\xff" + size.to_bytes(8)) + MASK + data


def deflated(data: bytes) -> bytes:
    """Return a masked frame of a compressed message."""
    squeezer = zlib.compressobj(wbits=-15)
    return framed((squeezer.compress(data) + squeezer.flush(zlib.Z_SYNC_FLUSH))[:-4], 0xC1)


def client_hello() -> bytes:
    """Return the beginning of a TLS handshake. It may be sent again and again: the server has to sign an answer."""
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


CALL = framed(b'[2,"%032d","Heartbeat",{}]' % 7)
KINDS = {
    "calls": CALL,
    "unread": CALL,
    "garbage": framed(b"[2]"),
    "huge": framed(b"[" + b"[]," * 349_000 + b"[]]"),
    "deflated": deflated(b"[" + b"[]," * 10_000 + b"[]]"),
    "bombs": deflated(b"[" + b"[]," * 349_000 + b"[]]"),
    HANDSHAKES: client_hello(),
}
"""What each kind sends. Stations of kind `unread` never read; all connect again when they are disconnected.

Those of kind `handshakes` disconnect once the TLS handshake is answered.
"""


def connected(port: int, number: int, *, compression: bool = False) -> socket.socket:
    """Return the WebSocket of a station."""
    made = socket.create_connection(("127.0.0.1", port))
    made.sendall(f"{HANDSHAKE.format(number)}{COMPRESSION if compression else ''}\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += made.recv(1)
    made.setblocking(False)
    return made


class Flooder:
    """One station. It connects again when it is disconnected."""

    def __init__(self, port: int, kind: str, number: int, selector: selectors.BaseSelector) -> None:
        self.port, self.number, self.selector = port, number, selector
        self.is_for_tls = kind == HANDSHAKES
        self.stream = memoryview(KINDS[kind] * (1 if self.is_for_tls else max(1, 65536 // len(KINDS[kind]))))
        self.events = selectors.EVENT_WRITE | (0 if kind == "unread" else selectors.EVENT_READ)
        self.compression = kind in ("deflated", "bombs")
        self.connect()

    def connect(self) -> None:
        """Connect, and send from the first byte on."""
        self.rest = self.stream
        if self.is_for_tls:
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            self.socket.sendall(self.stream)
            self.socket.setblocking(False)
            self.selector.register(self.socket, selectors.EVENT_READ, self)
            return
        self.socket = connected(self.port, self.number, compression=self.compression)
        self.selector.register(self.socket, self.events, self)

    def work(self, events: int) -> None:
        """Send as much as the socket accepts, and discard what it receives."""
        try:
            if events & selectors.EVENT_READ and (not self.socket.recv(1 << 20) or self.is_for_tls):
                raise ConnectionResetError
            if events & selectors.EVENT_WRITE:
                self.rest = self.rest[self.socket.send(self.rest) :] or self.stream
        except BlockingIOError:
            pass
        except OSError:
            self.selector.unregister(self.socket)
            self.socket.close()
            self.connect()


def main() -> None:
    """Send until the time is over or the server is gone."""
    port, kind, count, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    end = time.monotonic() + seconds
    selector = selectors.DefaultSelector()
    try:
        for number in range(count):
            Flooder(port, kind, number, selector)
        print("ready", flush=True)
        while time.monotonic() < end:
            for key, events in selector.select(0.1):
                key.data.work(events)
    except OSError:
        os._exit(0)  # the server is gone


if __name__ == "__main__":
    main()
