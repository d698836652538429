"""What is known of the password of a station, and of the certificates that it has asked for."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping

from mock_csms.protocol.records import Mutable, field
from mock_csms.twin.events import Knocked
from mock_csms.twin.seen import Seen

OWN = "ChargingStationCertificate"
TRIGGERS: Mapping[str, str] = {
    "SignChargingStationCertificate": OWN,
    "SignV2GCertificate": "V2GCertificate",
    "SignCombinedCertificate": "",
}
"""The type of certificate that each trigger wants; empty where it may be any."""


class SigningRequests(Mutable):
    """The requests for certificates of one type."""

    requests: tuple[str, ...] = ()
    """The last ones, in PEM."""
    asked_at: float = 0.0
    """When the last one came."""
    taken_at: float = 0.0
    """When it was answered."""
    repeats: int = 0
    """How often it came again by itself."""
    is_open: bool = False
    """Whether the CSMS has said that a certificate comes."""
    is_over: bool = False
    """Whether nothing may be sent any more until that is triggered."""


class Security(Mutable):
    """Passwords, and requests for certificates."""

    password: str | None = None
    """The one that is right; None where that is not known."""
    replaced: str | None = None
    """The one before."""
    refused: str | None = None
    """One that the station did not take."""
    signing: dict[str, SigningRequests] = field(default_factory=dict)
    """The requests by the type of certificate."""
    triggered_at: float = 0.0
    """When a request was triggered last."""
    sent_at: float = 0.0
    """When a certificate was sent last."""
    invalid_at: float = 0.0
    """When the station told last that a certificate was invalid."""
    signature_at: float = 0.0
    """When the station told last that the signature of firmware was invalid."""

    def of(self, kind: str) -> SigningRequests:
        """Return what is known of requests of a type; the schemas know only two types."""
        return self.signing.setdefault(kind, SigningRequests())


def password_of(seen: Seen) -> str | None:
    """Return the password that somebody comes with, if it can be read."""
    header = seen.event_as(Knocked).visitor.authorization if seen.kind == "knocked" else None
    kind, _, encoded = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (Error, ValueError):
        return None
    return password if colon else None
