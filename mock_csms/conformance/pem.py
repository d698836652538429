"""Whether a text is base64 at all, as signatures are."""

from base64 import b64decode
from binascii import Error


def is_base64(text: str) -> bool:
    """Whether a text is something in base64."""
    return bool(decode("".join(text.split())))


def decode(text: str) -> bytes | None:
    """Return what is in base64; None where it is not."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        return None
