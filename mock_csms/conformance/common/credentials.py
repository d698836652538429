"""Authorization headers of handshakes, and the passwords that they should have."""

import base64
import binascii

from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.seen import Seen

WITH_CERTIFICATE = 3
"""The security profile in which a client certificate replaces the password (A00.FR.402)."""


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


def expected_password(seen: Seen, station: StationFacts) -> tuple[Visitor, str] | None:
    """Return the visitor and the password configured for its identity; None if no password is configured."""
    visitor = visitor_of(seen)
    if visitor is None or visitor.profile == WITH_CERTIFICATE:
        return None
    password = (station.terms.passwords or {}).get(folded(visitor.identity))
    return None if password is None else (visitor, password)
