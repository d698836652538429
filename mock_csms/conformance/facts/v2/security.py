"""What is known of the password of a station, and of the certificates that it has asked for."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Mutable, field
from mock_csms.twin.events import Knocked
from mock_csms.twin.seen import Seen, call, command, response, result, when

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

SECURITY = Subject("security")
OWN = "ChargingStationCertificate"
TRIGGERS: Mapping[str, str] = {
    "SignChargingStationCertificate": OWN,
    "SignV2GCertificate": "V2GCertificate",
    "SignCombinedCertificate": "",
}
"""The type of certificate that each trigger wants; empty where it may be any."""
_MOST_REQUESTS = 10


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
    header = seen.event.visitor.authorization if isinstance(seen.event, Knocked) else None
    kind, _, encoded = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (Error, ValueError):
        return None
    return password if colon else None


@SECURITY.learn(when("knocked"))
def knocked(seen: Seen, known: "Known") -> None:
    """It comes with a password, which is right where nobody knows better."""
    security = known.security
    if security.password is None:
        configured = (known.terms.passwords or {}).get(folded(known.identity))
        security.password = configured if configured is not None else password_of(seen)


@SECURITY.learn(result("SetVariables"))
def was_set(seen: Seen, known: "Known") -> None:
    """It is given another password; one that needs a reboot may be used or not."""
    security = known.security
    for asked, told in zip(seen.request["setVariableData"], seen.payload["setVariableResult"], strict=False):
        if (asked["component"]["name"], asked["variable"]["name"]) != ("SecurityCtrlr", "BasicAuthPassword"):
            continue
        value, status = asked["attributeValue"], told["attributeStatus"]
        if status == "Accepted":
            security.password, security.replaced, security.refused = value, security.password, None
        elif status == "RebootRequired":
            security.password = security.replaced = security.refused = None
        elif value != security.password:
            security.refused = value


@SECURITY.learn(command("TriggerMessage"), when("spoiled"), any_payload=True)
def triggered(seen: Seen, known: "Known") -> None:
    """The CSMS wants requests."""
    message = getattr(seen.event, "message", None)
    asked_ = message.payload if isinstance(message, Call) else None
    wanted = asked_.get("requestedMessage") if isinstance(asked_, dict) else None
    if isinstance(wanted, str) and wanted in TRIGGERS:
        known.security.triggered_at = seen.at
        for kind in [TRIGGERS[wanted]] if TRIGGERS[wanted] else list(known.security.signing):
            signing = known.security.of(kind)
            signing.is_open, signing.is_over, signing.repeats = False, False, 0


@SECURITY.learn(call("SignCertificate"))
def asked(seen: Seen, known: "Known") -> None:
    """A request comes."""
    signing = known.security.of(seen.payload.get("certificateType", OWN))
    signing.requests = (*signing.requests[1 - _MOST_REQUESTS :], seen.payload["csr"])
    signing.repeats, signing.asked_at = signing.repeats + signing.is_open, seen.at


@SECURITY.learn(response("SignCertificate"))
def answered(seen: Seen, known: "Known") -> None:
    """The CSMS lets it wait for a certificate, or not."""
    if isinstance(seen.request.get("csr"), str):
        signing = known.security.of(str(seen.request.get("certificateType", OWN)))
        signing.is_open, signing.taken_at = seen.payload["status"] == "Accepted", seen.at
        signing.is_over = not signing.is_open


@SECURITY.learn(command("CertificateSigned"), when("spoiled"), any_payload=True)
def sent(seen: Seen, known: "Known") -> None:
    """A certificate is sent; nothing is sure of one that is spoiled."""
    if seen.action == "CertificateSigned":
        known.security.sent_at = seen.at
        if seen.kind == "spoiled":
            known.security.signing.clear()


@SECURITY.learn(result("CertificateSigned"))
def signed(seen: Seen, known: "Known") -> None:
    """It has taken a certificate, or has not."""
    signing = known.security.of(seen.request.get("certificateType", OWN))
    signing.is_open, signing.repeats = False, 0
    signing.is_over = seen.payload["status"] == "Rejected" and bool(signing.requests)


@SECURITY.learn(call("SecurityEventNotification"))
def told(seen: Seen, known: "Known") -> None:
    """It tells of an invalid certificate, or of an invalid signature."""
    if seen.payload["type"] == "InvalidChargingStationCertificate":
        known.security.invalid_at = seen.at
    elif seen.payload["type"] == "InvalidFirmwareSignature":
        known.security.signature_at = seen.at


@SECURITY.learn(call("BootNotification"))
def booted(_: Seen, known: "Known") -> None:
    """It may begin anew."""
    for signing in known.security.signing.values():
        signing.is_open, signing.is_over, signing.repeats = False, False, 0
