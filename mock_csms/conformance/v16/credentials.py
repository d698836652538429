"""Authorization headers of OCPP 1.6: the password is bytes (OCPP-J 1.6, 6.2.2)."""

import base64
import binascii


def credentials_of(header: str | None) -> tuple[bytes, bytes] | str:
    """Return the user and the password of an Authorization header, or a text that says why it has none."""
    if header is None:
        return "there is no Authorization header"
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "the Authorization header is not Basic"  # do not show the header: it may hold the password
    try:
        text = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return "the credentials are not in base64"
    user, colon, password = text.partition(b":")
    return (user, password) if colon else "the credentials have no colon"


def password_in(header: str | None) -> bytes | None:
    """Return the password in an Authorization header; None if there is none."""
    found = credentials_of(header)
    return None if isinstance(found, str) else found[1]


def forms_of(password: str) -> set[bytes]:
    """Return the bytes that a station may send for a password: its text, or the bytes that its hex digits stand for."""
    forms = {password.encode(errors="surrogateescape")}
    try:
        return forms | {bytes.fromhex(password)}
    except ValueError:
        return forms
