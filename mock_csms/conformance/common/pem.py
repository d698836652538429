"""Tests whether a text has the form of a certificate or signature.

Only the form is tested, because a station must not fail if a library rejects its certificate.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_INTEGER, _BITS, _SEQUENCE, _VERSION = 0x02, 0x03, 0x30, 0xA0
_CERTIFICATE = [_SEQUENCE, _SEQUENCE, _BITS]
"""The elements of a certificate (RFC 5280, 4.1): the signed part, the algorithm of the signature, and the signature."""
_SIGNED = [_INTEGER, *[_SEQUENCE] * 5]
"""The first elements of the signed part, after the version: serial number, algorithm, issuer, validity, subject,
key."""


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
    """Yield the tag and the content of each DER element; raise ValueError or IndexError if the bytes are no DER."""
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
    """Whether a text is base64 of at least one byte; line breaks are ignored."""
    return bool(decode("".join(text.split())))


def decode(text: str) -> bytes | None:
    """Return the bytes of a base64 text; None if the text is no base64."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        return None
