"""Passwords in the Authorization headers of OCPP 1.6: they are bytes (OCPP-J 1.6, 6.2.2)."""

from mock_csms.conformance.common.credentials import credentials_of


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
