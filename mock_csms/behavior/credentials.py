"""The form of an Authorization header in words, without anything of its content that may be secret."""

import base64
import binascii

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.visitors import Visitor


def form_of(visitor: Visitor) -> str:
    """Return what form the Authorization header of a visitor has; empty if there is none (A00.FR.202 to 205)."""
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
