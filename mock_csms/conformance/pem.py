"""Whether a text is a certificate or a signature at all: its form only, as what is in it takes more than this."""

from base64 import b64decode
from binascii import Error

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_SEQUENCE = 0x30
"""What every certificate begins with, as DER writes it."""


def is_certificate(text: str) -> bool:
    """Whether a text begins with a certificate in PEM."""
    _, begin, rest = text.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    decoded = decode("".join(body.split())) if begin and end else None
    return bool(decoded) and decoded is not None and decoded[0] == _SEQUENCE


def is_base64(text: str) -> bool:
    """Whether a text is something in base64."""
    return bool(decode("".join(text.split())))


def decode(text: str) -> bytes | None:
    """Return what is in base64; None where it is not."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        return None
