"""Whether a text is a certificate or a signature at all: its form only, as no library's opinion may accuse anybody."""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_INTEGER, _BITS, _SEQUENCE, _VERSION = 0x02, 0x03, 0x30, 0xA0
_CERTIFICATE = [_SEQUENCE, _SEQUENCE, _BITS]
"""What a certificate consists of (RFC 5280, 4.1): what is signed, how, and the signature."""
_SIGNED = [_INTEGER, *[_SEQUENCE] * 5]
"""What is signed begins with, after the version: serial number, algorithm, issuer, validity, subject and key."""


def is_certificate(text: str) -> bool:
    """Whether a text begins with a certificate in PEM."""
    _, begin, rest = text.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    try:
        ((tag, whole),) = _elements(decode("".join(body.split())) or b"")
        parts = list(_elements(whole))
        signed = [each for each, _ in _elements(parts[0][1]) if each != _VERSION] if parts else []
    except (ValueError, IndexError):
        return False
    is_whole = bool(begin and end) and tag == _SEQUENCE and [each for each, _ in parts] == _CERTIFICATE
    return is_whole and signed[: len(_SIGNED)] == _SIGNED


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tags and contents of what stands in DER; ValueError or IndexError where it is none."""
    at = 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size > 0x7F:
            long = size - 0x80
            size, at = int.from_bytes(der[at : at + long]), at + long
        if at + size > len(der):
            raise ValueError("it is cut off")
        yield tag, der[at : at + size]
        at += size


def is_base64(text: str) -> bool:
    """Whether a text is something in base64."""
    return bool(decode("".join(text.split())))


def decode(text: str) -> bytes | None:
    """Return what is in base64; None where it is not."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        return None
