"""Invalid requests for a WebSocket: parses the head as far as possible, and names other protocols.

Only requests whose handshake has failed or is not complete come here; the library parses valid ones.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from mock_csms.protocol.records import Record

LONGEST_LINE = 8192
LONGEST = 65536
"""The greatest length of the first line of a request, and of its whole head, in bytes."""

_END = re.compile(rb"\n\r?\n")
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]")
_LINE = re.compile(rb"(?P<method>[-!#$%&'*+.^_`|~0-9A-Za-z]+) (?P<target>.*) (?P<version>HTTP/\d(\.\d)?)\r?")
_NOT_IN_A_LINE = re.compile(rb"[\0\r]")
"""Bytes that proxies may take for the end of a line (RFC 9112, 2.2)."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that the value of a header must not contain (RFC 9110, 5.5)."""
_BODY = re.compile(rb"\ncontent-length:|\ntransfer-encoding:", re.IGNORECASE)
_SOAP = re.compile(rb"soap|text/xml|application/xml|<\?xml", re.IGNORECASE)

_PROXY = b"\r\n\r\n\0\r\nQUIT\n"
"""The first bytes of a header of the PROXY protocol, version 2."""

_NO_TEXT = {
    b"\x16": "a TLS client hello: the station uses wss://, this port serves ws://",
    b"\x10": "an MQTT CONNECT: this port serves OCPP-J over WebSocket",
    _PROXY: "a header of the PROXY protocol: the load balancer must not send one",
    b"[": "JSON without a WebSocket handshake before it",
    b"{": "JSON without a WebSocket handshake before it",
    b"<": "XML: OCPP over SOAP is not supported",
    b"SSH-": "an SSH client",
    **{bytes([first]): "a WebSocket frame without a handshake before it" for first in (*range(0x80, 0x8B), 1)},
}
"""By first bytes: protocols that are not HTTP."""

_TEXT = {
    b"PRI * HTTP/2": (505, "HTTP/2: OCPP-J needs a WebSocket handshake over HTTP/1.1"),
    b"PROXY ": (400, "a line of the PROXY protocol: the load balancer must not send one"),
}
"""By first bytes: protocols that contain HTTP, with the status to answer and a name."""


class Oddity(Record):
    """The reason why a request for a WebSocket is not valid, and the HTTP status to answer; 0 if it is not HTTP.

    is_wrong: whether a station did something wrong; other clients may send such requests.
    """

    problem: str
    status: int = 0
    is_wrong: bool = True


class Head(Record):
    """A request as far as it can be parsed: `target` as it was sent, and `path` in ASCII, with other bytes quoted."""

    method: str
    target: str
    path: str
    version: str
    headers: Sequence[tuple[str, str]]


def end_of(data: bytes, start: int) -> int:
    """Return where the head ends whose end is not before `start`; 0 if the head is not complete."""
    found = None if _PROXY.startswith(data[:12]) else _END.search(data, start)
    return found.end() if found else 0


def oddity_of(data: bytes) -> Oddity | None:
    """Return why these first bytes are not a request for a WebSocket; None if they may still become one."""
    known = next((words for start, words in _NO_TEXT.items() if data.startswith(start)), None)
    if known is not None:
        return Oddity(known)
    if not _TOKEN.match(data) and not _PROXY.startswith(data[:12]):
        return Oddity(f"bytes that are not an HTTP request: {data[:16].hex(' ')}")
    text = next((Oddity(words, status) for start, (status, words) in _TEXT.items() if data.startswith(start)), None)
    line, has_ended, _ = data.partition(b"\n")
    if text is not None and has_ended:
        return text
    if len(line) > LONGEST_LINE:
        return Oddity(f"the first line of the request is longer than {LONGEST_LINE} bytes", 414)
    if has_ended and not _LINE.fullmatch(line):
        return Oddity(f"the first line is not that of an HTTP request: {_shown(line)}", 400)
    if has_ended and _NOT_IN_A_LINE.search(line.removesuffix(b"\r")):
        return Oddity(f"the first line has a NUL or a CR in it: {_shown(line)}", 400)
    return Oddity(f"the head of the request is longer than {LONGEST} bytes", 431) if len(data) > LONGEST else None


def read(data: bytes) -> Head | None:
    """Return a head as far as it can be parsed, with control characters escaped; None if its first line cannot."""
    first, *lines = data.split(b"\n")
    line = _LINE.fullmatch(first)
    if line is None or not lines:
        return None
    target, pairs = line["target"], [line.rstrip(b"\r").partition(b":") for line in lines]
    headers = [(_latin(name.strip()), _escaped(value.strip())) for name, colon, value in pairs if colon]
    path = quote(target, safe="/?#[]@!$&'()*+,;=:%-._~|\"<>\\^`{}")
    return Head(
        _latin(line["method"]), target.decode(errors="backslashreplace"), path, _latin(line["version"]), headers
    )


def problem_of(head: bytes, error: BaseException | None) -> Oddity:
    """Return what is wrong with a head that the library could not parse; `error` is the library's exception."""
    if b"\r\n" not in head:
        return Oddity("the lines of the request end with LF, not with CRLF", 400)
    line = _LINE.match(head)
    if line and line["version"] not in (b"HTTP/1.1", b"HTTP/1.0"):
        return Oddity(f"the request is {line['version'].decode()}, not HTTP/1.1", 505)
    if line and _BODY.search(head):
        method = line["method"].decode()
        what = "OCPP over SOAP is not supported" if _SOAP.search(head) else "a WebSocket handshake has none"
        return Oddity(f"a {method} request with a body: {what}", 400)
    return Oddity(str(error or "the request cannot be parsed"), 400)


def _latin(data: bytes) -> str:
    return data.decode("latin-1")


def _escaped(value: bytes) -> str:
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _latin(value))


def _shown(line: bytes) -> str:
    return repr(line[:60].decode(errors="backslashreplace"))
