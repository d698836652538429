"""Checks Authorization headers of stations (A00.FR.202 to 205), and describes their form without their content."""

import base64
import binascii
from collections.abc import Set

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.masks import is_right_password
from mock_csms.protocol.visitors import Visitor


def _user_with(given: str, password: str) -> str | None:
    """Return the user name in credentials with that password; None if the password is another one."""
    end = len(given) - len(password)
    is_right = is_right_password(given[max(end, 0) :], password) and given[end - 1 : end] == ":"
    return given[: end - 1] if is_right else None


def _has_bytes(password: str) -> bool:
    """Whether a password has bytes that are not UTF-8; such bytes are escaped in the text."""
    return any("\udc80" <= char <= "\udcff" for char in password)


def problem_of(authorization: str | None, identity: str, passwords: Set[str]) -> str:
    """Return what is wrong with the Authorization header of that identity; empty if it is right (A00.FR.203-205).

    The text quotes nothing from the header: a password written in the place of the user must not get into a log.
    """
    if authorization is None:
        return "no Authorization header"
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "the Authorization header is not Basic"
    try:
        how = "surrogateescape" if any(map(_has_bytes, passwords)) else "strict"
        given = base64.b64decode(encoded.strip(), validate=True).decode(errors=how)
    except (binascii.Error, ValueError):  # bytes that are not UTF-8 raise a ValueError
        return "the Authorization header is not USER:PASSWORD in base64"
    users = [_user_with(given, password) for password in passwords]
    if any(user is not None and folded(user) == folded(identity) for user in users):
        return ""
    if not folded(given).startswith(f"{folded(identity)}:"):
        return "unknown user: the user name must be the identity of the station"
    return "wrong password" if passwords else "unknown user: no password is set for this station"


def form_of(visitor: Visitor) -> str:
    """Describe the form of the Authorization header of a visitor; empty if there is no header (A00.FR.202 to 205)."""
    if visitor.authorization is None:
        return ""
    scheme, _, encoded = visitor.authorization.partition(" ")
    if scheme.lower() != "basic":
        return "not Basic"
    try:
        data = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return "Basic, not in base64"
    user, colon, password = data.partition(b":")
    if not colon:
        return f"Basic, {len(data)} bytes without a colon"
    whose = "this identity" if folded(user.decode(errors="replace")) == folded(visitor.identity) else "another user"
    try:
        size = f"{len(password.decode())} characters"
    except UnicodeDecodeError:
        size = f"{len(password)} bytes that are not UTF-8"
    return f"Basic, {whose}, a password of {size}"
