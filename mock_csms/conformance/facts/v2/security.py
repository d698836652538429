"""The password of a station, and its certificate requests."""

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
    "SignV2G20Certificate": "V2G20Certificate",
    "SignCombinedCertificate": "",
}
"""The type of certificate that each trigger requests; empty if any type will do."""


class SigningRequests(Mutable):
    """The SignCertificate requests for one type of certificate."""

    requests: tuple[str, ...] = ()
    """The last requests, in PEM."""
    asked_at: float = 0.0
    """When the last request came."""
    taken_at: float = 0.0
    """When the last request was answered."""
    repeats: int = 0
    """How often the station repeated the request without a trigger."""
    is_open: bool = False
    """Whether the CSMS accepted the request and has sent no certificate yet."""
    is_over: bool = False
    """Whether the station must not send another request until it is triggered."""


class Security(Mutable):
    """The passwords and the certificate requests of a station."""

    password: str | None = None
    """The right password; None if it is not known."""
    replaced: str | None = None
    """The previous password."""
    refused: str | None = None
    """A password that the station rejected in SetVariables."""
    signing: dict[str, SigningRequests] = field(default_factory=dict)
    """The requests by type of certificate."""
    triggered_at: float = 0.0
    """When the CSMS last triggered a request."""
    sent_at: float = 0.0
    """When the CSMS last sent a certificate."""
    invalid_at: float = 0.0
    """When the station last reported that a certificate is invalid."""
    signature_at: float = 0.0
    """When the station last reported that the signature of firmware is invalid."""

    def of(self, kind: str) -> SigningRequests:
        """Return the requests for a type of certificate. The schemas have only a few types."""
        return self.signing.setdefault(kind, SigningRequests())


def password_of(seen: Seen) -> str | None:
    """Return the password in the Authorization header of a handshake; None if it cannot be read."""
    header = seen.event_as(Knocked).visitor.authorization if seen.kind == "knocked" else None
    kind, _, encoded = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (Error, ValueError):
        return None
    return password if colon else None
